"""Amounts of money: exact, of one currency, rounded once and always the same way.

Nothing here is a float and nothing is lost on the way: sums are exact or they raise, a product is rounded once to the
currency's minor unit, and a split adds up to what was split. Source: docs/kernel/money.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Clamped, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import cache
from math import lcm
from typing import overload

from babel.core import get_global
from babel.numbers import get_currency_precision

Rate = int | Decimal | Fraction

# Far wider than any stored amount (19 digits) times any stored rate (19 digits); an inexact sum raises, it is not cut.
_EXACT = Context(prec=120, traps=[Clamped, DivisionByZero, Inexact, InvalidOperation, Overflow])


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""


@cache
def minor_units(currency: str) -> int:
    """How many decimals the currency is paid in: CNY 2, JPY 0, KWD 3.

    Raises: ValueError if the code is not a currency.
    Source: docs/kernel/money.md, "Minor units"
    """
    if currency not in get_global("all_currencies"):
        raise ValueError(f"{currency!r} is not a currency code such as 'CNY'")
    return get_currency_precision(currency)


def round_half_away(value: Rate, places: int = 0) -> Decimal:
    """The value rounded to `places` decimals, halves away from zero: 0.125 → 0.13, -0.125 → -0.13.

    Shape: a Decimal with exactly `places` decimals; zero carries no sign. A Fraction is rounded from its exact value.
    Raises: ValueError if the value is not finite or `places` is negative.
    Source: docs/kernel/money.md, "Rounding"
    """
    if places < 0:
        raise ValueError(f"places must be 0 or more, not {places}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} cannot be rounded")
    top, bottom = value.as_integer_ratio()
    scaled = (2 * abs(top) * 10**places + bottom) // (2 * bottom)
    return _EXACT.scaleb(Decimal(-scaled if top < 0 else scaled), -places)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency.

    Units: `amount` in the currency's main unit (yuan, not fen); it may carry more decimals than the minor unit
    (a price of 0.0125), posted amounts are `rounded()`.
    Raises: TypeError if the amount is not a Decimal, ValueError if it is not finite or the currency is unknown.
    Source: docs/kernel/money.md
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"an amount of money is a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is not an amount of money")
        minor_units(self.currency)
        if self.amount.is_zero() and self.amount.is_signed():
            object.__setattr__(self, "amount", self.amount.copy_abs())

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, written with the currency's decimals."""
        return cls.from_minor(0, currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """The amount that `minor` fen, cents or yen make."""
        return cls(_EXACT.scaleb(Decimal(minor), -minor_units(currency)), currency)

    def to_minor(self) -> int:
        """The amount in minor units. Raises: ValueError if it is not a whole number of them; call `rounded()` first."""
        scaled = _EXACT.scaleb(self.amount, minor_units(self.currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{self} is not a whole number of minor units of {self.currency}; round it first")
        return int(scaled)

    @property
    def is_whole_minor(self) -> bool:
        scaled = _EXACT.scaleb(self.amount, minor_units(self.currency))
        return scaled == scaled.to_integral_value()

    @property
    def is_positive(self) -> bool:
        return self.amount > 0

    @property
    def is_negative(self) -> bool:
        return self.amount < 0

    @property
    def is_zero(self) -> bool:
        return self.amount.is_zero()

    def rounded(self) -> Money:
        """The amount in whole minor units, halves away from zero."""
        return Money(round_half_away(self.amount, minor_units(self.currency)), self.currency)

    def times(self, rate: Rate) -> Money:
        """The amount times a rate, rounded once to the minor unit.

        Raises: TypeError if the rate is not an int, Decimal or Fraction (a float has already lost digits).
        Source: docs/kernel/money.md, "Times a rate"
        """
        product = _fraction(self.amount) * _fraction(rate)
        return Money(round_half_away(product, minor_units(self.currency)), self.currency)

    def divided_by(self, divisor: Rate) -> Money:
        """The amount divided once and rounded once; to share it out, split it. Raises: ZeroDivisionError."""
        return self.times(1 / _fraction(divisor))

    def ratio_to(self, other: Money) -> Fraction:
        """This amount as an exact share of the other. Raises: CurrencyMismatch, ZeroDivisionError."""
        self._must_match(other)
        return _fraction(self.amount) / _fraction(other.amount)

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._must_match(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._must_match(other)
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> Money:
        return Money(self.amount.copy_negate(), self.currency)

    def __abs__(self) -> Money:
        return Money(self.amount.copy_abs(), self.currency)

    def __bool__(self) -> bool:
        return not self.amount.is_zero()

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._must_match(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._must_match(other)
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._must_match(other)
        return self.amount > other.amount

    def __ge__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._must_match(other)
        return self.amount >= other.amount

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def _must_match(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self} and {other} are of different currencies; convert one of them first")


def sum_money(amounts: Iterable[Money], currency: str) -> Money:
    """The exact sum; nothing at all sums to zero of `currency`. Raises: CurrencyMismatch."""
    total = Money.zero(currency)
    for amount in amounts:
        total += amount
    return total


@overload
def largest_remainder(total: Money, weights: Sequence[Rate]) -> list[Money]: ...
@overload
def largest_remainder(total: int, weights: Sequence[Rate]) -> list[int]: ...
def largest_remainder(total: Money | int, weights: Sequence[Rate]) -> list[Money] | list[int]:
    """Split a total by weights into whole minor units (or whole numbers) that add up to it.

    Each share is its exact share cut down to a whole unit; the units left over go to the largest remainders, equal
    remainders in the order given. A negative total is split like its opposite, with the sign put back.
    Shape: one share per weight, in order; a weight of 0 gets exactly 0.
    Raises: ValueError if a weight is negative, if the weights do not carry a total that is not zero, or if the total
    is not a whole number of minor units.
    Source: docs/kernel/money.md, "Largest remainder"
    """
    if isinstance(total, Money):
        shares = _share_units(total.to_minor(), weights)
        return [Money.from_minor(share, total.currency) for share in shares]
    return _share_units(total, weights)


def _share_units(total: int, weights: Sequence[Rate]) -> list[int]:
    whole = whole_weights(weights)
    weight_sum = sum(whole)
    if weight_sum == 0:
        if total:
            raise ValueError(f"{total} cannot be split: no weight is above 0")
        return [0] * len(whole)
    cut = [divmod(abs(total) * weight, weight_sum) for weight in whole]
    shares = [share for share, _ in cut]
    left = abs(total) - sum(shares)
    if left:
        by_remainder = sorted(range(len(cut)), key=lambda index: -cut[index][1])
        for index in by_remainder[:left]:
            shares[index] += 1
    return [-share for share in shares] if total < 0 else shares


def whole_weights(weights: Sequence[Rate]) -> list[int]:
    """The same proportions in whole numbers, so that every share is exact. Raises: ValueError if one is negative."""
    whole = [weight for weight in weights if type(weight) is int]
    ratios = [] if len(whole) == len(weights) else [_fraction(weight).as_integer_ratio() for weight in weights]
    if any(weight < 0 for weight in whole) or any(top < 0 for top, _ in ratios):
        raise ValueError("a weight cannot be negative")
    if not ratios:
        return whole
    common = lcm(*(bottom for _, bottom in ratios))
    return [top * (common // bottom) for top, bottom in ratios]


def _fraction(value: Rate) -> Fraction:
    if isinstance(value, (int, Decimal, Fraction)):
        return Fraction(value)
    raise TypeError(f"a rate or weight is an int, a Decimal or a Fraction, not {type(value).__name__}")
