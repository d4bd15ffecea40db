"""`tiji demo`: set up the demo company and serve it."""

from datetime import date
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.exchange.services.demo.build import build_demo
from tiji.apps.exchange.services.demo.organization import PASSWORD
from tiji.apps.organization.models import Company, Role
from tiji.shared.serving import serve


class Command(BaseCommand):
    help = "Set up the demo company, if it is not there yet, and serve it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web processes")
        parser.add_argument("--check", action="store_true", help="probe the home of every role and exit")
        parser.add_argument("--today", type=date.fromisoformat, help="the day on which the demo company lives")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        if not Company.objects.exists():
            self.stdout.write(_("Making the demo company …"))
            build_demo(today=options["today"] or timezone.localdate(), report=self._report)
        elif not Company.objects.get().is_demo:
            raise CommandError(_("This database holds a real company. Run the demo with another TIJI_DATA_DIR."))
        self.stdout.write(_("Ready after %(seconds)s s.") % {"seconds": round(monotonic() - begun)})
        if options["check"]:
            self._probe()
            return
        connection.close()
        where = {"host": options["host"], "port": options["port"], "password": PASSWORD}
        self.stdout.write(_("Open http://%(host)s:%(port)s and choose a role – stop with Ctrl+C.") % where)
        serve(host=options["host"], port=options["port"], workers=options["workers"], jobs=True)

    def _report(self, step: str) -> None:
        self.stdout.write(f"  {step}")
        self.stdout.flush()

    def _probe(self) -> None:
        """Sign in as every role and open its home. Raises: CommandError naming the roles whose home did not open."""
        failed = []
        host = settings.ALLOWED_HOSTS[0]
        for role in Role:
            client = Client(headers={"host": host}, raise_request_exception=False)
            client.post(reverse("demo_sign_in"), {"role": role.value})
            answer = client.get(reverse("home"))
            verdict = answer.status_code == 200 and b"<main" in answer.content
            self.stdout.write(f"  {role.value}: {answer.status_code}{'' if verdict else ' FAILED'}")
            if not verdict:
                failed.append(role.value)
        if failed:
            raise CommandError(_("These homes did not open: %(roles)s") % {"roles": ", ".join(failed)})
