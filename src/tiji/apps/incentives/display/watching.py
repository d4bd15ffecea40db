"""A run that can be watched: what the page, the API and the command call."""

from datetime import date

from tiji.apps.incentives.services.progress import Progress
from tiji.apps.incentives.services.runs import RunOutcome, run_pay
from tiji.apps.organization.models import User
from tiji.kernel.commission import Told, silent


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
