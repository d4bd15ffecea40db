"""How far it is to the next step of a rate table, and what pays from there on. Source: docs/kernel/estimate.md"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tiji.kernel.commission.line_closures import ComponentClosures, still
from tiji.kernel.commission.plan import Component
from tiji.kernel.commission.tiers import Piece, pieces_of


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next step of a table. Units: minor units; `value` is a rate, or an amount where the table has fixed ones.

    `distance` is the smallest credit that leads into the step (where it is marginal: to its limit); `way` is what that
    credit pays, re-rated money included, or None where a formula has its say in it.
    """

    limit: Decimal
    distance: int
    value: Decimal
    way: int | None


def next_step(
    component: Component, closures: ComponentClosures, digits: int, total: int, quota: int | None
) -> NextStep | None:
    """The first step above the total that pays otherwise; None on the last one, and without a table."""
    if component.rate.mode == "formula":
        return None
    unit = quota if component.rate.unit == "attainment" else 10**digits
    if not unit or unit < 0:
        return None
    entered = [(piece, _entry(component, piece, unit)) for piece in pieces_of(component)]
    here = next((piece for piece, entry in reversed(entered) if entry is None or entry <= total), entered[0][0])
    here_value = here.value if total > 0 or component.pay.basis == "credit" else Decimal(0)
    for piece, entry in entered:
        if entry is not None and entry > total and piece.value != here_value:
            way = None
            if not component.by_formula:
                line = {**still(total, quota), "credit": entry - total, "after": entry}
                way = closures.paid({}, line, 0).amount
            return NextStep(piece.low, entry - total, piece.value, way)
    return None


def _entry(component: Component, piece: Piece, unit: int) -> int | None:
    """The smallest total in minor units that is inside of the piece; None for the first piece, which has no beginning
    where it pays a share of what is credited."""
    limit = Fraction(piece.low) * unit
    if not piece.low and component.pay.basis == "credit":
        return None
    whole = -((-limit.numerator) // limit.denominator)
    telescopes = component.rate.mode == "marginal" and component.pay.basis == "credit"
    lies_below = whole == limit and (component.rate.tie == "lower" or not piece.low)
    return whole + 1 if lies_below and not telescopes else whole
