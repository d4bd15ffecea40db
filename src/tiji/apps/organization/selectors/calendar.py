"""A year of working days as the settings page shows it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dates import WEEKDAYS

from tiji.apps.organization.models import CalendarDay
from tiji.apps.organization.selectors.company import company, work_calendar


@dataclass(frozen=True)
class CalendarCell:
    """One day: whether the company works, and whether it said so itself."""

    day: date
    works: bool
    own: bool
    note: str
    today: bool
    against_week: bool


@dataclass(frozen=True)
class CalendarYear:
    """Twelve months of weeks of seven cells (None outside of the month), the own days, and how many days are worked."""

    year: int
    months: list[tuple[date, list[list[CalendarCell | None]], int]]
    own: list[CalendarDay]
    workdays: int
    provisional: bool


def calendar_year(year: int, today: date) -> CalendarYear:
    """The company's working days of a year, in two queries."""
    own = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
    calendar = work_calendar(company())
    months = []
    for month in range(1, 13):
        first = date(year, month, 1)
        cells = []
        day = first
        while day.month == month:
            works = calendar.is_workday(day)
            row = own.get(day)
            cells.append(
                CalendarCell(
                    day=day,
                    works=works,
                    own=row is not None,
                    note=row.note if row else "",
                    today=day == today,
                    against_week=works != (day.weekday() < 5),
                )
            )
            day += timedelta(days=1)
        months.append((first, _weeks(cells), sum(cell.works for cell in cells)))
    return CalendarYear(
        year=year,
        months=months,
        own=sorted(own.values(), key=lambda row: row.day),
        workdays=sum(count for _first, _weeks_, count in months),
        provisional=calendar.provisional(year),
    )


def _weeks(cells: list[CalendarCell]) -> list[list[CalendarCell | None]]:
    padded: list[CalendarCell | None] = [None] * cells[0].day.weekday() + list(cells)
    padded += [None] * (-len(padded) % 7)
    return [padded[start : start + 7] for start in range(0, len(padded), 7)]


def weekday_names() -> list[str]:
    """Monday to Sunday in the reader's language."""
    return [str(WEEKDAYS[number]) for number in range(7)]
