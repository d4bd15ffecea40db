"""What a formula may speak of: typed names, and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiji.kernel.engine.expr import Field
from tiji.kernel.engine.formulas.tables import Table

Kind = Literal["number", "text", "bool", "date"]

# Ten trillion in minor units: more than any fact, and two of them multiplied still fit.
LARGEST_MONEY = 10**15
LARGEST_RATE = 10**10
RATE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Declared:
    """The type of a name. Numbers are integers at `scale`, never above `bound` in size (checked on the data).

    `optional`: it may be empty, so a formula has to say what holds then. `positive`: it is above 0 on every row.
    """

    kind: Kind
    scale: int = 0
    bound: int = LARGEST_MONEY
    optional: bool = False
    positive: bool = False

    @property
    def field(self) -> Field:
        """The column that carries it."""
        if self.kind == "number":
            return Field("int", self.scale, self.bound)
        return Field(self.kind)


@dataclass(frozen=True, slots=True)
class Scope:
    names: Mapping[str, Declared]
    tables: Mapping[str, Table] = field(default_factory=dict)


def money(digits: int, *, optional: bool = False, positive: bool = False) -> Declared:
    """An amount with so many decimals."""
    return Declared("number", digits, LARGEST_MONEY, optional, positive)


def rate(*, optional: bool = False, positive: bool = False) -> Declared:
    """A share, rate or factor with 8 decimals, up to 100."""
    return Declared("number", RATE_DIGITS, LARGEST_RATE, optional, positive)


def count(*, optional: bool = False, positive: bool = False) -> Declared:
    """A whole number up to a billion."""
    return Declared("number", 0, 10**9, optional, positive)


TEXT = Declared("text")
TRUTH = Declared("bool")
DAY = Declared("date")
