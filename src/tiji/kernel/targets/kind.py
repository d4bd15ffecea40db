"""Existing or new business: one function for targets, orders and pay. Source: docs/kernel/existing-or-new.md"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from tiji.kernel.periods import add_months


class BusinessKind(StrEnum):
    """Whether a customer was already buying."""

    EXISTING = "existing"
    NEW = "new"


def business_kind(
    signed_on: Iterable[date], on: date, *, new_for_months: int = 12, win_back_months: int = 24
) -> BusinessKind:
    """Whether business of `on` is new: no order before, the first less than `new_for_months` ago, or the last more than
    `win_back_months` ago.

    Shape: `signed_on` are the days on which the customer signed something, in any order; those on or after `on` do not
    count, so the document itself may be among them. Where a new product line counts as new, they are the days of the
    product line in question.
    Source: docs/kernel/existing-or-new.md
    """
    before = [day for day in signed_on if day < on]
    if not before or add_months(min(before), new_for_months) > on:
        return BusinessKind.NEW
    return BusinessKind.NEW if add_months(max(before), win_back_months) < on else BusinessKind.EXISTING
