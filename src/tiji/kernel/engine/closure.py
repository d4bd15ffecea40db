"""Expressions as a Python function of one row, for estimates: the same integers as the engines', in microseconds.

The function is built as Python's own syntax tree from typed expressions, whose texts can only be constants in it: no
text of a formula is ever evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas import Program

_EPOCH = date(1970, 1, 1)
NOTHING: dict[str, Any] = {"int": 0, "text": "", "bool": False, "date": _EPOCH}
_OPERATORS: dict[str, ast.operator] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult()}
_COMPARED: dict[str, ast.cmpop] = {
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "=": ast.Eq(),
    "<>": ast.NotEq(),
}

Row = Mapping[str, Any]


def closure_of(programs: Mapping[str, Program]) -> Callable[[Row], dict[str, Any]]:
    """One function that computes all programs of a row: a mapping of names to integers at the names' scales (texts,
    booleans, dates as they are; None where a name may be empty).

    Shape: the answer has one value per program, under its key, at the scale of its field. A program may read the
    results of those before it under their keys.
    """
    writer = Writer()
    for key, program in programs.items():
        for name, of in program.lets:
            writer.let(name, of)
        writer.let(key, program.result)
    return writer.function(list(programs))


class Writer:
    """Writes the body of the function, statement by statement."""

    def __init__(self) -> None:
        self.body: list[ast.stmt] = []
        self.locals: dict[str, str] = {}
        self.constants: dict[str, Any] = {"_cut": _cut, "_left": _left, "_given": _given, "min": min, "max": max}

    def let(self, name: str, of: ir.Expr) -> None:
        value = self.expr(of)
        self.locals[name] = f"v{len(self.locals)}"
        self.assign(self.locals[name], value)

    def function(self, keys: list[str]) -> Callable[[Row], dict[str, Any]]:
        pairs = [(ast.Constant(key), _load(self.locals[key])) for key in keys]
        made: Callable[[Row], dict[str, Any]] = self.made_function(
            ast.Dict([key for key, _ in pairs], [value for _, value in pairs])
        )
        return made

    def made_function(self, answer: ast.expr) -> Callable[[Any], Any]:
        """A function of `row` that does everything written so far and returns the answer."""
        arguments = ast.arguments(posonlyargs=[], args=[ast.arg("row")], kwonlyargs=[], kw_defaults=[], defaults=[])
        body = [*self.body, ast.Return(answer)]
        function = ast.FunctionDef(name="computed", args=arguments, body=body, decorator_list=[])
        module = ast.fix_missing_locations(ast.Module([function], []))
        space = {"__builtins__": {}, **self.constants}
        exec(compile(module, "<formulas>", "exec"), space)  # noqa: S102 - built from typed nodes above, no text
        made: Callable[[Any], Any] = space["computed"]
        return made

    def expr(self, of: ir.Expr) -> ast.expr:
        match of:
            case ir.Column():
                return self.column(of)
            case ir.Day():
                return self.constant(date.fromisoformat(of.iso))
            case ir.IsNull():
                return self.empty(of)
        write = _WRITTEN.get(type(of))
        if write is None:
            raise TypeError(f"{type(of).__name__} is not computed row by row")
        return write(of, self.expr)

    def column(self, of: ir.Column) -> ast.expr:
        """A step, an earlier result, or what the row gives; empty values become nothing, which no answer shows."""
        if of.name in self.locals:
            return _load(self.locals[of.name])
        self.locals[of.name] = f"v{len(self.locals)}"
        nothing = self.constant(NOTHING[of.field.kind])
        self.assign(self.locals[of.name], _call("_given", _item(of.name), nothing))
        return _load(self.locals[of.name])

    def empty(self, of: ir.IsNull) -> ast.expr:
        assert isinstance(of.of, ir.Column), "only a name can be empty"
        test: ast.cmpop = ast.IsNot() if of.negated else ast.Is()
        return ast.Compare(_item(of.of.name), [test], [ast.Constant(None)])

    def constant(self, value: Any) -> ast.expr:
        if not isinstance(value, date):
            return ast.Constant(value)
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return _load(name)

    def assign(self, name: str, value: ast.expr) -> None:
        self.body.append(ast.Assign([ast.Name(name, ast.Store())], value))


def _rounded(of: ir.Round, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    cut = of.of.field.scale - of.scale
    if cut == 0:
        return sub(of.of)
    half, ten = ast.Constant(5 * 10 ** (cut - 1)), ast.Constant(10**cut)
    up = ast.BinOp(ast.BinOp(sub(of.of), ast.Add(), half), ast.FloorDiv(), ten)
    down = ast.UnaryOp(ast.USub(), ast.BinOp(ast.BinOp(half, ast.Sub(), sub(of.of)), ast.FloorDiv(), ten))
    return ast.IfExp(ast.Compare(sub(of.of), [ast.GtE()], [ast.Constant(0)]), up, down)


def _binary(of: ir.Binary, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    return ast.BinOp(sub(of.left), _OPERATORS[of.op], sub(of.right))


def _divide(of: ir.Divide, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    return _call("_cut" if of.op == "//" else "_left", sub(of.left), sub(of.right))


def _several(of: ir.Call, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    if of.name == "ABS":
        (inner,) = map(sub, of.args)
        return _call("max", inner, ast.UnaryOp(ast.USub(), inner))
    return _call("min" if of.name == "LEAST" else "max", *map(sub, of.args))


def _case(of: ir.Case, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    answer = sub(of.otherwise)
    for test, value in reversed(of.whens):
        answer = ast.IfExp(sub(test), sub(value), answer)
    return answer


def _logic(of: ir.Logic, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    return ast.BoolOp(ast.And() if of.op == "AND" else ast.Or(), [sub(part) for part in of.args])


def _month(of: ir.MonthNumber, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    day = sub(of.of)
    year = ast.BinOp(ast.Attribute(day, "year", ast.Load()), ast.Mult(), ast.Constant(12))
    return ast.BinOp(ast.BinOp(year, ast.Add(), ast.Attribute(day, "month", ast.Load())), ast.Sub(), ast.Constant(1))


def _day(of: ir.DayNumber, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    ordinal = ast.Call(ast.Attribute(sub(of.of), "toordinal", ast.Load()), [], [])
    return ast.BinOp(ordinal, ast.Sub(), ast.Constant(_EPOCH.toordinal()))


def _starts(of: ir.StartsWith, sub: Callable[[ir.Expr], ast.expr]) -> ast.expr:
    return ast.Call(ast.Attribute(sub(of.of), "startswith", ast.Load()), [ast.Constant(of.prefix)], [])


_WRITTEN: dict[type[ir.Expr], Callable[[Any, Callable[[ir.Expr], ast.expr]], ast.expr]] = {
    ir.AtScale: lambda of, sub: sub(of.of),
    ir.Bounded: lambda of, sub: sub(of.of),
    ir.Binary: _binary,
    ir.Call: _several,
    ir.Case: _case,
    ir.Compare: lambda of, sub: ast.Compare(sub(of.left), [_COMPARED[of.op]], [sub(of.right)]),
    ir.DayNumber: _day,
    ir.Divide: _divide,
    ir.Logic: _logic,
    ir.MonthNumber: _month,
    ir.Not: lambda of, sub: ast.UnaryOp(ast.Not(), sub(of.of)),
    ir.Round: _rounded,
    ir.Number: lambda of, _sub: ast.Constant(of.value),
    ir.StartsWith: _starts,
    ir.Text: lambda of, _sub: ast.Constant(of.value),
    ir.Truth: lambda of, _sub: ast.Constant(of.value),
}


def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _item(name: str) -> ast.expr:
    return ast.Subscript(_load("row"), ast.Constant(name), ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_load(name), list(arguments), [])


def _cut(left: int, right: int) -> int:
    """The whole quotient towards zero, as the engines divide."""
    quotient = abs(left) // abs(right)
    return -quotient if (left < 0) != (right < 0) else quotient


def _left(left: int, right: int) -> int:
    return left - _cut(left, right) * right


def _given(value: Any, nothing: Any) -> Any:
    return nothing if value is None else value
