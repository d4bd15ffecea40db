"""The functions of formulas: how many arguments each takes and what it becomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas import tree
from tiji.kernel.engine.formulas.binding import Binder
from tiji.kernel.engine.formulas.problems import refuse
from tiji.kernel.engine.formulas.tables import Table
from tiji.kernel.engine.formulas.values import (
    Value,
    choose,
    compare,
    missing_of,
    negative,
    number,
)

MOST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Call:
    node: tree.Apply

    @property
    def arguments(self) -> tuple[tree.Node, ...]:
        return self.node.arguments


class Lowers(ABC):
    """What a function needs of whoever lowers the formula."""

    binder: Binder

    @abstractmethod
    def value(self, node: tree.Node) -> Value: ...

    @abstractmethod
    def numeric(self, node: tree.Node) -> Value: ...

    @abstractmethod
    def present(self, node: tree.Node) -> Value: ...

    @abstractmethod
    def table(self, node: tree.Node) -> Table: ...

    def sure(self, node: tree.Node) -> Value:
        """A number that is there on every row. Raises: FormulaError."""
        self.numeric(node)
        return self.present(node)


@dataclass(frozen=True, slots=True)
class Function:
    least: int
    most: int
    lower: Callable[[Lowers, Call], Value]

    @property
    def expected(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least} – {self.most}"


def _round(of: Lowers, call: Call) -> Value:
    value, digits = of.numeric(call.arguments[0]), call.arguments[1]
    if not isinstance(digits, tree.Number) or digits.value != int(digits.value) or digits.value > MOST_DIGITS:
        raise refuse("not_plain", digits.span, limit=MOST_DIGITS)
    places = int(digits.value)
    return number(of.binder.rounded(value.expr, value.under, places), missing=value.missing)


def _floor(of: Lowers, call: Call) -> Value:
    value = of.numeric(call.arguments[0])
    under = value.under if value.under is not None else ir.Number(1)
    top, bottom = (of.binder.bind(part) for part in of.binder.whole(value.expr, under, 0))
    cut = of.binder.bind(ir.AtScale(ir.Divide("//", top, bottom), 0))
    falls = ir.both(top.lt(ir.Number(0)), (cut * bottom).ne(top))
    return number(ir.case((falls, cut - ir.Number(1)), otherwise=cut), missing=value.missing)


def _abs(of: Lowers, call: Call) -> Value:
    value = of.numeric(call.arguments[0])
    return number(ir.absolute(value.expr), under=value.under, missing=value.missing, positive=value.positive)


def _sign(of: Lowers, call: Call) -> Value:
    value = of.numeric(call.arguments[0])
    zero, one = ir.Number(0), ir.Number(1)
    sign = ir.case((value.expr.gt(zero), one), (value.expr.lt(zero), negative(one)), otherwise=zero)
    return number(sign, missing=value.missing)


def _extreme(op: str) -> Callable[[Lowers, Call], Value]:
    """least or greatest. Plain numbers use the engine's own; ratios are compared by multiplying across."""
    several = ir.least if op == "<=" else ir.greatest

    def lower(of: Lowers, call: Call) -> Value:
        values = [of.numeric(node) for node in call.arguments]
        sure = all(value.positive for value in values) or (op == ">=" and any(value.positive for value in values))
        if all(value.under is None for value in values):
            exprs = [value.expr for value in values]
            return number(several(*exprs), missing=missing_of(*values), positive=sure)
        best = values[0]
        for value in values[1:]:
            best = choose([(compare(op, best, value), best)], value)
        return number(best.expr, under=best.under, missing=missing_of(*values), positive=sure)

    return lower


def _coalesce(of: Lowers, call: Call) -> Value:
    values = [of.value(node) for node in call.arguments]
    for node, value in zip(call.arguments, values, strict=True):
        if value.kind != values[0].kind:
            raise refuse("not_one_kind", node.span, left=value.kind, right=values[0].kind)
    found = values[-1]
    for value in reversed(values[:-1]):
        if value.missing is not None:
            known = Value(value.kind, value.expr, value.under, positive=value.positive)
            found = choose([(ir.Not(value.missing), known)], found)
        else:
            found = value
    return found


def _nullif(of: Lowers, call: Call) -> Value:
    left, right = of.numeric(call.arguments[0]), of.sure(call.arguments[1])
    same = compare("=", left, right)
    missing = same if left.missing is None else ir.either(left.missing, same)
    return number(left.expr, under=left.under, missing=missing, positive=left.positive)


def _date_part(part: Callable[[ir.Expr], ir.Expr]) -> Callable[[Lowers, Call], Value]:
    def lower(of: Lowers, call: Call) -> Value:
        return number(part(_day(of, call.arguments[0])), positive=True)

    return lower


def _day(of: Lowers, node: tree.Node) -> ir.Expr:
    value = of.present(node)
    if value.kind != "date":
        raise refuse("result", node.span, expected="date", given=value.kind)
    return value.expr


def _year(day: ir.Expr) -> ir.Expr:
    return ir.Divide("//", ir.MonthNumber(day), ir.Number(12))


def _month(day: ir.Expr) -> ir.Expr:
    return ir.Divide("%", ir.MonthNumber(day), ir.Number(12)) + ir.Number(1)


def _quarter(day: ir.Expr) -> ir.Expr:
    return ir.Divide("//", ir.Divide("%", ir.MonthNumber(day), ir.Number(12)), ir.Number(3)) + ir.Number(1)


def _between(count: Callable[[ir.Expr], ir.Expr]) -> Callable[[Lowers, Call], Value]:
    """days(a, b): from a to b, negative if b is earlier."""

    def lower(of: Lowers, call: Call) -> Value:
        first, last = (count(_day(of, node)) for node in call.arguments)
        return number(last - first)

    return lower


def _starts_with(of: Lowers, call: Call) -> Value:
    value, prefix = of.present(call.arguments[0]), call.arguments[1]
    if value.kind != "text":
        raise refuse("result", call.arguments[0].span, expected="text", given=value.kind)
    if not isinstance(prefix, tree.Word):
        raise refuse("result", prefix.span, expected="text", given="…")
    return Value("bool", ir.StartsWith(value.expr, prefix.value))


def _table(name: str) -> Callable[[Lowers, Call], Value]:
    def lower(of: Lowers, call: Call) -> Value:
        from tiji.kernel.engine.formulas.looking import look_up

        return look_up(of, call, name)

    return lower


FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(1, 1, _abs),
    "at": Function(2, 4, _table("at")),
    "coalesce": Function(2, 8, _coalesce),
    "curve": Function(2, 3, _table("curve")),
    "days": Function(2, 2, _between(ir.DayNumber)),
    "floor": Function(1, 1, _floor),
    "greatest": Function(2, 8, _extreme(">=")),
    "least": Function(2, 8, _extreme("<=")),
    "marginal": Function(2, 3, _table("marginal")),
    "month": Function(1, 1, _date_part(_month)),
    "months": Function(2, 2, _between(ir.MonthNumber)),
    "nullif": Function(2, 2, _nullif),
    "quarter": Function(1, 1, _date_part(_quarter)),
    "round": Function(2, 2, _round),
    "sign": Function(1, 1, _sign),
    "starts_with": Function(2, 2, _starts_with),
    "whole": Function(2, 3, _table("whole")),
    "year": Function(1, 1, _date_part(_year)),
}
