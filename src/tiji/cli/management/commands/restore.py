"""`tiji restore FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from tiji.cli.backup.load import read_backup


class Command(BaseCommand):
    help = "Read a backup into this database: checked first, then all of it or nothing. Stop the server before."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="throw away the rows and files that are there")

    def handle(self, *args: Any, **options: Any) -> None:
        manifest = read_backup(options["file"], replace=options["replace"])
        facts = {"path": options["file"], "made_at": manifest["made_at"], "version": manifest["tiji"]}
        self.stdout.write(_("Restored %(path)s, made at %(made_at)s by Tiji %(version)s.") % facts)
