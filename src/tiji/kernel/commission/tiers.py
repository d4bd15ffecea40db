"""What a running total earns, as expressions: F(total), exact and unrounded, and its slices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tiji.kernel.commission.numbers import digits_of, number
from tiji.kernel.commission.plan import Component
from tiji.kernel.commission.schemas import SHARE_DIGITS
from tiji.kernel.engine.expr import Column, Expr, Number, case, greatest, least

_ZERO = Number(0)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the running total with one value (a rate or a fixed amount). No `high`: it has no end."""

    low: Decimal
    high: Decimal | None
    value: Decimal
    earned_below: Decimal


def pieces_of(component: Component) -> list[Piece]:
    """The steps without gaps: what a table leaves out pays 0. `earned_below`: what marginal steps pay up to low."""
    pieces: list[Piece] = []
    end: Decimal | None = Decimal(0)
    earned = Decimal(0)
    for step in component.rate.steps:
        if end is not None and step.from_ > end:
            pieces.append(Piece(end, step.from_, Decimal(0), earned))
        value = step.rate if step.rate is not None else step.amount
        pieces.append(Piece(step.from_, step.to, value or Decimal(0), earned))
        if step.to is not None:
            earned += (step.to - step.from_) * (value or Decimal(0))
        end = step.to
    if end is not None:
        pieces.append(Piece(end, None, Decimal(0), earned))
    return pieces


class Tiers:
    """Builds the expressions of one component. `quota` is the payee's quota column when steps are shares of it."""

    def __init__(self, component: Component, digits: int) -> None:
        self.component = component
        self.pieces = pieces_of(component)
        self.fixed = component.pay.basis == "fixed"
        self.retroactive = component.rate.mode == "retroactive" or self.fixed
        self._limit_digits = digits_of([piece.low for piece in self.pieces])
        self._value_digits = digits if self.fixed else digits_of([piece.value for piece in self.pieces])
        self._earned_digits = digits_of([piece.earned_below for piece in self.pieces])

    def limit(self, value: Decimal, quota: Column | None) -> Expr:
        share = number(value, self._limit_digits)
        return share if quota is None else quota * share

    def value_at(self, total: Column, quota: Column | None) -> Expr:
        """The rate (or fixed amount) of the step that the total is in."""
        whens = []
        for piece in self.pieces[:-1]:
            limit = self.limit(piece.high or Decimal(0), quota)
            inside = total.le(limit) if self.component.rate.tie == "lower" else total.lt(limit)
            whens.append((inside, self._value(piece)))
        last = self._value(self.pieces[-1])
        stepped = case(*whens, otherwise=last) if whens else last
        if self.fixed:
            return case((total.le(_ZERO), Number(0, self._value_digits)), otherwise=stepped)
        return stepped

    def earned(self, total: Column, quota: Column | None) -> Expr:
        """F(total) before the cap."""
        if self.fixed:
            return self.value_at(total, quota)
        if self.retroactive:
            return total * self.value_at(total, quota)
        whens = [
            (total.le(self.limit(piece.high or Decimal(0), quota)), self.earned_in(piece, total, quota))
            for piece in self.pieces[:-1]
        ]
        last = self.earned_in(self.pieces[-1], total, quota)
        return case(*whens, otherwise=last) if whens else last

    def earned_in(self, piece: Piece, total: Expr, quota: Column | None) -> Expr:
        """F of a total that is inside the piece, marginal: what lies below, and the rest at the piece's rate."""
        above = total - self.limit(piece.low, quota) if piece.low else total
        below = number(piece.earned_below, self._earned_digits)
        earned = above * self._value(piece)
        if not piece.earned_below:
            return earned
        return (below if quota is None else quota * below) + earned

    def both_in(self, piece: Piece, before: Column, after: Column, quota: Column | None) -> list[Expr]:
        """That neither end of a line is outside of the piece; its limits belong to it from both sides."""
        tests: list[Expr] = []
        if piece is not self.pieces[0]:
            low = self.limit(piece.low, quota)
            tests += [before.ge(low), after.ge(low)]
        if piece.high is not None:
            high = self.limit(piece.high, quota)
            tests += [before.le(high), after.le(high)]
        return tests

    def clamp(self, piece: Piece, total: Column, quota: Column | None) -> Expr:
        """The total brought into the piece; the first piece has no lower end, so money below zero is inside it."""
        inside: Expr = total
        if piece is not self.pieces[0]:
            inside = greatest(inside, self.limit(piece.low, quota))
        return inside if piece.high is None else least(inside, self.limit(piece.high, quota))

    def _value(self, piece: Piece) -> Number:
        return number(piece.value, self._value_digits)


def rate_of(piece: Piece) -> Number:
    """The piece's rate as the tables write it."""
    return Number(int(piece.value.scaleb(SHARE_DIGITS)), SHARE_DIGITS)
