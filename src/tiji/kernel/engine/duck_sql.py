"""Prints expressions and stages as DuckDB SQL. Text comes from the IR only; names and values are quoted here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Source, Table, Union

_EXACT_IN_DOUBLE = 2**53
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def relation_sql(relation: Relation) -> str:
    """A full SELECT for the relation."""
    if isinstance(relation, Table):
        return f"SELECT * FROM {quoted(relation.name)}"  # noqa: S608 - name quoted
    if isinstance(relation, Union):
        return " UNION ALL ".join(f"({relation_sql(part)})" for part in relation.parts)
    columns = ", ".join(f"{_output(expr)} AS {quoted(name)}" for name, expr in relation.columns.items())
    sql = f"SELECT {columns} FROM {_source(relation.source)}"  # noqa: S608 - printed from the IR
    if relation.where is not None:
        sql += f" WHERE {expr_sql(relation.where)}"
    if relation.group_by:
        keys = ", ".join(expr_sql(relation.columns[name]) for name in relation.group_by)
        sql += f" GROUP BY {keys}"
    if relation.order_by:
        sql += " ORDER BY " + ", ".join(f"{quoted(name)} NULLS LAST" for name in relation.order_by)
    return sql


def expr_sql(node: ir.Expr) -> str:
    return _PRINTERS[type(node)](node)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _source(source: Source) -> str:
    match source:
        case Table():
            return quoted(source.name)
        case Aliased():
            return f"{_inner(source.of)} AS {quoted(source.alias)}"
        case Join():
            return f"{_source(source.left)} {source.kind} JOIN {_source(source.right)} ON {expr_sql(source.on)}"
        case Select() | Union():
            return _inner(source)


def _inner(relation: Relation) -> str:
    return quoted(relation.name) if isinstance(relation, Table) else f"({relation_sql(relation)})"


def _output(node: ir.Expr) -> str:
    """A column of a stage keeps the width its bound asks for, so that a sum is never wider than it says."""
    sql = expr_sql(node)
    if node.field.kind != "int" or isinstance(node, ir.Column):
        return sql
    return f"CAST({sql} AS {_width(node)})"


def _width(node: ir.Expr) -> str:
    return "BIGINT" if node.field.bound <= ir.INT64_MAX else "HUGEINT"


def _operand(node: ir.Expr, wide: bool) -> str:
    """An operand, widened first if the result needs it: BIGINT times BIGINT would overflow before it is widened."""
    sql = expr_sql(node)
    return f"CAST({sql} AS HUGEINT)" if wide else sql


def _column(node: ir.Column) -> str:
    return f"{quoted(node.table)}.{quoted(node.name)}" if node.table else quoted(node.name)


def _number(node: ir.Number) -> str:
    return f"CAST({node.value} AS {_width(node)})"


def _text(node: ir.Text) -> str:
    return "'" + node.value.replace("'", "''") + "'"


def _day(node: ir.Day) -> str:
    if not _DATE.fullmatch(node.iso):
        raise ValueError(f"{node.iso!r} is not a date")
    return f"DATE '{node.iso}'"


def _null(node: ir.Null) -> str:
    types = {"int": "BIGINT", "text": "VARCHAR", "date": "DATE", "bool": "BOOLEAN"}
    return f"CAST(NULL AS {types[node.field.kind]})"


def _binary(node: ir.Binary) -> str:
    wide = node.field.bound > ir.INT64_MAX
    return f"({_operand(node.left, wide)} {node.op} {_operand(node.right, wide)})"


def _call(node: ir.Call) -> str:
    return f"{node.name}({', '.join(map(expr_sql, node.args))})"


def _round(node: ir.Round) -> str:
    cut = node.of.field.scale - node.scale
    value = expr_sql(node.of)
    if cut == 0:
        return value
    half = 5 * 10 ** (cut - 1)
    kind = "BIGINT" if node.of.field.bound + half <= ir.INT64_MAX else "HUGEINT"
    value = f"CAST({value} AS {kind})"
    return f"(({value} + CASE WHEN {value} < 0 THEN -{half} ELSE {half} END) // CAST({10**cut} AS {kind}))"


def _divide(node: ir.Divide) -> str:
    wide = max(node.left.field.bound, node.right.field.bound) > ir.INT64_MAX
    return f"({_operand(node.left, wide)} {node.op} {_operand(node.right, wide)})"


def _at_scale(node: ir.AtScale | ir.Bounded) -> str:
    return expr_sql(node.of)


def _compare(node: ir.Compare) -> str:
    return f"({expr_sql(node.left)} {node.op} {expr_sql(node.right)})"


def _logic(node: ir.Logic) -> str:
    return "(" + f" {node.op} ".join(map(expr_sql, node.args)) + ")"


def _not(node: ir.Not) -> str:
    return f"(NOT {expr_sql(node.of)})"


def _truth(node: ir.Truth) -> str:
    return "TRUE" if node.value else "FALSE"


def _starts_with(node: ir.StartsWith) -> str:
    return f"starts_with({expr_sql(node.of)}, {_text(ir.Text(node.prefix))})"


def _is_null(node: ir.IsNull) -> str:
    return f"({expr_sql(node.of)} IS {'NOT ' if node.negated else ''}NULL)"


def _case(node: ir.Case) -> str:
    whens = " ".join(f"WHEN {expr_sql(test)} THEN {expr_sql(value)}" for test, value in node.whens)
    return f"CASE {whens} ELSE {expr_sql(node.otherwise)} END"


def _coalesce(node: ir.Coalesce) -> str:
    return f"COALESCE({', '.join(map(expr_sql, node.args))})"


def _month_number(node: ir.MonthNumber) -> str:
    of = expr_sql(node.of)
    return f"(CAST(YEAR({of}) AS BIGINT) * 12 + CAST(MONTH({of}) AS BIGINT) - 1)"


def _day_number(node: ir.DayNumber) -> str:
    return f"CAST({expr_sql(node.of)} - DATE '1970-01-01' AS BIGINT)"


def _aggregate(node: ir.Aggregate) -> str:
    of = expr_sql(node.of)
    match node.name:
        case "COUNT":
            return "COUNT(*)"
        case "MEDIAN":
            return f"QUANTILE_DISC({of}, 0.5)"
        case "LAST":
            order = ", ".join(f"{expr_sql(key)} NULLS LAST" for key in node.order)
            return f"LAST({of} ORDER BY {order})"
        case _:
            return f"{node.name}({of})"


def _window(node: ir.Window) -> str:
    parts = []
    if node.partition:
        parts.append("PARTITION BY " + ", ".join(map(expr_sql, node.partition)))
    if node.order:
        keys = (f"{expr_sql(key)} {'DESC' if falls else 'ASC'} NULLS LAST" for key, falls in node.order)
        parts.append("ORDER BY " + ", ".join(keys))
    if node.order and node.name == "SUM":
        parts.append("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
    over = f"OVER ({' '.join(parts)})"
    if node.of is None:
        return f"CAST(ROW_NUMBER() {over} AS BIGINT)"
    if node.name == "LEAD":
        return f"LEAD({expr_sql(node.of)}) {over}"
    if node.bound < _EXACT_IN_DOUBLE:
        return f"CAST(SUM(CAST({expr_sql(node.of)} AS DOUBLE)) {over} AS BIGINT)"
    return f"CAST(SUM({expr_sql(node.of)}) {over} AS {_width(node)})"


_PRINTERS: dict[type[ir.Expr], Callable[[Any], str]] = {
    ir.Column: _column,
    ir.Number: _number,
    ir.Text: _text,
    ir.Day: _day,
    ir.Null: _null,
    ir.Binary: _binary,
    ir.Call: _call,
    ir.Round: _round,
    ir.Divide: _divide,
    ir.AtScale: _at_scale,
    ir.Bounded: _at_scale,
    ir.Compare: _compare,
    ir.Logic: _logic,
    ir.Not: _not,
    ir.Truth: _truth,
    ir.StartsWith: _starts_with,
    ir.IsNull: _is_null,
    ir.Case: _case,
    ir.Coalesce: _coalesce,
    ir.MonthNumber: _month_number,
    ir.DayNumber: _day_number,
    ir.Aggregate: _aggregate,
    ir.Window: _window,
}
