"""Formulas on one row in exact fractions: slow, and independent of every expression and engine. A second opinion."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tiji.kernel.engine.formulas import tree
from tiji.kernel.engine.formulas.tables import Axis, Band, Bands, CurveTable, GridTable, StepTable, Table, WordTable
from tiji.kernel.money import round_half_away

Row = Mapping[str, Any]
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def value_of(node: tree.Node, row: Row, tables: Mapping[str, Table]) -> Any:
    """A Fraction, a text, a truth, a date, or None where something is empty. `row` has Fractions for numbers."""
    return _Evaluation(row, tables).value(node)


class _Evaluation:
    def __init__(self, row: Row, tables: Mapping[str, Table]) -> None:
        self.row = row
        self.tables = tables

    def value(self, node: tree.Node) -> Any:
        match node:
            case tree.Number(value=value):
                return Fraction(value)
            case tree.Word(value=value) | tree.Truth(value=value) | tree.Day(value=value):
                return value
            case tree.Name(name=name):
                return self.row[name]
            case tree.Choice():
                tests = ((test, answer) for test, answer in node.whens if self.value(test))
                return self.value(next((answer for _, answer in tests), node.otherwise))
            case tree.Apply():
                return self.applied(node)
            case _:
                return self.operated(node)

    def operated(self, node: tree.Node) -> Any:
        match node:
            case tree.Negative(of=of):
                value = self.value(of)
                return None if value is None else -value
            case tree.Not(of=of):
                return not self.value(of)
            case tree.Empty(of=of):
                return self.value(of) is None
            case tree.OneOf():
                found = self.value(node.of)
                return None if found is None else found in [self.value(value) for value in node.values]
            case tree.Logic():
                left, right = self.value(node.left), self.value(node.right)
                return (left and right) if node.op == "AND" else (left or right)
            case tree.Arithmetic() | tree.Comparison():
                return self.paired(node)
        raise TypeError(type(node).__name__)

    def paired(self, node: tree.Arithmetic | tree.Comparison) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if left is None or right is None:
            return None
        if isinstance(node, tree.Comparison):
            return _COMPARED[node.op](left, right)
        return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[node.op](left, right)

    def applied(self, node: tree.Apply) -> Any:
        if node.function in ("at", "whole", "marginal", "curve"):
            name = node.arguments[0]
            assert isinstance(name, tree.Name)
            keys = [self.value(argument) for argument in node.arguments[1:]]
            return read_table(node.function, self.tables[name.name], keys)
        values = [self.value(argument) for argument in node.arguments]
        if node.function == "coalesce":
            return next((value for value in values if value is not None), None)
        if any(value is None for value in values):
            return None
        return _PLAIN[node.function](*values)


def read_table(function: str, table: Table, keys: list[Any]) -> Any:
    """What a table gives for its keys (and, where its limits are shares, what they are shares of)."""
    match table:
        case WordTable():
            return Fraction(dict(table.values).get(keys[0], table.otherwise))
        case GridTable():
            return _on_grid(table, keys)
        case StepTable() | CurveTable():
            total, scale = keys[0], keys[1] if table.bands.scaled else Fraction(1)
            return _banded(function, table.bands, total, scale)


def _banded(function: str, bands: Bands, total: Fraction, scale: Fraction) -> Fraction:
    band = bands.bands[_place(bands, total, scale)]
    if function == "at":
        return Fraction(band.value)
    if function == "whole":
        return total * Fraction(band.value)
    if function == "curve":
        return _along(band, total, scale)
    if total < 0:
        return total * Fraction(bands.bands[0].value)
    paid = Fraction(0)
    for part in bands.bands:
        low = Fraction(part.low) * scale
        high = total if part.high is None else min(total, Fraction(part.high) * scale)
        paid += max(high - low, Fraction(0)) * Fraction(part.value)
    return paid


def _along(band: Band, total: Fraction, scale: Fraction) -> Fraction:
    start, end = Fraction(band.value), Fraction(band.end if band.end is not None else band.value)
    if band.high is None:
        return start
    low, high = Fraction(band.low) * scale, Fraction(band.high) * scale
    return start + (total - low) / (high - low) * (end - start)


def _place(axis: Bands, total: Fraction, scale: Fraction = Fraction(1)) -> int:
    for index, band in enumerate(axis.bands[:-1]):
        limit = Fraction(band.high or Decimal(0)) * scale
        if total < limit or (total == limit and axis.tie == "lower"):
            return index
    return len(axis.bands) - 1


def _on_grid(table: GridTable, keys: list[Any]) -> Fraction:
    place = 0
    for axis, key in zip(table.axes, keys, strict=True):
        index = _on_axis(axis, key)
        if index is None:
            return Fraction(table.otherwise)
        place = place * (len(axis.bands) if isinstance(axis, Bands) else len(axis.words)) + index
    return Fraction(table.values[place])


def _on_axis(axis: Axis, key: Any) -> int | None:
    if isinstance(axis, Bands):
        return _place(axis, key)
    return axis.words.index(key) if key in axis.words else None


def _rounded(value: Fraction, digits: Fraction) -> Fraction:
    return Fraction(int(round_half_away(value * 10 ** int(digits))), 10 ** int(digits))


def _month(day: date) -> int:
    return day.year * 12 + day.month


_PLAIN: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "days": lambda first, last: Fraction((last - first).days),
    "floor": lambda value: Fraction(value.numerator // value.denominator),
    "greatest": max,
    "least": min,
    "month": lambda day: Fraction(day.month),
    "months": lambda first, last: Fraction(_month(last) - _month(first)),
    "nullif": lambda left, right: None if left == right else left,
    "quarter": lambda day: Fraction((day.month + 2) // 3),
    "round": _rounded,
    "sign": lambda value: Fraction((value > 0) - (value < 0)),
    "starts_with": str.startswith,
    "year": lambda day: Fraction(day.year),
}
