"""`tiji secret`: a new secret key."""

from typing import Any

from django.core.management.base import BaseCommand

from tiji.cli.environment import new_secret


class Command(BaseCommand):
    help = "Print a new secret key for TIJI_SECRET_KEY."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(new_secret())
