"""The part of a plan that is about a payee's month: facts, cells, what groups share, and what becomes of the sum.

Every part is data with formulas; each knows nothing of storage or engines. Source: docs/kernel/pay-sheet.md
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tiji.kernel.commission.kinds import FieldKind, Interval

Ties = Literal["share", "all"]
Excess = Literal["forfeit", "later"]
Negative = Literal["carry", "zero", "deduct"]
Recover = Literal["above_draw", "all"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a payee from a day on: a grade, a target pay, a score. `optional`: formulas say what holds
    without it; otherwise a payee who lacks it is a problem, never a zero.
    """

    name: str
    kind: FieldKind
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A named formula of a payee's month. With `pays` the value, rounded to the minor unit, is earned.

    `to_date`: the value is what is earned since the interval began; the month earns what is new of it.
    """

    code: str
    formula: str
    pays: bool = False
    to_date: Interval | None = None
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class SumOf:
    """The sum of an earlier cell over everybody with the same value of the fact `by` (all payees without one)."""

    code: str
    of: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class ShareOut:
    """An amount that a group shares by weights, to the cent (largest remainder, ties by payee).

    `amount` is a cell or name with the same value for the whole group, `weight` a formula of each member, not below 0.
    """

    code: str
    amount: str
    weight: str
    by: str = ""
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Contest:
    """Prizes for the highest values of `of`. `ties`: who is level shares the prizes of their places, or each has the
    best of them. Only payees for whom `when` holds take part.
    """

    code: str
    of: str
    prizes: tuple[Decimal, ...]
    ties: Ties = "share"
    by: str = ""
    when: str = ""
    title: str = ""
    title_en: str = ""


SheetPart = Cell | SumOf | ShareOut | Contest


@dataclass(frozen=True, slots=True)
class Floor:
    """A guarantee: where `when` holds at least `amount` is paid; nothing of it is owed."""

    code: str
    amount: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most `amount` is paid in a month; what is above is forfeited, or paid in later months that have room."""

    code: str
    amount: str
    excess: Excess = "forfeit"


@dataclass(frozen=True, slots=True)
class Draw:
    """An advance: where `when` holds at least `amount` is paid, and what was added is owed if `recoverable`.

    It is paid back, where `recover_when` holds, from what is above the draw (`above_draw`), or from all (`all`); after
    the draw has ended from all. `limit` bounds what a month pays back.
    """

    code: str
    amount: str
    when: str = ""
    recoverable: bool = True
    recover: Recover = "above_draw"
    recover_when: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Holdback:
    """A share of what is due is held. `release` pays out of what is held, `forfeit` gives it up; both are amounts.

    Their formulas know `held` (what is held before the month) and `held_ever` (all that was ever held before it).
    """

    code: str
    share: str
    release: str = ""
    forfeit: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """A debt, grown by `debt` each month, that is taken from pay: at most `limit` a month."""

    code: str
    debt: str
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Below:
    """What becomes of a sum below zero: carried to the next month, forgotten, or deducted from other pay."""

    code: str
    negative: Negative = "carry"


PayStep = Floor | Ceiling | Draw | Holdback | Recovery | Below


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a plan says of a payee's month. The steps of payment are done in their order."""

    facts: tuple[Fact, ...] = ()
    parts: tuple[SheetPart, ...] = ()
    payment: tuple[PayStep, ...] = ()
