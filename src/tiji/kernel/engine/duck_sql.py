"""Prints expressions and stages as DuckDB SQL: 64 bits are BIGINT, the steps beyond HUGEINT."""

from __future__ import annotations

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Relation
from tiji.kernel.engine.sql import SqlPrinter

_EXACT_IN_DOUBLE = 2**53


class DuckPrinter(SqlPrinter):
    wide = "HUGEINT"
    types = {"int": "BIGINT", "text": "VARCHAR", "date": "DATE", "bool": "BOOLEAN"}

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def text(self, node: ir.Text) -> str:
        return "'" + node.value.replace("'", "''") + "'"

    def round(self, node: ir.Round) -> str:
        cut = node.of.field.scale - node.scale
        value = self.expr(node.of)
        if cut == 0:
            return value
        half = 5 * 10 ** (cut - 1)
        kind = self.width(node.of.field.bound + half)
        value = f"CAST({value} AS {kind})"
        return f"(({value} + CASE WHEN {value} < 0 THEN -{half} ELSE {half} END) // CAST({10**cut} AS {kind}))"

    def divide(self, node: ir.Divide) -> str:
        wide = max(node.left.field.bound, node.right.field.bound) > ir.INT64_MAX
        return f"({self.operand(node.left, wide)} {node.op} {self.operand(node.right, wide)})"

    def starts_with(self, node: ir.StartsWith) -> str:
        return f"starts_with({self.expr(node.of)}, {self.text(ir.Text(node.prefix))})"

    def day_number(self, node: ir.DayNumber) -> str:
        return f"CAST({self.expr(node.of)} - DATE '1970-01-01' AS BIGINT)"

    def median(self, node: ir.Aggregate) -> str:
        return f"QUANTILE_DISC({self.expr(node.of)}, 0.5)"

    def last(self, node: ir.Aggregate) -> str:
        order = ", ".join(f"{self.expr(key)} NULLS LAST" for key in node.order)
        return f"LAST({self.expr(node.of)} ORDER BY {order})"

    def running(self, node: ir.Window, of: ir.Expr, over: str) -> str:
        """Doubles are exact below 2^53 and half the work."""
        if node.bound < _EXACT_IN_DOUBLE:
            return f"SUM(CAST({self.expr(of)} AS DOUBLE)) {over}"
        return super().running(node, of, over)


PRINTER = DuckPrinter()


def relation_sql(relation: Relation) -> str:
    """A full SELECT for the relation."""
    return PRINTER.relation(relation)


def expr_sql(node: ir.Expr) -> str:
    return PRINTER.expr(node)
