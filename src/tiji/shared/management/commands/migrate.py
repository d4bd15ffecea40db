"""`tiji migrate`: as Django's, and it mends the triggers instead of refusing to begin where some are missing."""

from typing import Any

from django.core.management.commands import migrate

from tiji.shared.checks import migrating


class Command(migrate.Command):
    def check(self, *args: Any, **kwargs: Any) -> None:
        """Every check but that of the triggers, which are put up afterwards."""
        with migrating():
            super().check(*args, **kwargs)
