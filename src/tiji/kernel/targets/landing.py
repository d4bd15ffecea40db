"""Landing: where a period will end, from what is there and what is expected, line by line.

Source: docs/kernel/landing.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar

from tiji.kernel.money import CurrencyMismatch, Money, Rate, round_half_away
from tiji.kernel.periods import Period

Quantity = TypeVar("Quantity", Money, Decimal)
COUNT_PLACES = 2


class LineKind(StrEnum):
    """What a line of a landing stands for."""

    ACTUAL = "actual"
    INSTALMENT = "instalment"
    INVOICE = "invoice"
    DEAL = "deal"


@dataclass(frozen=True, slots=True)
class PlannedShare:
    """A part of a deal's payment plan: the share of the amount due on a day."""

    due_on: date
    share: Rate


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """An open opportunity as the landing needs it.

    Units: `percent` and plan shares are shares of 1; `gross_profit` None where no cost is known. `is_early`: the stage
    lies before the customer has set up the project (立项), so that its part is shown apart.
    """

    key: str
    amount: Money | None
    percent: Rate
    expected_on: date | None
    gross_profit: Money | None = None
    plan: Sequence[PlannedShare] = ()
    has_orders: bool = True
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class DueItem:
    """An instalment not yet invoiced, or an open invoice: what is still to come, when, and how well its payer pays."""

    key: str
    kind: LineKind
    balance: Money
    due_on: date
    collection_rate: Rate


@dataclass(frozen=True, slots=True)
class Line(Generic[Quantity]):
    """One line of the working: base × percent × share = amount, rounded once."""

    kind: LineKind
    key: str
    base: Quantity
    percent: Rate
    share: Rate
    amount: Quantity
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class Landing(Generic[Quantity]):
    """Where a period will end. The amount is the sum of its lines; the first line is what is already there."""

    amount: Quantity
    actual: Quantity
    early: Quantity
    lines: tuple[Line[Quantity], ...]

    @property
    def expected(self) -> Quantity:
        return self.amount - self.actual


def signed_landing(signed: Money, deals: Iterable[OpenDeal], period: Period) -> Landing[Money]:
    """Signed so far + open deals expected in the period × their stage percent.

    Raises: CurrencyMismatch if a deal has another currency than the actual.
    Source: docs/kernel/landing.md, "Signed"
    """
    return _landing(signed, [_deal_line(deal, deal.amount, 1) for deal in _expected(deals, period)])


def gross_profit_landing(earned: Money, deals: Iterable[OpenDeal], period: Period) -> Landing[Money]:
    """As `signed_landing`, on gross profit; a deal whose profit is not known adds nothing."""
    return _landing(earned, [_deal_line(deal, deal.gross_profit, 1) for deal in _expected(deals, period)])


def cash_landing(
    received: Money, items: Iterable[DueItem], deals: Iterable[OpenDeal], period: Period
) -> Landing[Money]:
    """Received + items due in the period × the payer's rate + deals × percent × the share of their plan due in it.

    Raises: CurrencyMismatch.
    Source: docs/kernel/landing.md, "Cash"
    """
    due = [_item_line(item) for item in items if period.contains(item.due_on)]
    shares = [
        (deal, sum((Fraction(part.share) for part in deal.plan if period.contains(part.due_on)), Fraction(0)))
        for deal in deals
    ]
    return _landing(received, due + [_deal_line(deal, deal.amount, share) for deal, share in shares if share])


def new_customer_landing(counted: Decimal, deals: Iterable[OpenDeal], period: Period) -> Landing[Decimal]:
    """New customers counted + the percent of each open deal expected in the period of a customer without orders.

    Units: customers, with two decimals.
    Source: docs/kernel/landing.md, "New customers"
    """
    fresh = [deal for deal in _expected(deals, period) if not deal.has_orders]
    one = Decimal(1)
    lines = [
        Line(LineKind.DEAL, deal.key, one, deal.percent, 1, _count(Fraction(deal.percent)), deal.is_early)
        for deal in fresh
    ]
    total = sum((line.amount for line in lines), counted)
    early = sum((line.amount for line in lines if line.is_early), Decimal(0))
    return Landing(total, counted, early, (Line(LineKind.ACTUAL, "", counted, 1, 1, counted), *lines))


def uncovered_gap(target: Quantity | None, landing: Landing[Quantity]) -> Quantity | None:
    """Target − landing; negative once the landing is above it, None without a target. Raises: CurrencyMismatch."""
    return None if target is None else target - landing.amount


def _expected(deals: Iterable[OpenDeal], period: Period) -> list[OpenDeal]:
    return [deal for deal in deals if deal.expected_on is not None and period.contains(deal.expected_on)]


def _deal_line(deal: OpenDeal, base: Money | None, share: Rate) -> Line[Money] | None:
    if base is None:
        return None
    amount = base.times(Fraction(deal.percent) * Fraction(share))
    return Line(LineKind.DEAL, deal.key, base, deal.percent, share, amount, deal.is_early)


def _item_line(item: DueItem) -> Line[Money] | None:
    amount = item.balance.times(item.collection_rate)
    return Line(item.kind, item.key, item.balance, item.collection_rate, 1, amount)


def _landing(actual: Money, expected: Iterable[Line[Money] | None]) -> Landing[Money]:
    lines = [Line(LineKind.ACTUAL, "", actual, 1, 1, actual), *(line for line in expected if line is not None)]
    total = early = Money.zero(actual.currency)
    for line in lines:
        if line.amount.currency != actual.currency:
            raise CurrencyMismatch(f"{line.key} is in {line.amount.currency}, the landing in {actual.currency}")
        total += line.amount
        if line.is_early:
            early += line.amount
    return Landing(total, actual, early, tuple(lines))


def _count(value: Fraction) -> Decimal:
    return round_half_away(value, COUNT_PLACES)
