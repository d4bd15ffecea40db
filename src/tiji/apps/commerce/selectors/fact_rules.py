"""Which measure facts a posted document makes: pure functions of the document, so that they can be rebuilt at will.

Source: docs/kernel/measure-facts.md
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tiji.apps.commerce.models import BusinessKind, Contract, Measure, MeasureFact, Order, Receipt, ReceiptApplication
from tiji.kernel.periods import add_months

Source = MeasureFact.Source


@dataclass(frozen=True)
class Fact:
    """One row of `MeasureFact`, not yet stored."""

    measure: str
    on: date
    kind: str
    account_id: int
    owner_id: int
    unit_id: int | None
    amount: Decimal
    currency: str
    source: str
    source_id: int
    part: int = 0

    def as_row(self) -> MeasureFact:
        return MeasureFact(**vars(self))


def facts_of_contract(contract: Contract) -> list[Fact]:
    """Signed amount and gross profit on the day of signing; a reversal carries its own, negative amounts."""
    if contract.status == Contract.Status.DRAFT or contract.signed_on is None:
        return []
    return _signed(contract, contract.signed_on, Source.CONTRACT)


def facts_of_order(order: Order) -> list[Fact]:
    """An order without a contract counts as signed when it is confirmed; one with a contract was counted with it."""
    if order.status == Order.Status.DRAFT or order.confirmed_on is None or order.contract_id is not None:
        return []
    return _signed(order, order.confirmed_on, Source.ORDER)


def _signed(document: Contract | Order, on: date, source: str) -> list[Fact]:
    def fact(measure: str, amount: Decimal) -> Fact:
        return Fact(
            measure=measure,
            on=on,
            kind=document.kind,
            account_id=document.account_id,
            owner_id=document.owner_id,
            unit_id=document.unit_id,
            amount=amount,
            currency=document.currency,
            source=source,
            source_id=document.pk,
        )

    facts = [fact(Measure.SIGNED, document.amount)]
    if document.cost is not None:
        facts.append(fact(Measure.GROSS_PROFIT, document.amount - document.cost))
    return facts


def facts_of_receipt(
    receipt: Receipt, applications: Iterable[tuple[ReceiptApplication, str]], own_kind: str
) -> list[Fact]:
    """Cash of a receipt: what was applied on its own day counts for the invoice's owner, the rest for the account's.

    What is applied later moves from the account's owner to the invoice's on the day it is applied, so that no earlier
    day changes. `applications` are (application, business kind of the invoice); the sum of all facts is the receipt.
    """

    def fact(amount: Decimal, on: date, kind: str, owner: tuple[int, int | None], key: tuple[str, int, int]) -> Fact:
        return Fact(
            measure=Measure.CASH,
            on=on,
            kind=kind,
            account_id=receipt.account_id,
            owner_id=owner[0],
            unit_id=owner[1],
            amount=amount,
            currency=receipt.currency,
            source=key[0],
            source_id=key[1],
            part=key[2],
        )

    facts, kept = [], receipt.amount
    holder = (receipt.owner_id, receipt.unit_id)
    for row, kind in applications:
        facts.append(
            fact(row.amount, row.applied_on, kind, (row.owner_id, row.unit_id), (Source.APPLICATION, row.pk, 0))
        )
        if row.applied_on == receipt.received_on:
            kept -= row.amount
        else:
            facts.append(fact(-row.amount, row.applied_on, own_kind, holder, (Source.APPLICATION, row.pk, 1)))
    if kept:
        facts.append(fact(kept, receipt.received_on, own_kind, holder, (Source.RECEIPT, receipt.pk, 0)))
    return facts


@dataclass(frozen=True)
class SignedDocument:
    """What the rule of new customers needs of a contract or an order that counts as signed."""

    on: date
    source: str
    source_id: int
    account_id: int
    owner_id: int
    unit_id: int | None
    currency: str


def new_customer_facts(documents: Iterable[SignedDocument], win_back_months: int = 24) -> list[Fact]:
    """One customer gained for each document before which the account had signed nothing for `win_back_months`.

    `documents` are those of one account that stand (neither reversed nor reversals), in any order.
    """
    facts: list[Fact] = []
    last: date | None = None
    for document in sorted(documents, key=lambda row: (row.on, row.source, row.source_id)):
        if last is None or add_months(last, win_back_months) < document.on:
            facts.append(
                Fact(
                    measure=Measure.NEW_CUSTOMERS,
                    on=document.on,
                    kind=BusinessKind.NEW,
                    account_id=document.account_id,
                    owner_id=document.owner_id,
                    unit_id=document.unit_id,
                    amount=Decimal(1),
                    currency=document.currency,
                    source=document.source,
                    source_id=document.source_id,
                )
            )
        last = document.on
    return facts
