"""`tiji serve`: the web server and the job worker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from tiji.shared.serving import serve


class Command(BaseCommand):
    help = "Serve Tiji: pages, API and queued jobs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for every network")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web processes")
        parser.add_argument("--no-jobs", action="store_true", help="leave queued jobs to a `tiji worker` elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        where = {"host": host, "port": port}
        self.stdout.write(_("Tiji starts at http://%(host)s:%(port)s – stop it with Ctrl+C.") % where)
        serve(host=host, port=port, workers=options["workers"], jobs=not options["no_jobs"])
