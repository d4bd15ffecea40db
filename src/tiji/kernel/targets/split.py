"""One amount split over parts: typed parts keep what was typed, the others share the rest by weight.

Source: docs/kernel/target-split.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar

from tiji.kernel.money import Money, Rate, largest_remainder

Amount = TypeVar("Amount", int, Money)


class Origin(StrEnum):
    """Where an amount of a plan comes from."""

    TYPED = "typed"
    DERIVED = "derived"
    LOCKED = "locked"
    SUMMED = "summed"
    BLANK = "blank"


class Excess(StrEnum):
    """What happens when the typed parts alone are more than the total."""

    REFUSE = "refuse"
    KEEP = "keep"


class TypedExceedsTotal(ValueError):
    """The typed parts come to more than there is to split."""

    def __init__(self, total: int | Money, typed: int | Money) -> None:
        super().__init__(
            f"the typed parts come to {typed}, more than the {total} to split: lower one or raise the total"
        )
        self.total = total
        self.typed = typed


@dataclass(frozen=True, slots=True)
class Part(Generic[Amount]):
    """A part to split over. `typed` is None where nobody answered; a typed 0 says "no potential" and stays 0."""

    key: str
    weight: Rate = 1
    typed: Amount | None = None


@dataclass(frozen=True, slots=True)
class Share(Generic[Amount]):
    """What one part got, and whether somebody typed it."""

    key: str
    amount: Amount
    origin: Origin


@dataclass(frozen=True, slots=True)
class Split(Generic[Amount]):
    """A total and its shares, in the order of the parts.

    Units: `gap` is the total less the shares, negative when more was given out; `over_assignment` is shares / total
    − 1, None where the total is 0.
    """

    total: Amount
    shares: tuple[Share[Amount], ...]
    assigned: Amount
    gap: Amount
    over_assignment: Fraction | None

    def amounts(self) -> dict[str, Amount]:
        return {share.key: share.amount for share in self.shares}


def split(total: Amount, parts: Sequence[Part[Amount]], on_excess: Excess = Excess.REFUSE) -> Split[Amount]:
    """Split a total: typed parts keep their amounts, the others share what is left by weight, exact to the last unit.

    Shape: one share per part, in order. The rest stays a gap where no part is left to take it or none has a weight.
    Units: whole minor units for Money, whole numbers for int. Money of one currency throughout.
    Raises: TypedExceedsTotal if the typed parts exceed the total and `on_excess` is refuse (with keep, the others get 0
    and the over-assignment says by how much); ValueError if the total, a typed amount or a weight is negative or a key
    comes twice; CurrencyMismatch.
    Source: docs/kernel/target-split.md
    """
    zero = total - total
    _check(parts)
    typed = zero
    for part in parts:
        if part.typed is not None:
            if part.typed < zero:
                raise ValueError(f"a target cannot be negative: {part.key} {part.typed}")
            typed = typed + part.typed
    if total < zero:
        raise ValueError(f"a target cannot be negative: {total}")
    if typed > total and on_excess is Excess.REFUSE:
        raise TypedExceedsTotal(total, typed)
    rest = total - typed if typed < total else zero
    shares = _shares(rest, zero, parts)
    assigned = zero
    for share in shares:
        assigned = assigned + share.amount
    return Split(total, tuple(shares), assigned, total - assigned, over_assignment(total, assigned))


def over_assignment(total: int | Money, assigned: int | Money) -> Fraction | None:
    """assigned / total − 1, exact; None where the total is 0. Raises: CurrencyMismatch."""
    if not total:
        return None
    if isinstance(total, Money) and isinstance(assigned, Money):
        return assigned.ratio_to(total) - 1
    if isinstance(total, int) and isinstance(assigned, int):
        return Fraction(assigned, total) - 1
    raise TypeError("an amount of money and a number cannot be compared")


def even(keys: Iterable[str], typed: Mapping[str, Amount | None] | None = None) -> list[Part[Amount]]:
    """Parts of equal weight."""
    return weighted(dict.fromkeys(keys, 1), typed)


def weighted(weights: Mapping[str, Rate], typed: Mapping[str, Amount | None] | None = None) -> list[Part[Amount]]:
    """Parts with a weight each; `typed` holds the amounts that somebody typed."""
    known = typed or {}
    return [Part(key, weight, known.get(key)) for key, weight in weights.items()]


def seasonal(
    keys: Sequence[str], season: Sequence[Rate], typed: Mapping[str, Amount | None] | None = None
) -> list[Part[Amount]]:
    """The twelve months, or the four quarters, of a year by its season.

    Shape: `season` has twelve weights, the fiscal year's first month first; they need not sum to 1.
    Raises: ValueError if there are not twelve weights, or neither twelve nor four keys.
    """
    if len(season) != 12 or len(keys) not in {4, 12}:
        raise ValueError("a season has twelve weights, for twelve months or four quarters")
    months = [Fraction(weight) for weight in season]
    size = 12 // len(keys)
    sums = [sum(months[first : first + size], Fraction(0)) for first in range(0, 12, size)]
    return weighted(dict(zip(keys, sums, strict=True)), typed)


def _check(parts: Sequence[Part[Amount]]) -> None:
    seen: set[str] = set()
    for part in parts:
        if part.key in seen:
            raise ValueError(f"{part.key} comes twice")
        if part.weight < 0:
            raise ValueError(f"a weight cannot be negative: {part.key} {part.weight}")
        seen.add(part.key)


def _shares(rest: Amount, zero: Amount, parts: Sequence[Part[Amount]]) -> list[Share[Amount]]:
    weights = [part.weight for part in parts if part.typed is None]
    derived = iter(largest_remainder(rest, weights) if any(weights) else [zero] * len(weights))
    return [
        Share(part.key, next(derived), Origin.DERIVED)
        if part.typed is None
        else Share(part.key, part.typed, Origin.TYPED)
        for part in parts
    ]
