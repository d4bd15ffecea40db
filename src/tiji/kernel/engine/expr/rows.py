"""Expressions over several rows: aggregates of a group and windows of a partition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

from tiji.kernel.engine.expr.core import INT64_MAX, Expr, Field, int_field


@dataclass(frozen=True, slots=True)
class Aggregate(Expr):
    """SUM, MIN, MAX, COUNT (of rows), MEDIAN (the lower one of two) or LAST (in an order) over a group."""

    name: OneOf["SUM", "MIN", "MAX", "COUNT", "MEDIAN", "LAST"]
    of: Expr
    bound: int | None = None
    order: tuple[Expr, ...] = ()

    @property
    def field(self) -> Field:  # type: ignore[override]
        if self.name == "COUNT":
            return int_field(0, INT64_MAX)
        if self.of.field.kind != "int":
            return self.of.field
        own = INT64_MAX if self.name == "SUM" else self.of.field.bound
        return int_field(self.of.field.scale, own if self.bound is None else self.bound)


@dataclass(frozen=True, slots=True)
class Window(Expr):
    """SUM, ROW_NUMBER or LEAD (the next row's value) over a partition. With an order a SUM runs, row by row, up to and
    with the row itself.

    `bound` is the sum of all absolute values of the column, known before: below 2^53 the engine may add in doubles,
    which are exact there and twice as fast.
    """

    name: OneOf["SUM", "ROW_NUMBER", "LEAD"]
    of: Expr | None
    partition: tuple[Expr, ...]
    order: tuple[tuple[Expr, bool], ...] = ()
    bound: int = INT64_MAX

    @property
    def field(self) -> Field:  # type: ignore[override]
        if self.of is None:
            return int_field(0, INT64_MAX)
        if self.name == "LEAD":
            return self.of.field
        return int_field(self.of.field.scale, self.bound)
