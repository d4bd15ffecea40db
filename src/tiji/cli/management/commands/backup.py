"""`tiji backup FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from tiji.cli.backup.dump import write_backup


class Command(BaseCommand):
    help = "Write the database, stored files and run artifacts to one file, with checksums."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        manifest = write_backup(options["file"])
        counts = {
            "rows": sum(table["rows"] for table in manifest["tables"].values()),
            "tables": len(manifest["tables"]),
            "files": len(manifest["files"]),
            "path": options["file"],
        }
        self.stdout.write(_("%(path)s: %(rows)s rows of %(tables)s tables and %(files)s files.") % counts)
