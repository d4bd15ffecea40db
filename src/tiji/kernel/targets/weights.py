"""What the weights of the weighted split are taken from: results, capacity, open business, or a mix of them.

Source: docs/kernel/target-weights.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tiji.kernel.money import Rate, largest_remainder
from tiji.kernel.periods import Period

HUNDRED = 10_000  # 100.00 in hundredths


@dataclass(frozen=True, slots=True)
class Seat:
    """A place somebody holds: from a day until before another (None: open), with its share of 1."""

    since: date
    until: date | None
    share: Rate = 1


@dataclass(frozen=True, slots=True)
class Ramp:
    """How somebody new counts: his first `days` at `share` of 1."""

    days: int = 0
    share: Rate = 1


def capacity(seats: Sequence[Seat], period: Period, ramp: Ramp = Ramp()) -> Fraction:
    """How much of a full seller somebody is over a period, by days; the first days of the earliest seat count less.

    Shape: 1 for who is there all the time and past his ramp, 0 for who is not there at all.
    Source: docs/kernel/target-weights.md
    """
    if not seats:
        return Fraction(0)
    trained_on = min(seat.since for seat in seats) + timedelta(days=ramp.days)
    worth = Fraction(0)
    for seat in seats:
        first, after = max(seat.since, period.start), min(seat.until or period.end, period.end)
        if after > first:
            learning = max((min(after, trained_on) - first).days, 0)
            worth += Fraction(seat.share) * (learning * Fraction(ramp.share) + (after - first).days - learning)
    return worth / (period.end - period.start).days


def shares_of(amounts: Mapping[str, Rate]) -> dict[str, Fraction]:
    """Each amount's share of the sum, exact; what is below 0 counts as 0. All 0 where nothing is there."""
    known = {key: max(Fraction(amount), Fraction(0)) for key, amount in amounts.items()}
    total = sum(known.values(), Fraction(0))
    return {key: amount / total if total else Fraction(0) for key, amount in known.items()}


def blend(bases: Iterable[tuple[Rate, Mapping[str, Rate]]]) -> dict[str, Fraction]:
    """Several bases mixed: each key's shares, times the part each base has in the mix.

    Shape: bases in which nobody has anything are left out, and the others fill their part.
    Raises: ValueError if a part is negative.
    """
    mixed: dict[str, Fraction] = {}
    for part, amounts in bases:
        if part < 0:
            raise ValueError(f"a part of a mix cannot be negative: {part}")
        shares = shares_of(amounts)
        heard = any(shares.values())
        for key, share in shares.items():
            mixed[key] = mixed.get(key, Fraction(0)) + (share * Fraction(part) if heard else 0)
    return mixed


def percent_weights(amounts: Mapping[str, Rate]) -> dict[str, Decimal]:
    """Weights of two decimals that come to 100.00, in proportion to the amounts; evenly where all are 0."""
    shares = shares_of(amounts)
    if not shares:
        return {}
    parts = largest_remainder(HUNDRED, list(shares.values()) if any(shares.values()) else [1] * len(shares))
    return {key: Decimal(part).scaleb(-2) for key, part in zip(shares, parts, strict=True)}
