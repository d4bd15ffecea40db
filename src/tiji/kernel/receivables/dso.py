"""How long sales stay unpaid, and how much of what was due came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tiji.kernel.money import Money


@dataclass(frozen=True, slots=True)
class MonthSales:
    """Sales on credit of one month (or any period) and its calendar days."""

    days: int
    amount: Money


def days_sales_outstanding(receivables: Money, sales: Money, days: int) -> Fraction | None:
    """Receivables at the end ÷ sales of the period × its days; None if nothing was sold.

    Shape: an exact number of days; the page rounds it.
    Raises: CurrencyMismatch; ValueError if `days` is not positive.
    Source: docs/kernel/dso.md
    """
    if days < 1:
        raise ValueError(f"the period must have days, not {days}")
    if not sales.is_positive:
        receivables.ratio_to(Money.from_minor(1, sales.currency))  # of one currency, also when there is no answer
        return None
    return receivables.ratio_to(sales) * days


def count_back_dso(receivables: Money, months: Sequence[MonthSales]) -> Fraction | None:
    """Take the latest month's sales off the receivables, then the month before, until nothing is left; count the days.

    `months` newest first. The last month counts with the share of it that is still owed. None if the receivables are
    more than all the sales given: more months are needed.
    Raises: CurrencyMismatch; ValueError if a month has no days or negative sales.
    Source: docs/kernel/dso.md, "Count-back"
    """
    left, days = receivables, Fraction(0)
    for month in months:
        if month.days < 1 or month.amount.is_negative:
            raise ValueError("a month must have days and its sales cannot be negative")
        if not left.is_positive:
            break
        if month.amount > left:
            return days + left.ratio_to(month.amount) * month.days
        left -= month.amount
        days += month.days
    return None if left.is_positive else days


def collection_rate(collected: Money, due: Money) -> Fraction | None:
    """Cash received on what fell due in the period ÷ what fell due; None if nothing did. Source: docs/kernel/dso.md"""
    return collected.ratio_to(due) if due.is_positive else None


def overdue_share(overdue: Money, receivables: Money) -> Fraction | None:
    """The overdue part of what is owed; None if nothing is owed. Source: docs/kernel/dso.md"""
    return overdue.ratio_to(receivables) if receivables.is_positive else None
