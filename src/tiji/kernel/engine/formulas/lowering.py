"""Tree → typed expressions. A formula that would lose cents, divide by nothing or grow too large is refused here.

Source: docs/kernel/formulas.md
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas import tree
from tiji.kernel.engine.formulas.binding import Binder
from tiji.kernel.engine.formulas.functions import FUNCTIONS, Call, Lowers
from tiji.kernel.engine.formulas.problems import FormulaError, refuse
from tiji.kernel.engine.formulas.reading import read_formula
from tiji.kernel.engine.formulas.scope import Declared, Kind, Scope
from tiji.kernel.engine.formulas.tables import Table, digits_in
from tiji.kernel.engine.formulas.values import (
    Value,
    add,
    choose,
    compare,
    divide,
    missing_of,
    multiply,
    negative,
    number,
    subtract,
    truth,
)

_OPERATIONS = {"+": add, "-": subtract, "*": multiply}


@dataclass(frozen=True, slots=True)
class Program:
    """A formula ready to compute: steps to bind in this order, each over the names and the steps before it, and the
    result. Numbers are integers at the scale of their field."""

    text: str
    kind: Kind
    lets: tuple[tuple[str, ir.Expr], ...]
    result: ir.Expr

    @property
    def field(self) -> ir.Field:
        return self.result.field


def compile_formula(
    text: str, scope: Scope, expects: Kind = "number", key: str = "", digits: int | None = None
) -> Program:
    """The program of a formula. `key` begins the names of its steps, so that several formulas can share a row. With
    `digits` the result is rounded to so many decimals, as one more `round` would do.

    Raises: FormulaError with the place of the first mistake and what may be meant.
    Source: docs/kernel/formulas.md
    """
    node = read_formula(text)
    binder = Binder(f"{key}#")
    value = _Lowering(scope, binder).value(node)
    if digits is not None and value.kind == "number":
        value = number(ir.rescale(binder.rounded(value.expr, value.under, digits), digits), missing=value.missing)
    if value.kind != expects:
        raise refuse("result", node.span, expected=expects, given=value.kind)
    if value.missing is not None:
        raise refuse("maybe_empty", node.span, what=text[slice(*node.span)])
    if value.under is not None:
        raise refuse("divided", node.span)
    return Program(text, value.kind, tuple(binder.lets), value.expr)


def kind_of(text: str, scope: Scope) -> Kind:
    """What a formula gives. Raises: FormulaError."""
    return _Lowering(scope, Binder("#")).value(read_formula(text)).kind


class _Lowering(Lowers):
    def __init__(self, scope: Scope, binder: Binder) -> None:
        self.scope = scope
        self.binder = binder

    def value(self, node: tree.Node) -> Value:
        """The value of a part. Raises: FormulaError."""
        try:
            return self._value(node)
        except OverflowError as error:
            raise refuse("overflow", node.span) from error

    def _value(self, node: tree.Node) -> Value:
        lower = _LOWERED.get(type(node))
        if lower is None:
            raise refuse("syntax", node.span)
        return lower(self, node)

    def literal(self, node: tree.Number) -> Value:
        scale = digits_in([node.value])
        return number(ir.Number(int(node.value.scaleb(scale)), scale), positive=node.value > 0)

    def negated(self, node: tree.Negative) -> Value:
        inner = self.numeric(node.of)
        return number(negative(inner.expr), under=inner.under, missing=inner.missing)

    def comparison(self, node: tree.Comparison) -> Value:
        return self.compared(node, node.op, self.value(node.left), self.value(node.right))

    def logic(self, node: tree.Logic) -> Value:
        parts = (self.condition(node.left), self.condition(node.right))
        return Value("bool", ir.Logic("AND" if node.op == "AND" else "OR", parts))

    def empty(self, node: tree.Empty) -> Value:
        missing = self.value(node.of).missing
        return Value("bool", missing if missing is not None else ir.Truth(False))

    def named(self, node: tree.Name) -> Value:
        declared = self.scope.names.get(node.name)
        if declared is None:
            if node.name in self.scope.tables:
                raise refuse("table_value", node.span, name=node.name)
            known = [*self.scope.names, *self.scope.tables]
            raise refuse("unknown_name", node.span, _close(node.name, known), name=node.name)
        return _declared_value(node.name, declared)

    def numeric(self, node: tree.Node) -> Value:
        """A number, perhaps empty. Raises: FormulaError."""
        value = self.value(node)
        if value.kind != "number":
            raise refuse("not_number", node.span, kind=value.kind)
        return value

    def present(self, node: tree.Node) -> Value:
        """A value that is there on every row. Raises: FormulaError."""
        value = self.value(node)
        if value.missing is not None:
            raise refuse("maybe_empty", node.span, what=_words(node))
        return value

    def condition(self, node: tree.Node) -> ir.Expr:
        value = self.present(node)
        if value.kind != "bool":
            raise refuse("boolean", node.span, kind=value.kind)
        return value.expr

    def arithmetic(self, node: tree.Arithmetic) -> Value:
        left, right = self.numeric(node.left), self.numeric(node.right)
        if node.op != "/":
            return _OPERATIONS[node.op](left, right)
        if not right.positive and not isinstance(right.expr, ir.Number) and not _never_zero(node.right):
            raise refuse("maybe_zero", node.right.span, what=_words(node.right))
        if isinstance(right.expr, ir.Number) and right.expr.value == 0:
            raise refuse("maybe_zero", node.right.span, what="0")
        return divide(left, right)

    def compared(self, node: tree.Node, op: str, left: Value, right: Value) -> Value:
        if left.kind != right.kind:
            raise refuse("compare", node.span, left=left.kind, right=right.kind)
        if left.kind == "bool" or (left.kind == "text" and op not in ("=", "<>")):
            raise refuse("compare", node.span, left=left.kind, right=right.kind)
        return truth(compare(op, left, right), left, right)

    def one_of(self, node: tree.OneOf) -> Value:
        of = self.value(node.of)
        tests = [self.compared(value, "=", of, self.present(value)) for value in node.values]
        expr = tests[0].expr if len(tests) == 1 else ir.Logic("OR", tuple(test.expr for test in tests))
        return Value("bool", expr, missing=missing_of(of))

    def choice(self, node: tree.Choice) -> Value:
        whens = [(self.condition(test), self.value(answer)) for test, answer in node.whens]
        otherwise = self.value(node.otherwise)
        for (_, answer), (_, value) in zip(node.whens, whens, strict=True):
            if value.kind != otherwise.kind:
                raise refuse("not_one_kind", answer.span, left=value.kind, right=otherwise.kind)
        return choose(whens, otherwise)

    def applied(self, node: tree.Apply) -> Value:
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise refuse("unknown_function", node.span, _close(node.function, list(FUNCTIONS)), name=node.function)
        if not function.least <= len(node.arguments) <= function.most:
            given, name = len(node.arguments), node.function
            raise refuse("arguments", node.span, name=name, expected=function.expected, given=given)
        return function.lower(self, Call(node))

    def table(self, node: tree.Node) -> Table:
        """The table that a name stands for. Raises: FormulaError."""
        tables = self.scope.tables
        if not isinstance(node, tree.Name) or node.name not in tables:
            name = node.name if isinstance(node, tree.Name) else ""
            example = next(iter(tables), "rates")
            raise refuse("not_table", node.span, _close(name, list(tables)), example=example)
        return tables[node.name]


_LOWERED: dict[type[tree.Node], Callable[[_Lowering, Any], Value]] = {
    tree.Number: _Lowering.literal,
    tree.Word: lambda _of, node: Value("text", ir.Text(node.value)),
    tree.Truth: lambda _of, node: Value("bool", ir.Truth(node.value)),
    tree.Day: lambda _of, node: Value("date", ir.Day(node.value.isoformat())),
    tree.Name: _Lowering.named,
    tree.Negative: _Lowering.negated,
    tree.Arithmetic: _Lowering.arithmetic,
    tree.Comparison: _Lowering.comparison,
    tree.Logic: _Lowering.logic,
    tree.Not: lambda of, node: Value("bool", ir.Not(of.condition(node.of))),
    tree.Empty: _Lowering.empty,
    tree.OneOf: _Lowering.one_of,
    tree.Choice: _Lowering.choice,
    tree.Apply: _Lowering.applied,
}


def _declared_value(name: str, declared: Declared) -> Value:
    column = ir.Column(name, declared.field)
    missing = ir.IsNull(column) if declared.optional else None
    return Value(declared.kind, column, missing=missing, positive=declared.positive)


def _never_zero(node: tree.Node) -> bool:
    """nullif(x, 0) is empty and not 0; so is what is multiplied of such."""
    match node:
        case tree.Apply(function="nullif", arguments=(_, tree.Number(value=value))):
            return value == 0
        case tree.Arithmetic(op="*"):
            return all(_never_zero(part) or _not_zero(part) for part in (node.left, node.right))
        case tree.Negative():
            return _never_zero(node.of)
        case _:
            return False


def _not_zero(node: tree.Node) -> bool:
    return isinstance(node, tree.Number) and node.value != 0


def _words(node: tree.Node) -> str:
    """A short name for a part."""
    match node:
        case tree.Name():
            return node.name
        case tree.Apply():
            return f"{node.function}(…)"
        case _:
            return "…"


def _close(name: str, known: list[str]) -> str:
    return next(iter(get_close_matches(name, known, 1, 0.6)), "")


__all__ = ["FormulaError", "Program", "compile_formula", "kind_of"]
