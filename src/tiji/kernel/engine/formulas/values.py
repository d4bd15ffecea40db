"""What a part of a formula is while it is lowered: an expression, perhaps over a divisor, perhaps empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas.scope import Kind


@dataclass(frozen=True, slots=True)
class Value:
    """`expr` / `under`, exact: nothing is rounded before the formula says so. `under` is above 0 on every row.

    `missing` says on which rows there is no value. `positive`: above 0 on every row that has one.
    """

    kind: Kind
    expr: ir.Expr
    under: ir.Expr | None = None
    missing: ir.Expr | None = None
    positive: bool = False


def number(expr: ir.Expr, **more: object) -> Value:
    return Value("number", expr, **more)  # type: ignore[arg-type]


def truth(expr: ir.Expr, *of: Value) -> Value:
    return Value("bool", expr, missing=missing_of(*of))


def missing_of(*of: Value) -> ir.Expr | None:
    """Where any of the values is empty."""
    tests = tuple(dict.fromkeys(value.missing for value in of if value.missing is not None))
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else ir.Logic("OR", tests)


def together(left: Value, right: Value) -> tuple[ir.Expr, ir.Expr, ir.Expr | None]:
    """Both over one divisor."""
    if left.under is None and right.under is None:
        return left.expr, right.expr, None
    if left.under == right.under:
        return left.expr, right.expr, left.under
    over_left = left.expr if right.under is None else left.expr * right.under
    over_right = right.expr if left.under is None else right.expr * left.under
    return over_left, over_right, times(left.under, right.under)


def times(left: ir.Expr | None, right: ir.Expr | None) -> ir.Expr | None:
    if left is None or right is None:
        return left if right is None else right
    return left * right


def add(left: Value, right: Value) -> Value:
    over_left, over_right, under = together(left, right)
    positive = left.positive and right.positive
    return number(over_left + over_right, under=under, missing=missing_of(left, right), positive=positive)


def subtract(left: Value, right: Value) -> Value:
    over_left, over_right, under = together(left, right)
    return number(over_left - over_right, under=under, missing=missing_of(left, right))


def multiply(left: Value, right: Value) -> Value:
    return number(
        left.expr * right.expr,
        under=times(left.under, right.under),
        missing=missing_of(left, right),
        positive=left.positive and right.positive,
    )


def divide(left: Value, right: Value) -> Value:
    """`right` is not 0 where it is not missing. The divisor is made positive, so that comparing stays right."""
    over, below = left.expr, right.expr
    if right.under is not None:
        over = over * right.under
    if not right.positive:
        falls = below.lt(ir.Number(0))
        over = ir.case((falls, negative(over)), otherwise=over)
        below = ir.absolute(below)
    if right.missing is not None:  # where there is no value, any divisor but 0 will do
        one = ir.rescale(ir.Number(1), below.field.scale)
        below = ir.case((right.missing, one), otherwise=below)
    under = times(left.under, below)
    return number(over, under=under, missing=missing_of(left, right), positive=left.positive and right.positive)


def negative(of: ir.Expr) -> ir.Expr:
    return ir.Number(0, of.field.scale) - of


def compare(op: str, left: Value, right: Value) -> ir.Expr:
    compared: dict[str, Callable[[ir.Expr, ir.Expr], ir.Expr]] = {
        "=": ir.Expr.eq,
        "<>": ir.Expr.ne,
        "<": ir.Expr.lt,
        "<=": ir.Expr.le,
        ">": ir.Expr.gt,
        ">=": ir.Expr.ge,
    }
    if left.kind != "number":
        return compared[op](left.expr, right.expr)
    over_left, over_right, _under = together(left, right)
    return compared[op](over_left, over_right)


def choose(whens: list[tuple[ir.Expr, Value]], otherwise: Value) -> Value:
    """The value of the first test that holds."""
    values = [value for _, value in whens] + [otherwise]
    tests = [test for test, _ in whens]
    pairs = zip(tests, [value.expr for value in values[:-1]], strict=True)
    expr = ir.case(*pairs, otherwise=otherwise.expr)
    under = None
    if any(value.under is not None for value in values):
        unders = [value.under if value.under is not None else ir.Number(1) for value in values]
        under = unders[0] if len(set(unders)) == 1 else _cased(tests, unders)
    missing = None
    if any(value.missing is not None for value in values):
        missing = _cased(tests, [value.missing if value.missing is not None else ir.Truth(False) for value in values])
    return Value(values[0].kind, expr, under, missing, all(value.positive for value in values))


def _cased(tests: list[ir.Expr], values: list[ir.Expr]) -> ir.Expr:
    return ir.case(*zip(tests, values[:-1], strict=True), otherwise=values[-1])
