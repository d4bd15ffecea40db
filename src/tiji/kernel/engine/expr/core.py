"""Typed fixed-point expressions: what a run computes, as data. A printer turns them into the SQL of an engine.

Every number is an integer at a static scale (scale 2: the integer counts hundredths) with a static bound on its size.
Scales are added by `*` and aligned by everything else, so nothing is rounded but by `Round`. The bound decides how wide
the engine has to compute, and an expression that could leave 38 digits is refused when it is built.
Source: docs/kernel/engine.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

Kind = OneOf["int", "bool", "date", "text"]

INT64_MAX = 2**63 - 1
# The integers that every engine has: 38 digits (they fit 127 bits).
WIDEST = 10**38 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """The type of a column. `scale` and `bound` (the largest absolute value, as the integer kept) are for ints."""

    kind: Kind
    scale: int = 0
    bound: int = INT64_MAX


class Expr:
    """One node; operators build the next. Compare with the methods, not with `==`."""

    __slots__ = ()
    field: Field

    def __add__(self, other: Expr) -> Expr:
        return Binary("+", *aligned(self, other))

    def __sub__(self, other: Expr) -> Expr:
        return Binary("-", *aligned(self, other))

    def __mul__(self, other: Expr) -> Expr:
        return Binary("*", self, other)

    def lt(self, other: Expr) -> Expr:
        return _compare("<", self, other)

    def le(self, other: Expr) -> Expr:
        return _compare("<=", self, other)

    def gt(self, other: Expr) -> Expr:
        return _compare(">", self, other)

    def ge(self, other: Expr) -> Expr:
        return _compare(">=", self, other)

    def eq(self, other: Expr) -> Expr:
        return _compare("=", self, other)

    def ne(self, other: Expr) -> Expr:
        return _compare("<>", self, other)


@dataclass(frozen=True, slots=True)
class Column(Expr):
    name: str
    field: Field
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """The integer `value` at `scale`: Number(5, 2) is 0.05."""

    value: int
    scale: int = 0

    @property
    def field(self) -> Field:  # type: ignore[override]
        return int_field(self.scale, abs(self.value))


@dataclass(frozen=True, slots=True)
class Text(Expr):
    value: str

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("text")


@dataclass(frozen=True, slots=True)
class Day(Expr):
    """A date as ISO text."""

    iso: str

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("date")


@dataclass(frozen=True, slots=True)
class Truth(Expr):
    value: bool

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("bool")


@dataclass(frozen=True, slots=True)
class Null(Expr):
    field: Field


@dataclass(frozen=True, slots=True)
class Binary(Expr):
    op: OneOf["+", "-", "*"]
    left: Expr
    right: Expr

    def __post_init__(self) -> None:
        _require("int", self.left, self.right)
        _ = self.field

    @property
    def field(self) -> Field:  # type: ignore[override]
        left, right = self.left.field, self.right.field
        if self.op == "*":
            return int_field(left.scale + right.scale, left.bound * right.bound)
        return int_field(left.scale, left.bound + right.bound)


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """LEAST or GREATEST of aligned numbers, or ABS of one."""

    name: OneOf["LEAST", "GREATEST", "ABS"]
    args: tuple[Expr, ...]

    @property
    def field(self) -> Field:  # type: ignore[override]
        return int_field(self.args[0].field.scale, max(arg.field.bound for arg in self.args))


@dataclass(frozen=True, slots=True)
class Round(Expr):
    """`of` at a smaller `scale`, halves away from zero, by truncating division. `of` is a column: bind it first."""

    of: Column
    scale: int

    def __post_init__(self) -> None:
        _require("int", self.of)
        if not isinstance(self.of, Column) or self.scale > self.of.field.scale:
            raise TypeError("only a bound column is rounded, and only to fewer decimals")

    @property
    def field(self) -> Field:  # type: ignore[override]
        return int_field(self.scale, self.of.field.bound // 10 ** (self.of.field.scale - self.scale) + 1)


@dataclass(frozen=True, slots=True)
class Divide(Expr):
    """Whole quotient (`//`, truncated towards zero) or remainder (`%`) of the two integers kept; never by 0.

    The quotient of scales 10 and 8 is at scale 2; the remainder is at the scale of the left side.
    """

    op: OneOf["//", "%"]
    left: Expr
    right: Expr

    @property
    def field(self) -> Field:  # type: ignore[override]
        left, right = self.left.field, self.right.field
        if self.op == "//":
            return int_field(left.scale - right.scale, left.bound)
        return int_field(left.scale, min(left.bound, right.bound))


@dataclass(frozen=True, slots=True)
class AtScale(Expr):
    """The same integer read at another scale: 3 becomes 3 minor units."""

    of: Expr
    scale: int

    @property
    def field(self) -> Field:  # type: ignore[override]
        return int_field(self.scale, self.of.field.bound)


@dataclass(frozen=True, slots=True)
class Bounded(Expr):
    """The same number with a bound that was read from the data before."""

    of: Expr
    bound: int

    @property
    def field(self) -> Field:  # type: ignore[override]
        return int_field(self.of.field.scale, self.bound)


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    op: OneOf["<", "<=", ">", ">=", "=", "<>"]
    left: Expr
    right: Expr

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("bool")


@dataclass(frozen=True, slots=True)
class Logic(Expr):
    op: OneOf["AND", "OR"]
    args: tuple[Expr, ...]

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("bool")


@dataclass(frozen=True, slots=True)
class Not(Expr):
    of: Expr

    def __post_init__(self) -> None:
        _require("bool", self.of)

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("bool")


@dataclass(frozen=True, slots=True)
class StartsWith(Expr):
    """Whether a text begins with a fixed one."""

    of: Expr
    prefix: str

    def __post_init__(self) -> None:
        _require("text", self.of)

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("bool")


@dataclass(frozen=True, slots=True)
class IsNull(Expr):
    of: Expr
    negated: bool = False

    @property
    def field(self) -> Field:  # type: ignore[override]
        return Field("bool")


@dataclass(frozen=True, slots=True)
class Case(Expr):
    whens: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr

    @property
    def field(self) -> Field:  # type: ignore[override]
        values = [value.field for _, value in self.whens] + [self.otherwise.field]
        first = values[0]
        if first.kind != "int":
            return first
        return int_field(first.scale, max(value.bound for value in values))


@dataclass(frozen=True, slots=True)
class Coalesce(Expr):
    args: tuple[Expr, ...]

    @property
    def field(self) -> Field:  # type: ignore[override]
        return self.args[0].field


@dataclass(frozen=True, slots=True)
class MonthNumber(Expr):
    """Year × 12 + month − 1 of a date: a number that rises by one each month."""

    of: Expr

    @property
    def field(self) -> Field:  # type: ignore[override]
        return int_field(0, 200_000)


@dataclass(frozen=True, slots=True)
class DayNumber(Expr):
    """Days since 1970-01-01, never before it in a packed order."""

    of: Expr

    @property
    def field(self) -> Field:  # type: ignore[override]
        return int_field(0, 3_000_000)


def rescale(expr: Expr, scale: int) -> Expr:
    """The same number at a wider scale. Raises: TypeError if decimals would be cut: use Round."""
    extra = scale - expr.field.scale
    if extra < 0:
        raise TypeError("decimals are cut by Round only")
    if extra == 0:
        return expr
    if isinstance(expr, Number):
        return Number(expr.value * 10**extra, scale)
    return Binary("*", expr, Number(10**extra, extra))


def least(*args: Expr) -> Expr:
    return Call("LEAST", _all_aligned(args))


def greatest(*args: Expr) -> Expr:
    return Call("GREATEST", _all_aligned(args))


def absolute(of: Expr) -> Expr:
    return Call("ABS", (of,))


def case(*whens: tuple[Expr, Expr], otherwise: Expr) -> Expr:
    """The value of the first condition that holds; the values are brought to one scale."""
    values = [value for _, value in whens] + [otherwise]
    if values[0].field.kind == "int":
        values = list(_all_aligned(values))
    tests = [test for test, _ in whens]
    return Case(tuple(zip(tests, values[:-1], strict=True)), values[-1])


def both(*args: Expr) -> Expr:
    return args[0] if len(args) == 1 else Logic("AND", args)


def either(*args: Expr) -> Expr:
    return args[0] if len(args) == 1 else Logic("OR", args)


def aligned(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    scale = max(left.field.scale, right.field.scale)
    return rescale(left, scale), rescale(right, scale)


def _all_aligned(args: tuple[Expr, ...] | list[Expr]) -> tuple[Expr, ...]:
    _require("int", *args)
    scale = max(arg.field.scale for arg in args)
    return tuple(rescale(arg, scale) for arg in args)


def _compare(op: OneOf["<", "<=", ">", ">=", "=", "<>"], left: Expr, right: Expr) -> Compare:
    if left.field.kind != right.field.kind:
        raise TypeError(f"a {left.field.kind} is not compared with a {right.field.kind}")
    if left.field.kind == "int":
        left, right = aligned(left, right)
    return Compare(op, left, right)


def _require(kind: Kind, *args: Expr) -> None:
    if any(arg.field.kind != kind for arg in args):
        raise TypeError(f"expected {kind}, got {[arg.field.kind for arg in args]}")


def int_field(scale: int, bound: int) -> Field:
    if bound > WIDEST:
        raise OverflowError(f"a number of {len(str(bound))} digits is too large to compute exactly")
    return Field("int", scale, bound)
