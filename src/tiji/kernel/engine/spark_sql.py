"""Prints expressions and stages as Spark SQL in ANSI mode: 64 bits are BIGINT, the steps beyond DECIMAL(38, 0).

Where Spark would compute something else than the other engine, the difference is written out here:

- `DIV` gives 64 bits and wraps silently when it divides decimals: wide quotients are divided without it.
- A product or quotient of decimals may lose decimals to make room: it is printed only where it cannot.
- A sum of 64 bits adds in 64 bits, in an order of its own: it is split into two halves that cannot overflow.
- `percentile_disc` is a double, and `last` knows no order: both are printed with exact functions.
"""

from __future__ import annotations

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.sql import SqlPrinter

DIGITS = 38
# The decimals that Spark keeps of a quotient or product at least; the integer part gets the rest of the digits.
_KEPT_DECIMALS = 6
# Sums of smaller numbers stay within 64 bits for four billion rows.
_SMALL = 2**31
_HALF = 2**32


class SparkPrinter(SqlPrinter):
    wide = f"DECIMAL({DIGITS}, 0)"
    types = {"int": "BIGINT", "text": "STRING", "date": "DATE", "bool": "BOOLEAN"}

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def text(self, node: ir.Text) -> str:
        """Letters, digits and blanks as they are; the rest by number: Spark reads a backslash, and no quote twice."""
        return "'" + "".join(map(_sign, node.value)) + "'"

    def bounded(self, node: ir.Bounded) -> str:
        """A wide number that the data say is narrow becomes narrow; it raises if they were wrong."""
        sql = self.expr(node.of)
        return f"CAST({sql} AS BIGINT)" if node.bound <= ir.INT64_MAX < node.of.field.bound else sql

    def round(self, node: ir.Round) -> str:
        cut = node.of.field.scale - node.scale
        value = self.expr(node.of)
        if cut == 0:
            return value
        half = 5 * 10 ** (cut - 1)
        bound = node.of.field.bound + half
        if bound <= ir.INT64_MAX:
            return f"(({value} + CASE WHEN {value} < 0 THEN -{half}L ELSE {half}L END) DIV CAST({10**cut} AS BIGINT))"
        if cut <= _KEPT_DECIMALS or len(str(bound)) + cut < DIGITS:
            digits = len(str(node.of.field.bound))
            part = f"CAST({value} AS DECIMAL({digits}, 0)) * CAST({_unit(cut)} AS DECIMAL({cut}, {cut}))"
            return f"ROUND({part}, 0)"
        whole = f"CAST({value} AS {self.wide})"
        moved = f"({whole} + CASE WHEN {value} < 0 THEN CAST(-{half} AS {self.wide}) ELSE {half} END)"
        return self._quotient(moved, f"CAST({10**cut} AS {self.wide})")

    def divide(self, node: ir.Divide) -> str:
        wide = max(node.left.field.bound, node.right.field.bound) > ir.INT64_MAX
        left, right = self.operand(node.left, wide), self.operand(node.right, wide)
        if node.op == "%":
            return f"({left} % {right})"
        return self._quotient(left, right) if wide else f"(CAST({left} AS BIGINT) DIV CAST({right} AS BIGINT))"

    def _quotient(self, left: str, right: str) -> str:
        """The whole quotient of two wide numbers. Without its remainder the division comes out even; a quotient of
        more than 32 digits raises."""
        return f"CAST(({left} - {left} % {right}) / {right} AS {self.wide})"

    def starts_with(self, node: ir.StartsWith) -> str:
        return f"startswith({self.expr(node.of)}, {self.text(ir.Text(node.prefix))})"

    def day_number(self, node: ir.DayNumber) -> str:
        return f"CAST(UNIX_DATE({self.expr(node.of)}) AS BIGINT)"

    def total(self, node: ir.Aggregate) -> str:
        of, bound = self.expr(node.of), node.of.field.bound
        if bound > ir.INT64_MAX or bound < _SMALL:
            return f"SUM({of})"
        high, low = f"SUM(SHIFTRIGHT({of}, 32))", f"SUM({of} & CAST({_HALF - 1} AS BIGINT))"
        return f"(CAST({high} AS {self.wide}) * {_HALF} + {low})"

    def median(self, node: ir.Aggregate) -> str:
        of = self.expr(node.of)
        return f"GET(SORT_ARRAY(COLLECT_LIST({of})), CAST((COUNT({of}) - 1) DIV 2 AS INT))"

    def last(self, node: ir.Aggregate) -> str:
        keys = ", ".join(f"{self.expr(key)} IS NULL, {self.expr(key)}" for key in node.order)
        return f"MAX_BY({self.expr(node.of)}, STRUCT({keys}))"


def _sign(letter: str) -> str:
    if letter.isascii() and (letter.isalnum() or letter in " _-.:"):
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 2**16 else f"\\U{ord(letter):08x}"


def _unit(cut: int) -> str:
    """One at the last of so many decimals: 0.001."""
    return f"0.{'1'.rjust(cut, '0')}"


PRINTER = SparkPrinter()
