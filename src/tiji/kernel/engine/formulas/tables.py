"""Tables that formulas read: steps, curves, words and grids. Source: docs/kernel/formulas.md, "Tables" """

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Tie = Literal["lower", "upper"]


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high` (None: no end). Steps have one `value`; a curve rises straight from `value` to `end`."""

    low: Decimal
    high: Decimal | None
    value: Decimal
    end: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """Numbers in bands without gaps. `scaled`: the limits are shares of a number given beside (a quota).

    `tie` says to which band exactly a limit belongs.
    """

    bands: tuple[Band, ...]
    tie: Tie = "lower"
    scaled: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Texts, each at its place; `otherwise` is the place of every other text (None: there is none, and it pays 0)."""

    words: tuple[str, ...]


Axis = Bands | Words


@dataclass(frozen=True, slots=True)
class StepTable:
    """One value per band: `at` looks it up, `whole` pays it on everything, `marginal` on each slice its own."""

    bands: Bands


@dataclass(frozen=True, slots=True)
class CurveTable:
    """Straight lines from band to band: `curve` reads it."""

    bands: Bands


@dataclass(frozen=True, slots=True)
class WordTable:
    """A value per text; `otherwise` for every other one."""

    values: tuple[tuple[str, Decimal], ...]
    otherwise: Decimal


@dataclass(frozen=True, slots=True)
class GridTable:
    """A value per place on two or three axes, the last axis running fastest. The bands' own values are not read.

    `values` has one entry per combination; a text that an axis of words does not know gives `otherwise`.
    """

    axes: tuple[Axis, ...]
    values: tuple[Decimal, ...]
    otherwise: Decimal = Decimal(0)


Table = StepTable | CurveTable | WordTable | GridTable


def digits_in(values: list[Decimal]) -> int:
    """The decimals that write all the values exactly."""
    return max((max(-int(value.normalize().as_tuple().exponent), 0) for value in values), default=0)
