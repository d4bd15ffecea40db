"""How old what is owed is, on any day, also a day that has passed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from tiji.kernel.money import Money, sum_money

DEFAULT_BOUNDARIES = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A range of days past due, both ends included. Not due: `from_days` None; the last one: `to_days` None."""

    from_days: int | None
    to_days: int | None

    @property
    def is_overdue(self) -> bool:
        return self.from_days is not None

    def __str__(self) -> str:
        if self.from_days is None:
            return "not due"
        return f"{self.from_days}+" if self.to_days is None else f"{self.from_days}-{self.to_days}"


@dataclass(frozen=True, slots=True)
class Movement:
    """What lowered (positive) or, reversed, raised (negative) the item on a day: an application or a credit note."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """One invoice or instalment with everything that happened to it."""

    key: int
    issued_on: date
    due_on: date
    amount: Money
    movements: Sequence[Movement] = field(default=())

    def balance_on(self, as_of: date) -> Money:
        """What was open at the end of the day; later movements do not count, and an item not yet issued is nothing."""
        if self.issued_on > as_of:
            return Money.zero(self.amount.currency)
        paid = sum_money((move.amount for move in self.movements if move.on <= as_of), self.amount.currency)
        return self.amount - paid


@dataclass(frozen=True, slots=True)
class AgedItem:
    key: int
    due_on: date
    balance: Money
    days_past_due: int
    bucket: Bucket


@dataclass(frozen=True, slots=True)
class AgeingReport:
    """`items` earliest due first; `totals` has every bucket, also the empty ones, in order."""

    as_of: date
    items: tuple[AgedItem, ...]
    totals: dict[Bucket, Money]

    @property
    def total(self) -> Money:
        amounts = list(self.totals.values())
        return sum_money(amounts, amounts[0].currency)

    @property
    def overdue(self) -> Money:
        late = [amount for bucket, amount in self.totals.items() if bucket.is_overdue]
        return sum_money(late, late[0].currency)


def ageing_buckets(boundaries: Sequence[int] = DEFAULT_BOUNDARIES) -> tuple[Bucket, ...]:
    """Not due, 1 to the first boundary, and so on, and over the last one.

    Raises: ValueError if the boundaries are not rising days from 1.
    Source: docs/kernel/ageing.md
    """
    edges = list(boundaries)
    if not edges or edges[0] < 1 or any(low >= high for low, high in pairwise(edges)):
        raise ValueError(f"ageing boundaries must be rising numbers of days from 1, not {edges}")
    starts = [1, *(edge + 1 for edge in edges)]
    ends: list[int | None] = [*edges, None]
    return (Bucket(None, 0), *(Bucket(start, end) for start, end in zip(starts, ends, strict=True)))


def bucket_of(days_past_due: int, buckets: Sequence[Bucket]) -> Bucket:
    """The bucket of an item so many days past its due date; 0 and less is not due."""
    if days_past_due <= 0:
        return buckets[0]
    ends = [bucket.to_days for bucket in buckets[1:] if bucket.to_days is not None]
    return buckets[1 + bisect_left(ends, days_past_due)]


def age_items(
    items: Iterable[ItemHistory], as_of: date, currency: str, boundaries: Sequence[int] = DEFAULT_BOUNDARIES
) -> AgeingReport:
    """The open items of one currency at the end of `as_of`, by days past due.

    Shape: items with a balance of zero are left out; an overpaid item counts with its negative balance.
    Raises: CurrencyMismatch if an item has another currency, ValueError for bad boundaries.
    Source: docs/kernel/ageing.md
    """
    buckets = ageing_buckets(boundaries)
    totals = {bucket: Money.zero(currency) for bucket in buckets}
    aged = []
    for item in items:
        balance = Money.zero(currency) + item.balance_on(as_of)
        if balance.is_zero:
            continue
        late_days = (as_of - item.due_on).days
        bucket = bucket_of(late_days, buckets)
        totals[bucket] += balance
        aged.append(AgedItem(item.key, item.due_on, balance, max(late_days, 0), bucket))
    aged.sort(key=lambda item: (item.due_on, item.key))
    return AgeingReport(as_of, tuple(aged), totals)
