"""Prints expressions and stages as SQL: what the engines say alike. Each has a printer of its own for the rest.

Text comes from the IR only; names and values are quoted here. Nothing is rounded, cast or ordered by a default of the
engine: every width, every NULLS LAST and every frame is written out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Source, Table, Union

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class SqlPrinter:
    """SQL in one dialect. `narrow` is its name for 64 bits, `wide` for the integers beyond."""

    narrow: ClassVar[str] = "BIGINT"
    wide: ClassVar[str]
    types: ClassVar[dict[ir.Kind, str]]

    def relation(self, relation: Relation) -> str:
        """A full SELECT for the relation."""
        if isinstance(relation, Table):
            return f"SELECT * FROM {self.quoted(relation.name)}"  # noqa: S608 - name quoted
        if isinstance(relation, Union):
            return " UNION ALL ".join(f"({self.relation(part)})" for part in relation.parts)
        columns = ", ".join(f"{self.output(of)} AS {self.quoted(name)}" for name, of in relation.columns.items())
        sql = f"SELECT {columns} FROM {self.source(relation.source)}"  # noqa: S608 - printed from the IR
        if relation.where is not None:
            sql += f" WHERE {self.expr(relation.where)}"
        if relation.group_by:
            sql += f" GROUP BY {', '.join(self.expr(relation.columns[name]) for name in relation.group_by)}"
        return sql + self.ordered(relation)

    def fetched(self, relation: Relation) -> str:
        """The relation with every number as int64: a value that does not fit raises, it is never cut."""
        wide = {name for name, kind in relation.fields.items() if kind.kind == "int" and kind.bound > ir.INT64_MAX}
        if not wide:
            return self.relation(relation)
        names = {name: self.quoted(name) for name in relation.fields}
        columns = ", ".join(
            f"CAST({quoted} AS {self.narrow}) AS {quoted}" if name in wide else quoted for name, quoted in names.items()
        )
        rows = replace(relation, order_by=()) if isinstance(relation, Select) else relation
        return f"SELECT {columns} FROM ({self.relation(rows)})" + self.ordered(relation)  # noqa: S608 - names quoted

    def ordered(self, relation: Relation) -> str:
        if not isinstance(relation, Select) or not relation.order_by:
            return ""
        return " ORDER BY " + ", ".join(f"{self.quoted(name)} NULLS LAST" for name in relation.order_by)

    def source(self, source: Source) -> str:
        match source:
            case Aliased():
                return f"{self.inner(source.of)} AS {self.quoted(source.alias)}"
            case Join():
                left, right = self.source(source.left), self.source(source.right)
                return f"{left} {source.kind} JOIN {right} ON {self.expr(source.on)}"
            case _:
                return self.inner(source)

    def inner(self, relation: Relation) -> str:
        return self.quoted(relation.name) if isinstance(relation, Table) else f"({self.relation(relation)})"

    def expr(self, node: ir.Expr) -> str:
        printed: str = getattr(self, _METHODS[type(node)])(node)
        return printed

    def quoted(self, name: str) -> str:
        raise NotImplementedError

    def output(self, node: ir.Expr) -> str:
        """A column of a stage keeps the width its bound asks for, so that a sum is never wider than it says."""
        sql = self.expr(node)
        if node.field.kind != "int" or isinstance(node, ir.Column):
            return sql
        return f"CAST({sql} AS {self.width(node.field.bound)})"

    def width(self, bound: int) -> str:
        return self.narrow if bound <= ir.INT64_MAX else self.wide

    def operand(self, node: ir.Expr, wide: bool) -> str:
        """An operand, widened first if the result needs it: 64 bits times 64 bits would overflow before it is."""
        sql = self.expr(node)
        return f"CAST({sql} AS {self.wide})" if wide else sql

    def column(self, node: ir.Column) -> str:
        return f"{self.quoted(node.table)}.{self.quoted(node.name)}" if node.table else self.quoted(node.name)

    def number(self, node: ir.Number) -> str:
        return f"CAST({node.value} AS {self.width(node.field.bound)})"

    def text(self, node: ir.Text) -> str:
        raise NotImplementedError

    def day(self, node: ir.Day) -> str:
        if not _DATE.fullmatch(node.iso):
            raise ValueError(f"{node.iso!r} is not a date")
        return f"DATE '{node.iso}'"

    def null(self, node: ir.Null) -> str:
        return f"CAST(NULL AS {self.types[node.field.kind]})"

    def binary(self, node: ir.Binary) -> str:
        wide = node.field.bound > ir.INT64_MAX
        return f"({self.operand(node.left, wide)} {node.op} {self.operand(node.right, wide)})"

    def call(self, node: ir.Call) -> str:
        return f"{node.name}({', '.join(map(self.expr, node.args))})"

    def round(self, node: ir.Round) -> str:
        raise NotImplementedError

    def divide(self, node: ir.Divide) -> str:
        raise NotImplementedError

    def at_scale(self, node: ir.AtScale) -> str:
        return self.expr(node.of)

    def bounded(self, node: ir.Bounded) -> str:
        return self.expr(node.of)

    def compare(self, node: ir.Compare) -> str:
        return f"({self.expr(node.left)} {node.op} {self.expr(node.right)})"

    def logic(self, node: ir.Logic) -> str:
        return "(" + f" {node.op} ".join(map(self.expr, node.args)) + ")"

    def negation(self, node: ir.Not) -> str:
        return f"(NOT {self.expr(node.of)})"

    def truth(self, node: ir.Truth) -> str:
        return "TRUE" if node.value else "FALSE"

    def starts_with(self, node: ir.StartsWith) -> str:
        raise NotImplementedError

    def is_null(self, node: ir.IsNull) -> str:
        return f"({self.expr(node.of)} IS {'NOT ' if node.negated else ''}NULL)"

    def case(self, node: ir.Case) -> str:
        whens = " ".join(f"WHEN {self.expr(test)} THEN {self.expr(value)}" for test, value in node.whens)
        return f"CASE {whens} ELSE {self.expr(node.otherwise)} END"

    def coalesce(self, node: ir.Coalesce) -> str:
        return f"COALESCE({', '.join(map(self.expr, node.args))})"

    def month_number(self, node: ir.MonthNumber) -> str:
        of = self.expr(node.of)
        return f"(CAST(YEAR({of}) AS BIGINT) * 12 + CAST(MONTH({of}) AS BIGINT) - 1)"

    def day_number(self, node: ir.DayNumber) -> str:
        raise NotImplementedError

    def aggregate(self, node: ir.Aggregate) -> str:
        match node.name:
            case "COUNT":
                return "COUNT(*)"
            case "SUM":
                return self.total(node)
            case "MEDIAN":
                return self.median(node)
            case "LAST":
                return self.last(node)
            case _:
                return f"{node.name}({self.expr(node.of)})"

    def total(self, node: ir.Aggregate) -> str:
        return f"SUM({self.expr(node.of)})"

    def median(self, node: ir.Aggregate) -> str:
        raise NotImplementedError

    def last(self, node: ir.Aggregate) -> str:
        raise NotImplementedError

    def window(self, node: ir.Window) -> str:
        parts = []
        if node.partition:
            parts.append("PARTITION BY " + ", ".join(map(self.expr, node.partition)))
        if node.order:
            keys = (f"{self.expr(key)} {'DESC' if falls else 'ASC'} NULLS LAST" for key, falls in node.order)
            parts.append("ORDER BY " + ", ".join(keys))
        if node.order and node.name == "SUM":
            parts.append("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
        over = f"OVER ({' '.join(parts)})"
        if node.of is None:
            return f"CAST(ROW_NUMBER() {over} AS {self.narrow})"
        if node.name == "LEAD":
            return f"LEAD({self.expr(node.of)}) {over}"
        return f"CAST({self.running(node, node.of, over)} AS {self.width(node.bound)})"

    def running(self, node: ir.Window, of: ir.Expr, over: str) -> str:
        """The sum of a window whose absolute values add up to no more than the node's bound."""
        return f"SUM({self.expr(of)}) {over}"


_METHODS: dict[type[ir.Expr], str] = {
    ir.Column: "column",
    ir.Number: "number",
    ir.Text: "text",
    ir.Day: "day",
    ir.Null: "null",
    ir.Binary: "binary",
    ir.Call: "call",
    ir.Round: "round",
    ir.Divide: "divide",
    ir.AtScale: "at_scale",
    ir.Bounded: "bounded",
    ir.Compare: "compare",
    ir.Logic: "logic",
    ir.Not: "negation",
    ir.Truth: "truth",
    ir.StartsWith: "starts_with",
    ir.IsNull: "is_null",
    ir.Case: "case",
    ir.Coalesce: "coalesce",
    ir.MonthNumber: "month_number",
    ir.DayNumber: "day_number",
    ir.Aggregate: "aggregate",
    ir.Window: "window",
}
