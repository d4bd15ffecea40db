"""Relations as a Python function of one row of each table: what an engine does to millions, done to one for estimates.

Only what works row by row: selects, filters, unions, and joins of rows that belong together. Windows and aggregates are
refused. Like `closure.py` the function is built from typed nodes; no text is ever evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.closure import NOTHING, Writer
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Source, Table, Union

Row = Mapping[str, Any]
Rows = Mapping[str, Row]
Scope = dict[tuple[str | None, str], str]


def rows_closure(relation: Relation) -> Callable[[Rows], list[dict[str, Any]]]:
    """One function of a row of each table (by the table's name) that gives the relation's rows: those that its filters
    let through, each with an integer at the column's scale (texts, booleans, dates as they are; None where empty).

    Raises: TypeError if the relation needs more than one row of a table.
    """
    parts = relation.parts if isinstance(relation, Union) else (relation,)
    functions = [_RelationWriter().written(part) for part in parts]

    def computed(rows: Rows) -> list[dict[str, Any]]:
        return [found for found in (function(rows) for function in functions) if found is not None]

    return computed


def row_closure(relation: Select) -> Callable[[Rows], dict[str, Any] | None]:
    """The same of a relation that gives one row at most."""
    return _RelationWriter().written(relation)


@dataclass(slots=True)
class _Names:
    """Which variable holds a column, and which one what it is where it is empty."""

    scope: Scope = field(default_factory=dict)
    filled: dict[str, str] = field(default_factory=dict)


class _RelationWriter(Writer):
    """Writes a relation from its tables outwards: each stage's columns are variables, a filter leaves early."""

    def __init__(self) -> None:
        super().__init__()
        self.names = _Names()
        self.made = 0

    def written(self, relation: Relation) -> Callable[[Rows], dict[str, Any] | None]:
        if isinstance(relation, Union):
            raise TypeError("a union gives several rows")
        scope = self.source(relation)
        pairs = [(ast.Constant(name), ast.Name(variable, ast.Load())) for (_, name), variable in scope.items()]
        answer: ast.expr = ast.Dict([key for key, _ in pairs], [value for _, value in pairs])
        return self.made_function(answer)

    def source(self, of: Source) -> Scope:
        """The variables of a source's columns, after the statements that make them."""
        match of:
            case Table():
                return {(None, name): self.loaded(of.name, name) for name in of.fields}
            case Aliased():
                return {(of.alias, name): variable for (_, name), variable in self.source(of.of).items()}
            case Join(kind="INNER"):
                self.names.scope = {**self.source(of.left), **self.source(of.right)}
                self.leave_unless(of.on)
                return self.names.scope
            case Select(group_by=()):
                return self.selected(of)
        raise TypeError(f"{type(of).__name__} is not computed row by row")

    def selected(self, of: Select) -> Scope:
        self.names.scope = scope = self.source(of.source)
        if of.where is not None:
            self.leave_unless(of.where)
        found: Scope = {}
        for name, column in of.columns.items():
            if isinstance(column, ir.Column):
                found[None, name] = scope[column.table, column.name]
            else:
                found[None, name] = self.assigned(self.expr(column))
        return found

    def leave_unless(self, test: ir.Expr) -> None:
        refused = ast.UnaryOp(ast.Not(), self.expr(test))
        self.body.append(ast.If(refused, [ast.Return(ast.Constant(None))], []))

    def loaded(self, table: str, name: str) -> str:
        row = ast.Subscript(ast.Name("row", ast.Load()), ast.Constant(table), ast.Load())
        return self.assigned(ast.Subscript(row, ast.Constant(name), ast.Load()))

    def assigned(self, value: ast.expr) -> str:
        name = f"v{self.made}"
        self.made += 1
        self.assign(name, value)
        return name

    def expr(self, of: ir.Expr) -> ast.expr:
        match of:
            case ir.Null():
                return ast.Constant(None)
            case ir.Coalesce(args=(ir.Column() as first, then)):
                variable = self.names.scope[first.table, first.name]
                return self.filled(variable, self.expr(then))
        return super().expr(of)

    def column(self, of: ir.Column) -> ast.expr:
        """What stands there; where it is empty nothing, which no answer shows."""
        variable = self.names.scope[of.table, of.name]
        if variable not in self.names.filled:
            self.names.filled[variable] = self.assigned(self.filled(variable, self.constant(NOTHING[of.field.kind])))
        return ast.Name(self.names.filled[variable], ast.Load())

    def empty(self, of: ir.IsNull) -> ast.expr:
        assert isinstance(of.of, ir.Column), "only a name can be empty"
        test: ast.cmpop = ast.IsNot() if of.negated else ast.Is()
        variable = self.names.scope[of.of.table, of.of.name]
        return ast.Compare(ast.Name(variable, ast.Load()), [test], [ast.Constant(None)])

    def filled(self, variable: str, otherwise: ast.expr) -> ast.expr:
        there = ast.Compare(ast.Name(variable, ast.Load()), [ast.IsNot()], [ast.Constant(None)])
        return ast.IfExp(there, ast.Name(variable, ast.Load()), otherwise)
