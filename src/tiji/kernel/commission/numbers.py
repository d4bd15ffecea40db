"""Plan numbers as fixed-point literals with as few decimals as they need: fewer digits stay longer in 64 bits."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tiji.kernel.engine.expr import Number


def digits_of(values: Iterable[Decimal]) -> int:
    """The decimals that write all the values exactly."""
    return max((-_exponent(value) for value in values), default=0)


def number(value: Decimal, digits: int | None = None) -> Number:
    scale = digits_of([value]) if digits is None else digits
    return Number(int(value.scaleb(scale)), scale)


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return min(int(exponent), 0)
