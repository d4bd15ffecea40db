"""The fiscal year, its quarters and months, half-open and named by keys such as 2026, 2026-Q4 and 2026-M11.

Source: docs/kernel/periods.md
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_KEY = re.compile(r"(\d{4})(?:-(?:Q([1-4])|M(0[1-9]|1[0-2])))?\Z")


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS_IN = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


def add_months(day: date, months: int) -> date:
    """The same day of another month; the last day where that month is shorter: 31 January plus 1 is 28 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A month, quarter or year of the fiscal calendar, from `start` until before `end`.

    Shape: `year` is the fiscal year; `number` counts quarters from 1 to 4 and months from 1 to 12 within it, a year has
    0. `key` is stable and sorts within its kind.
    """

    start: date
    end: date
    kind: PeriodKind
    year: int
    number: int

    @property
    def key(self) -> str:
        if self.kind is PeriodKind.YEAR:
            return f"{self.year}"
        return f"{self.year}-Q{self.number}" if self.kind is PeriodKind.QUARTER else f"{self.year}-M{self.number:02d}"

    @property
    def last_day(self) -> date:
        return date.fromordinal(self.end.toordinal() - 1)

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """Fiscal years that begin on the first day of `start_month`, named by the calendar year in which they end.

    With a start in January that is the calendar year; with a start in April 2026 the year is 2027.
    Raises: ValueError if the month is not 1 to 12.
    """

    start_month: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.start_month <= 12:
            raise ValueError(f"a fiscal year starts in a month from 1 to 12, not {self.start_month}")

    def year_of(self, day: date) -> int:
        """The fiscal year a day belongs to."""
        return day.year + (1 if self.start_month > 1 and day.month >= self.start_month else 0)

    def year(self, number: int) -> Period:
        """A fiscal year."""
        start = self._start(number)
        return Period(start, add_months(start, 12), PeriodKind.YEAR, number, 0)

    def quarters(self, year: int) -> list[Period]:
        """The four quarters of a fiscal year."""
        return [self._part(PeriodKind.QUARTER, year, number) for number in range(1, 5)]

    def months(self, year: int) -> list[Period]:
        """The twelve months of a fiscal year."""
        return [self._part(PeriodKind.MONTH, year, number) for number in range(1, 13)]

    def period_of(self, day: date, kind: PeriodKind | str) -> Period:
        """The period of a kind that a day lies in."""
        kind, year = PeriodKind(kind), self.year_of(day)
        if kind is PeriodKind.YEAR:
            return self.year(year)
        start = self._start(year)
        months = (day.year - start.year) * 12 + day.month - start.month
        return self._part(kind, year, months // MONTHS_IN[kind] + 1)

    def period(self, key: str) -> Period:
        """The period a key names. Raises: ValueError if it is not a key such as 2026, 2026-Q4 or 2026-M11."""
        found = _KEY.match(key)
        if not found:
            raise ValueError(f"{key!r} is not a period such as 2026, 2026-Q4 or 2026-M11")
        year, quarter, month = found.groups()
        if quarter:
            return self._part(PeriodKind.QUARTER, int(year), int(quarter))
        if month:
            return self._part(PeriodKind.MONTH, int(year), int(month))
        return self.year(int(year))

    def previous(self, period: Period) -> Period:
        """The period of the same kind just before."""
        return self.period_of(date.fromordinal(period.start.toordinal() - 1), period.kind)

    def next(self, period: Period) -> Period:
        """The period of the same kind just after."""
        return self.period_of(period.end, period.kind)

    def same_last_year(self, period: Period) -> Period:
        """The same period of the fiscal year before."""
        return self.period_of(add_months(period.start, -12), period.kind)

    def months_of(self, period: Period) -> list[Period]:
        """The months a period is made of."""
        return [month for month in self.months(period.year) if period.start <= month.start < period.end]

    def _start(self, year: int) -> date:
        return date(year - (1 if self.start_month > 1 else 0), self.start_month, 1)

    def _part(self, kind: PeriodKind, year: int, number: int) -> Period:
        length = MONTHS_IN[kind]
        start = add_months(self._start(year), length * (number - 1))
        return Period(start, add_months(start, length), kind, year, number)
