"""What a cohort of deals became: ever reached, conversion, median, the narrowest place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise


def reached_or_later(positions: Sequence[int], tops: Iterable[int]) -> list[int]:
    """For each stage position, how many deals ever stood there or later.

    Shape: `positions` ascending; `tops` has the furthest position of each deal. Skips and returns change nothing.
    Source: docs/kernel/stage-moves.md, "Funnel"
    """
    furthest = list(tops)
    return [sum(top >= position for top in furthest) for position in positions]


def conversions(reached: Sequence[int]) -> list[Fraction | None]:
    """The share of each stage that went on to the next: None for the last, and where nobody was.

    Source: docs/kernel/stage-moves.md, "Funnel"
    """
    pairs = pairwise(reached)
    return [*(Fraction(after, before) if before else None for before, after in pairs), None][: len(reached)]


def bottleneck(reached: Sequence[int], at_least: int = 5) -> int | None:
    """Which stage lets the smallest share go on, among those that at least so many deals reached; the first of equals.

    Source: docs/kernel/stage-moves.md, "Funnel"
    """
    shares = [
        (share, at) for at, share in enumerate(conversions(reached)) if share is not None and reached[at] >= at_least
    ]
    return min(shares)[1] if shares else None


def median_of_counts(pairs: Iterable[tuple[int, int]]) -> Fraction | None:
    """The median of values that are given with how often each occurs; the mean of the two middle ones if even.

    Source: docs/kernel/stage-moves.md, "Funnel"
    """
    counted = sorted((value, count) for value, count in pairs if count > 0)
    total = sum(count for _value, count in counted)
    if not total:
        return None
    return Fraction(_nth(counted, (total - 1) // 2) + _nth(counted, total // 2), 2)


def _nth(counted: Sequence[tuple[int, int]], place: int) -> int:
    """The value at a place of the sorted whole, from 0."""
    seen = 0
    for value, count in counted:
        seen += count
        if place < seen:
            return value
    raise ValueError(f"there are only {seen} values, not {place + 1}")
