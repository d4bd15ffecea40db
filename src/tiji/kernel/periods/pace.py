"""How much of a period has passed, in working days. Source: docs/kernel/periods.md"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tiji.kernel.periods.fiscal import Period
from tiji.kernel.periods.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class TimeProgress:
    """Working days of a period: `elapsed` counts the day itself; `share` is 1 where there are none."""

    elapsed: int
    total: int

    @property
    def left(self) -> int:
        return self.total - self.elapsed

    @property
    def share(self) -> Fraction:
        return Fraction(self.elapsed, self.total) if self.total else Fraction(1)


def time_progress(period: Period, as_of: date, calendar: WorkCalendar) -> TimeProgress:
    """How far a period has come by the end of `as_of`: nothing before it begins, all of it once it is over."""
    total = calendar.workdays_between(period.start, period.end)
    until = min(max(as_of + timedelta(days=1), period.start), period.end)
    return TimeProgress(calendar.workdays_between(period.start, until), total)
