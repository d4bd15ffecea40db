"""`tiji check_figures`: drop every derived figure, rebuild it from its ledger, and find the same cents."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiji.shared.derived import check, derived


class Command(BaseCommand):
    help = "Drop every derived figure, rebuild it from its ledger and compare. Nothing is changed without --repair."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="keep what was rebuilt")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for figure in derived():
            finding = check(figure, keep=options["repair"])
            verdict = "same" if finding.same else "DIFFERENT"
            self.stdout.write(f"{figure.name}: {finding.before} rows, rebuilt {finding.after}: {verdict}")
            for label, rows in (("only stored", finding.missing), ("only rebuilt", finding.surplus)):
                for row in rows:
                    self.stdout.write(f"  {label}: {row}")
            wrong += not finding.same
        if wrong and not options["repair"]:
            raise CommandError(f"{wrong} derived figures differ from their ledgers. Look, then run it with --repair.")
