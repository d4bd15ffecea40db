"""How long a deal has been where it is, in calendar days."""

from __future__ import annotations

from datetime import date, timedelta


def days_between(entered_on: date, on: date) -> int:
    """Calendar days in the stage: 0 on the day of entering it.

    Source: docs/kernel/stage-moves.md, "Stalled"
    """
    return max(0, (on - entered_on).days)


def stalls_on(entered_on: date, max_days: int | None) -> date | None:
    """The first day on which the deal is stalled: one more than the stage allows. None if it allows any time.

    Source: docs/kernel/stage-moves.md, "Stalled"
    """
    return None if max_days is None else entered_on + timedelta(days=max_days + 1)


def days_over(entered_on: date, max_days: int | None, on: date) -> int:
    """By how many days the stage's limit is passed; 0 while it is not.

    Source: docs/kernel/stage-moves.md, "Stalled"
    """
    return 0 if max_days is None else max(0, days_between(entered_on, on) - max_days)


def is_put_off(before: date | None, after: date | None) -> bool:
    """Whether a new expected date counts as a slip: both known, and the new one later.

    Source: docs/kernel/stage-moves.md, "Slips"
    """
    return before is not None and after is not None and after > before
