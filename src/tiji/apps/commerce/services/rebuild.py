"""Every derived figure of the room, made anew from its posted documents."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from tiji.apps.commerce.models import Contract, CreditNote, Invoice, MeasureFact, Order, Receipt, ReceiptApplication
from tiji.apps.commerce.selectors.sums import in_batches, total_of
from tiji.apps.commerce.services.facts import (
    post_receipt_facts,
    recount_new_customers,
    write_contract_facts,
    write_order_facts,
)
from tiji.apps.organization.selectors.ids import among
from tiji.shared.derived import derive

BATCH = 1000
FACT = (
    "measure",
    "on",
    "kind",
    "account_id",
    "owner_id",
    "unit_id",
    "amount",
    "currency",
    "source",
    "source_id",
    "part",
)


def declare() -> None:
    """Called when the app starts."""
    derive("measure facts", rows=_fact_rows, rebuild=rebuild_facts)
    derive("invoice balances", rows=_balance_rows, rebuild=rebuild_balances)
    derive("receipt remainders", rows=_remainder_rows, rebuild=rebuild_remainders)


@transaction.atomic
def rebuild_facts() -> None:
    """Drop all measure facts and derive them again, a thousand documents at a time."""
    MeasureFact.objects.all()._raw_delete(MeasureFact.objects.db)
    for contracts in in_batches(Contract.objects.exclude(status=Contract.Status.DRAFT), BATCH):
        write_contract_facts(contracts=contracts)
        recount_new_customers(accounts={row.account_id for row in contracts})
    for orders in in_batches(Order.objects.exclude(status=Order.Status.DRAFT), BATCH):
        write_order_facts(orders=orders)
        recount_new_customers(accounts={row.account_id for row in orders})
    for receipts in in_batches(Receipt.objects.prefetch_related("applications"), BATCH):
        post_receipt_facts(receipts=receipts)


@transaction.atomic
def rebuild_balances() -> None:
    """Each invoice's amount less what was applied to it and credited from it."""
    _settle(Invoice.objects.all())


@transaction.atomic
def settle_balances(invoices: Iterable[int]) -> None:
    """The same for these invoices only, after a set of documents moved them."""
    _settle(Invoice.objects.filter(among("pk", invoices)))


def _settle(invoices: QuerySet[Invoice]) -> None:
    applied = total_of(ReceiptApplication.objects.all(), "invoice")
    credited = total_of(CreditNote.objects.all(), "invoice")
    invoices.update(balance=F("amount") - applied - credited)


@transaction.atomic
def rebuild_remainders() -> None:
    """Each receipt's amount less what was applied of it; nothing is left of one that was reversed."""
    applied = total_of(ReceiptApplication.objects.all(), "receipt")
    standing = Receipt.objects.filter(reverses__isnull=True, reversed_by__isnull=True)
    Receipt.objects.update(unapplied=Decimal(0))
    Receipt.objects.filter(pk__in=standing.values("pk")).update(unapplied=F("amount") - applied)


def _fact_rows() -> Iterator[tuple[Any, ...]]:
    return MeasureFact.objects.order_by().values_list(*FACT).iterator(chunk_size=5000)


def _balance_rows() -> Iterator[tuple[Any, ...]]:
    return Invoice.objects.order_by().values_list("number", "balance").iterator(chunk_size=5000)


def _remainder_rows() -> Iterator[tuple[Any, ...]]:
    return Receipt.objects.order_by().values_list("number", "unapplied").iterator(chunk_size=5000)
