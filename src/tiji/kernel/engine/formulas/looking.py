"""Table functions as expressions: at, whole, marginal, curve."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from math import lcm

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas import tree
from tiji.kernel.engine.formulas.functions import Call, Lowers
from tiji.kernel.engine.formulas.problems import refuse
from tiji.kernel.engine.formulas.tables import (
    Axis,
    Band,
    Bands,
    CurveTable,
    GridTable,
    StepTable,
    Table,
    Words,
    WordTable,
    digits_in,
)
from tiji.kernel.engine.formulas.values import Value, add, choose, compare, divide, multiply, number, subtract

_READS: dict[str, tuple[type[Table], ...]] = {
    "at": (StepTable, WordTable, GridTable),
    "whole": (StepTable,),
    "marginal": (StepTable,),
    "curve": (CurveTable,),
}
_USE = {StepTable: "at, whole or marginal", CurveTable: "curve", WordTable: "at", GridTable: "at"}


def look_up(of: Lowers, call: Call, function: str) -> Value:
    """What a table gives. Raises: FormulaError."""
    table = of.table(call.arguments[0])
    if type(table) not in _READS[function]:
        raise refuse("table_kind", call.node.span, function=function, use=_USE[type(table)])
    name = getattr(call.arguments[0], "name", "")
    wanted = _axes(table)
    given = call.arguments[1:]
    if len(given) != len(wanted):
        expected = ", ".join(wanted)
        raise refuse("table_axes", call.node.span, name=name, expected=expected, given=len(given))
    match table:
        case StepTable():
            return _steps(of, given, table.bands, function)
        case CurveTable():
            return _curve(of, given, table.bands)
        case WordTable():
            return _words(of, given[0], table)
        case GridTable():
            return _grid(of, given, table)


def _axes(table: Table) -> list[str]:
    match table:
        case StepTable() | CurveTable():
            return ["number", "number above 0"] if table.bands.scaled else ["number"]
        case WordTable():
            return ["text"]
        case GridTable():
            return ["text" if isinstance(axis, Words) else "number" for axis in table.axes]


def _steps(of: Lowers, given: tuple[tree.Node, ...], bands: Bands, function: str) -> Value:
    total, scale = _total_and_scale(of, given)
    digits = digits_in([band.value for band in bands.bands])
    if function != "marginal":
        value = choose_band(bands, total, scale, [_fixed(band.value, digits) for band in bands.bands])
        return multiply(total, value) if function == "whole" else value
    earned, below = [], Decimal(0)
    for band in bands.bands:
        above = subtract(total, _limit(bands, band.low, scale)) if band.low else total
        slice_ = multiply(above, _fixed(band.value, digits))
        earned.append(add(_scaled(below, scale), slice_) if below else slice_)
        if band.high is not None:
            below += (band.high - band.low) * band.value
    return choose_band(bands, total, scale, earned)


def _curve(of: Lowers, given: tuple[tree.Node, ...], bands: Bands) -> Value:
    """Straight lines over one common divisor, so that whatever follows stays exact."""
    total, scale = _total_and_scale(of, given)
    limit_digits = digits_in([band.low for band in bands.bands] + [band.high for band in bands.bands if band.high])
    value_digits = digits_in([value for band in bands.bands for value in (band.value, band.end or Decimal(0))])
    widths = [int(((band.high or band.low + 1) - band.low).scaleb(limit_digits)) for band in bands.bands]
    common = lcm(*widths)
    lines = []
    for band, width in zip(bands.bands, widths, strict=True):
        rise = (band.end if band.end is not None else band.value) - band.value
        steep = number(ir.Number(int(rise.scaleb(value_digits)) * (common // width), value_digits))
        above = multiply(subtract(total, _limit(bands, band.low, scale)), steep)
        flat = multiply(_fixed(band.value, value_digits), number(ir.Number(common, limit_digits)))
        lines.append(add(flat if scale is None else multiply(flat, scale), above))
    under = number(ir.Number(common, limit_digits), positive=True)
    return divide(choose_band(bands, total, scale, lines), under if scale is None else multiply(under, scale))


def choose_band(bands: Bands, total: Value, scale: Value | None, values: list[Value]) -> Value:
    """The value of the band that the total is in; below the first band's start the first, above the last the last."""
    whens = []
    for band, value in zip(bands.bands[:-1], values[:-1], strict=True):
        limit = _limit(bands, band.high if band.high is not None else band.low, scale)
        whens.append((compare("<=" if bands.tie == "lower" else "<", total, limit), value))
    return choose(whens, values[-1]) if whens else values[0]


def _limit(bands: Bands, value: Decimal, scale: Value | None) -> Value:
    digits = digits_in([band.low for band in bands.bands] + [band.high for band in bands.bands if band.high])
    limit = _fixed(value, digits)
    return limit if scale is None else multiply(scale, limit)


def _scaled(value: Decimal, scale: Value | None) -> Value:
    fixed = _fixed(value, digits_in([value]))
    return fixed if scale is None else multiply(scale, fixed)


def _total_and_scale(of: Lowers, given: tuple[tree.Node, ...]) -> tuple[Value, Value | None]:
    total = of.sure(given[0])
    if total.under is None:
        total = number(of.binder.bind(total.expr))
    if len(given) == 1:
        return total, None
    scale = of.sure(given[1])
    if not scale.positive:
        what = getattr(given[1], "name", "…")
        raise refuse("maybe_zero", given[1].span, what=what)
    return total, scale


def _words(of: Lowers, given: tree.Node, table: WordTable) -> Value:
    text = _text(of, given)
    digits = digits_in([table.otherwise, *(value for _, value in table.values)])
    whens = [(text.expr.eq(_word(word)), _fixed(value, digits)) for word, value in table.values]
    return choose(whens, _fixed(table.otherwise, digits)) if whens else _fixed(table.otherwise, digits)


def _grid(of: Lowers, given: tuple[tree.Node, ...], table: GridTable) -> Value:
    """The axes one inside the other: the last one innermost."""
    keys = [of.sure(node) if isinstance(axis, Bands) else _text(of, node) for node, axis in _pairs(given, table)]
    digits = digits_in([table.otherwise, *table.values])
    sizes = [len(axis.bands) if isinstance(axis, Bands) else len(axis.words) for axis in table.axes]
    places = {place: table.values[index] for index, place in enumerate(product(*map(range, sizes)))}
    other = _fixed(table.otherwise, digits)

    def along(done: tuple[int, ...]) -> Value:
        if len(done) == len(sizes):
            return _fixed(places[done], digits)
        axis, key = table.axes[len(done)], keys[len(done)]
        values = [along((*done, index)) for index in range(sizes[len(done)])]
        if isinstance(axis, Bands):
            return choose_band(axis, key, None, values)
        tests = [key.expr.eq(_word(word)) for word in axis.words]
        return choose(list(zip(tests, values, strict=True)), other)

    return along(())


def _pairs(given: tuple[tree.Node, ...], table: GridTable) -> list[tuple[tree.Node, Axis]]:
    return list(zip(given, table.axes, strict=True))


def _text(of: Lowers, node: tree.Node) -> Value:
    value = of.present(node)
    if value.kind != "text":
        raise refuse("result", node.span, expected="text", given=value.kind)
    return value


def _word(word: str) -> ir.Text:
    return ir.Text(word)


def _fixed(value: Decimal, digits: int) -> Value:
    return number(ir.Number(int(value.scaleb(digits)), digits), positive=value > 0)


__all__ = ["Band", "choose_band", "look_up"]
