"""Periods of the fiscal year and working days."""

from tiji.kernel.periods.fiscal import FiscalCalendar, Period, PeriodKind, add_months
from tiji.kernel.periods.pace import TimeProgress, time_progress
from tiji.kernel.periods.workdays import ChineseCalendar, CountryCalendar, WeekdayCalendar, WorkCalendar

__all__ = [
    "ChineseCalendar",
    "CountryCalendar",
    "FiscalCalendar",
    "Period",
    "PeriodKind",
    "TimeProgress",
    "WeekdayCalendar",
    "WorkCalendar",
    "add_months",
    "time_progress",
]
