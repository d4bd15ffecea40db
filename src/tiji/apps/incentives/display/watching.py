"""What stands beside the database while a run goes on: it is watched from elsewhere, and called off."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from tiji.apps.incentives.models import RunRequest
from tiji.apps.incentives.permissions import can_run_pay
from tiji.apps.incentives.services.asking import deny, withdraw_run
from tiji.apps.incentives.services.progress import Progress, call_off, running
from tiji.apps.incentives.services.runs import RunOutcome, run_pay
from tiji.apps.organization.models import User
from tiji.kernel.commission import Told, silent
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


def run_pay_openly(*, actor: User, period: str, on: date, told: Told = silent) -> RunOutcome:
    """`run_pay`, watched: whoever may run pay sees how far it is. Raises: NotAllowed, DomainError."""
    progress = Progress(period)

    def both(stage: str, rows: int) -> None:
        progress(stage, rows)
        told(stage, rows)

    try:
        return run_pay(actor=actor, period=period, on=on, told=both)
    finally:
        progress.end()


def cancel_run(*, actor: User, asked: RunRequest, at: datetime) -> RunRequest:
    """Call a run off: one that waits is over at once, one that runs stops before its next stage and leaves nothing.

    A run holds the database's lock on SQLite, so word is left beside it. Raises: NotAllowed, DomainError.
    """
    require(can_run_pay(actor), deny())
    asked.refresh_from_db()
    if not asked.is_open:
        raise DomainError(_("This run is over already."), code="over")
    call_off(asked.pk, actor.pk)
    if not running():
        withdraw_run(actor=actor, asked=asked, at=at)
        asked.refresh_from_db()
    return asked
