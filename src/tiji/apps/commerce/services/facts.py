"""Measure facts follow their documents: written in the same transaction, and rebuilt whole by the check command."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from tiji.apps.commerce.models import Contract, Measure, MeasureFact, Order, Receipt, ReceiptApplication
from tiji.apps.commerce.selectors.business_kind import kinds_of_invoices, kinds_on
from tiji.apps.commerce.selectors.fact_rules import (
    Fact,
    SignedDocument,
    facts_of_contract,
    facts_of_order,
    facts_of_receipt,
    new_customer_facts,
)
from tiji.apps.commerce.selectors.sums import in_batches, total_of
from tiji.apps.organization.selectors.ids import among
from tiji.apps.pipeline.services.account_buying import record_account_buying

SIGNED_MEASURES = (Measure.SIGNED, Measure.GROSS_PROFIT)
BATCH = 1000


@transaction.atomic
def post_contract_facts(*, contracts: Iterable[Contract]) -> None:
    """Write what these contracts count for, in place of what stood there, and what hangs on their being signed."""
    rows = list(contracts)
    write_contract_facts(contracts=rows)
    recount_accounts(accounts={row.account_id for row in rows})


@transaction.atomic
def post_order_facts(*, orders: Iterable[Order]) -> None:
    """Write what these orders count for, in place of what stood there, and what hangs on their being confirmed."""
    rows = list(orders)
    write_order_facts(orders=rows)
    recount_accounts(accounts={row.account_id for row in rows})


def write_contract_facts(*, contracts: list[Contract]) -> None:
    """Write what these contracts count for themselves, in place of what stood there."""
    facts = [fact for row in contracts for fact in facts_of_contract(row)]
    _replace(MeasureFact.Source.CONTRACT, [row.pk for row in contracts], SIGNED_MEASURES, facts)


def write_order_facts(*, orders: list[Order]) -> None:
    """Write what these orders count for themselves, in place of what stood there."""
    facts = [fact for row in orders for fact in facts_of_order(row)]
    _replace(MeasureFact.Source.ORDER, [row.pk for row in orders], SIGNED_MEASURES, facts)


@transaction.atomic
def post_receipt_facts(*, receipts: Iterable[Receipt]) -> None:
    """Write the cash these receipts count for, in place of what stood there."""
    facts = cash_facts(receipts)
    receipt_ids = [row.pk for row in receipts]
    application_ids = [fact.source_id for fact in facts if fact.source == MeasureFact.Source.APPLICATION]
    _delete(MeasureFact.Source.RECEIPT, receipt_ids, (Measure.CASH,))
    _replace(MeasureFact.Source.APPLICATION, application_ids, (Measure.CASH,), facts)


def cash_facts(receipts: Iterable[Receipt]) -> list[Fact]:
    """The cash facts of receipts whose `applications` are prefetched or fetched here, in four queries."""
    rows = list(receipts)
    applications = defaultdict(list)
    for receipt in rows:
        for application in receipt.applications.all():
            applications[receipt.pk].append(application)
    invoices = {row.invoice_id for found in applications.values() for row in found}
    invoice_kinds = kinds_of_invoices(invoices)
    own_kinds = kinds_on([(row.account_id, row.received_on) for row in rows])
    facts: list[Fact] = []
    for receipt in rows:
        pairs = [(row, invoice_kinds[row.invoice_id]) for row in applications[receipt.pk]]
        facts += facts_of_receipt(receipt, pairs, own_kinds[receipt.account_id, receipt.received_on])
    return facts


@transaction.atomic
def recount_accounts(*, accounts: Iterable[int]) -> None:
    """Count anew what hangs on the days on which these accounts signed, after a document came to stand or fell.

    Those are the customers gained, and the kind of business of the money that no contract and no order has frozen.
    """
    ids = set(accounts)
    recount_new_customers(accounts=ids)
    for receipts in _loose_receipts(ids):
        post_receipt_facts(receipts=receipts)


def _loose_receipts(accounts: set[int]) -> Iterator[list[Receipt]]:
    """Receipts of these accounts with money of which the kind is not frozen: kept, moved later, or on a loose bill."""
    applied = ReceiptApplication.objects.filter(receipt=OuterRef("pk"))
    loose = Q(Exists(applied.exclude(applied_on=OuterRef("received_on"))))
    loose |= Q(Exists(applied.filter(invoice__contract__isnull=True, invoice__order__isnull=True)))
    rows = Receipt.objects.alias(applied=total_of(ReceiptApplication.objects.all(), "receipt"))
    loose |= ~Q(amount=F("applied"))
    rows = rows.filter(among("account_id", accounts)).filter(loose).prefetch_related("applications")
    return in_batches(rows, BATCH)


@transaction.atomic
def recount_new_customers(*, accounts: Iterable[int]) -> None:
    """Count anew when these accounts were gained, and tell the pipeline when they bought."""
    ids = set(accounts)
    documents: dict[int, list[SignedDocument]] = defaultdict(list)
    for document in standing_documents(ids):
        documents[document.account_id].append(document)
    days = {account: [document.on for document in documents[account]] for account in ids}
    record_account_buying(spans={account: (min(on), max(on)) if on else None for account, on in days.items()})
    facts = [fact for rows in documents.values() for fact in new_customer_facts(rows)]
    MeasureFact.objects.filter(among("account_id", ids), measure=Measure.NEW_CUSTOMERS).delete()
    MeasureFact.objects.bulk_create([fact.as_row() for fact in facts], batch_size=500)


def standing_documents(accounts: set[int]) -> list[SignedDocument]:
    """Signed contracts and confirmed orders without contract of these accounts, without what was reversed."""
    fields = ("pk", "account_id", "owner_id", "unit_id", "currency")
    mine = among("account_id", accounts)
    contracts = Contract.objects.filter(mine, status=Contract.Status.SIGNED, reverses__isnull=True)
    orders = Order.objects.filter(mine, status=Order.Status.CONFIRMED, reverses__isnull=True, contract__isnull=True)
    found = []
    for rows, day, source in (
        (contracts, "signed_on", MeasureFact.Source.CONTRACT),
        (orders, "confirmed_on", MeasureFact.Source.ORDER),
    ):
        for pk, account, owner, unit, currency, on in rows.values_list(*fields, day):
            found.append(SignedDocument(on, source, pk, account, owner, unit, currency))
    return found


def _replace(source: str, ids: list[int], measures: tuple[str, ...], facts: list[Fact]) -> None:
    _delete(source, ids, measures)
    MeasureFact.objects.bulk_create([fact.as_row() for fact in facts], batch_size=500)


def _delete(source: str, ids: list[int], measures: tuple[str, ...]) -> None:
    if ids:
        MeasureFact.objects.filter(source=source, source_id__in=ids, measure__in=measures).delete()
