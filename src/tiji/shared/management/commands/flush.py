"""`flush` is for tests: a company's database is not emptied by a command."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as Flush

from tiji.shared import triggers
from tiji.shared.settings_store import forget_settings


class Command(Flush):
    help = "Empty the database of a test run."

    def handle(self, **options: Any) -> None:
        if not settings.TESTING:
            raise CommandError("This database holds a company. Make a new one with `tiji init` instead of emptying it.")
        with triggers.lifted():
            super().handle(**options)
        forget_settings()
