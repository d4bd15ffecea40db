"""`tiji audit seal` and `tiji audit verify`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tiji.shared import audit
from tiji.shared.models import AuditEntry


class Command(BaseCommand):
    help = "Seal the audit log into its chain of hashes, or verify the chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        deeds.add_parser("seal", help="seal the entries written since the last seal")
        check = deeds.add_parser("verify", help="walk the whole chain")
        check.add_argument("--expect", help="a hash that an earlier run printed and you kept elsewhere")

    def handle(self, *args: Any, deed: str, **options: Any) -> None:
        if deed == "seal":
            self.stdout.write(f"Sealed {audit.seal():,} entries.")
        else:
            self._verify(options.get("expect"))

    def _verify(self, expected: str | None) -> None:
        broken = audit.verify(expected)
        if broken:
            raise CommandError(
                f"The audit log was tampered with: seal {broken.seal_id}, entries {broken.first_id} to"
                f" {broken.last_id}: {broken.reason}."
            )
        last, digest = audit.head()
        unsealed = AuditEntry.objects.filter(id__gt=last).count()
        self.stdout.write(f"The chain holds up to entry {last:,}; {unsealed:,} entries wait for their seal.")
        self.stdout.write(f"Head: {digest}")
