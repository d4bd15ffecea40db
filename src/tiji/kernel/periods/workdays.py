"""Working days: a country's calendar with a company's own overrides, counted in no time.

Source: docs/kernel/periods.md
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

import chinese_calendar

SATURDAY = 5


class WorkCalendar(Protocol):
    """What every rule that counts working days asks."""

    def is_workday(self, day: date) -> bool: ...

    def provisional(self, year: int) -> bool: ...

    def workdays_between(self, start: date, end: date) -> int: ...

    def add_workdays(self, day: date, count: int) -> date: ...


class WeekdayCalendar:
    """Monday to Friday, with overrides: the ground the others stand on.

    Shape: `overrides` maps a day to whether the company works on it.
    """

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._years: dict[int, list[int]] = {}

    def is_workday(self, day: date) -> bool:
        """Whether the company works on that day."""
        days = self._year(day.year)
        at = bisect_left(days, day.toordinal())
        return at < len(days) and days[at] == day.toordinal()

    def provisional(self, year: int) -> bool:
        """Whether the year's holidays are not announced yet, so that Monday to Friday stands for them."""
        return False

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days lie from `start` until before `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.workdays_between(end, start)
        whole = sum(len(self._year(year)) for year in range(start.year, end.year))
        return whole + self._before(end) - self._before(start)

    def add_workdays(self, day: date, count: int) -> date:
        """The working day `count` working days after `day` (before it, if negative); with 0 the next one from `day`."""
        step = timedelta(days=-1 if count < 0 else 1)
        left = abs(count)
        while left or not self.is_workday(day):
            day += step
            if left and self.is_workday(day):
                left -= 1
        return day

    def _works(self, day: date) -> bool:
        own = self._overrides.get(day)
        return self._country_works(day) if own is None else own

    def _country_works(self, day: date) -> bool:
        return day.weekday() < SATURDAY

    def _year(self, year: int) -> list[int]:
        """Ordinals of the year's working days."""
        if year not in self._years:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            days = (date.fromordinal(number) for number in range(first, last + 1))
            self._years[year] = [day.toordinal() for day in days if self._works(day)]
        return self._years[year]

    def _before(self, day: date) -> int:
        """Working days of the day's year before it."""
        return bisect_left(self._year(day.year), day.toordinal())


class ChineseCalendar(WeekdayCalendar):
    """China's working days with make-up days, as announced; Monday to Friday for years not announced yet."""

    def provisional(self, year: int) -> bool:
        try:
            chinese_calendar.is_workday(date(year, 12, 31))  # type: ignore[no-untyped-call]
        except NotImplementedError:
            return True
        return False

    def _country_works(self, day: date) -> bool:
        try:
            return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]
        except NotImplementedError:
            return super()._country_works(day)


class CountryCalendar(WeekdayCalendar):
    """A country's own working week without its public holidays; provisional for years its calendar does not know.

    Raises: ValueError for a country that is not known.
    """

    def __init__(self, country: str, overrides: Mapping[date, bool] | None = None) -> None:
        import holidays  # costs a quarter of a second, and most companies never ask for it

        super().__init__(overrides)
        try:
            self._holidays = holidays.country_holidays(country)
        except NotImplementedError as error:
            raise ValueError(f"there is no working calendar for the country {country!r}") from error

    def provisional(self, year: int) -> bool:
        return not self._holidays.start_year <= year <= self._holidays.end_year

    def _country_works(self, day: date) -> bool:
        return self._holidays.is_working_day(day)
