"""Intervals of a fiscal year as rising numbers, the same for every engine, and back to dates."""

from __future__ import annotations

from datetime import date

from tiji.kernel.commission.kinds import Interval
from tiji.kernel.commission.plan import MONTHS_IN, Plan
from tiji.kernel.commission.sheet_plan import Cell


def interval_no(on: date, interval: Interval, fiscal_start_month: int = 1) -> int:
    """The number of the interval a day is in: fiscal months counted from year 0, by 1, 3 or 12."""
    return (on.year * 12 + on.month - fiscal_start_month) // MONTHS_IN[interval]


def interval_dates(number: int, interval: Interval, fiscal_start_month: int = 1) -> tuple[date, date]:
    """First day of the interval, and of the next one."""
    first = number * MONTHS_IN[interval] + fiscal_start_month - 1
    after = first + MONTHS_IN[interval]
    return date(first // 12, first % 12 + 1, 1), date(after // 12, after % 12 + 1, 1)


def events_from(plan: Plan, on: date) -> date:
    """The first day whose events a run that pays the day needs: the start of the longest interval that a component
    measures or a cell of the plan looks back to.
    """
    measured: list[Interval] = [component.measure.interval for component in plan.components]
    looked_back: list[Interval] = [part.to_date for part in plan.sheet.parts if isinstance(part, Cell) and part.to_date]
    longest = max((*measured, *looked_back), key=lambda name: MONTHS_IN[name])
    return interval_dates(interval_no(on, longest, plan.fiscal_start_month), longest, plan.fiscal_start_month)[0]
