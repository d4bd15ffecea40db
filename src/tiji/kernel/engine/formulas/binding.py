"""Steps of a formula that are computed once and read under a name."""

from __future__ import annotations

from tiji.kernel.engine import expr as ir


class Binder:
    """Collects steps in order; the same expression is bound once."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.lets: list[tuple[str, ir.Expr]] = []
        self._known: dict[ir.Expr, ir.Column] = {}

    def bind(self, of: ir.Expr) -> ir.Column:
        """The expression as a column of its own."""
        if isinstance(of, ir.Column):
            return of
        known = self._known.get(of)
        if known is None:
            known = ir.Column(f"{self.prefix}{len(self.lets) + 1}", of.field)
            self.lets.append((known.name, of))
            self._known[of] = known
        return known

    def rounded(self, over: ir.Expr, under: ir.Expr | None, digits: int) -> ir.Expr:
        """over / under to so many decimals, halves away from zero, by one whole division."""
        if under is None:
            if over.field.scale <= digits:
                return over
            return self.bind(ir.Round(self.bind(over), digits))
        over, under = self.whole(over, under, digits)
        top, bottom = self.bind(over), self.bind(under)
        two = ir.Number(2)
        size = self.bind(two * ir.absolute(top) + bottom)
        quotient = self.bind(ir.AtScale(ir.Divide("//", size, self.bind(two * bottom)), digits))
        return ir.case((top.lt(ir.Number(0)), ir.Number(0, digits) - quotient), otherwise=quotient)

    def whole(self, over: ir.Expr, under: ir.Expr, digits: int) -> tuple[ir.Expr, ir.Expr]:
        """Both as plain integers whose quotient counts units of the last decimal."""
        shift = digits + under.field.scale - over.field.scale
        top, bottom = ir.AtScale(over, 0), ir.AtScale(under, 0)
        if shift >= 0:
            return top * ir.Number(10**shift), bottom
        return top, bottom * ir.Number(10**-shift)
