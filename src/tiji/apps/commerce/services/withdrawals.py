"""Taking back, in sets, documents that were loaded by mistake: reversed and credited by the rules of single documents.

    withdraw_documents(*, actor, orders=(), invoices=(), receipts=(), at, reason, batch) -> Withdrawn

Each reversal carries the day of what it takes back, so that every day, month and quarter stands as if the documents had
never come. What was taken back and what took it back are archived, their keys in the source are free again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import CreditNote, Invoice, MeasureFact, Order, Receipt, ReceiptApplication
from tiji.apps.commerce.permissions import can_withdraw_documents
from tiji.apps.commerce.selectors.fact_rules import facts_of_order
from tiji.apps.commerce.selectors.sums import in_batches
from tiji.apps.commerce.services.facts import post_receipt_facts, recount_accounts
from tiji.apps.commerce.services.rebuild import settle_balances
from tiji.apps.commerce.services.reversals import taken_back
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.bulk import insert_in_sets, reserve_ids
from tiji.shared.errors import DomainError
from tiji.shared.numbers import next_numbers
from tiji.shared.permissions import require

BATCH = 10_000
POSTED = 1000
ORDER_COLUMNS = ("id", "number", "account_id", "contract_id", "opportunity_id", "owner_id", "unit_id", "status",
                 "ordered_on", "confirmed_on", "amount", "cost", "currency", "kind", "reverses_id", "reason",
                 "attributes", "created_at", "created_by_id", "archived_at", "version", "updated_at",
                 "external_source", "external_key")  # fmt: skip
FACT_COLUMNS = ("measure", "on", "kind", "account_id", "owner_id", "unit_id", "amount", "currency", "source",
                "source_id", "part")  # fmt: skip
NOTE_COLUMNS = ("number", "invoice_id", "issued_on", "amount", "currency", "reason", "created_at", "created_by_id",
                "external_source", "external_key")  # fmt: skip
RECEIPT_COLUMNS = ("number", "account_id", "owner_id", "unit_id", "received_on", "amount", "unapplied", "currency",
                   "method", "bank_reference", "note", "reverses_id", "created_at", "created_by_id",
                   "external_source", "external_key")  # fmt: skip
APPLIED_COLUMNS = ("receipt_id", "invoice_id", "applied_on", "amount", "currency", "owner_id", "unit_id",
                   "reverses_id", "created_at", "created_by_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many documents were taken back: orders and receipts reversed, invoices credited."""

    orders: int
    invoices: int
    receipts: int


@dataclass(frozen=True, slots=True)
class _Deed:
    """Who takes back, when, why and under which name of the audit log."""

    actor: User
    at: datetime
    reason: str
    batch: str

    def write_down(self, action: str, model: Any, ids: Sequence[int]) -> None:
        audit.record_batch(
            action,
            model,
            batch=self.batch,
            count=len(ids),
            digest=digest_of([list(ids)]),
            actor=self.actor,
            reason=self.reason,
        )


@transaction.atomic
def withdraw_documents(
    *,
    actor: User,
    orders: Sequence[int] = (),
    invoices: Sequence[int] = (),
    receipts: Sequence[int] = (),
    at: datetime,
    reason: str,
    batch: str,
) -> Withdrawn:
    """Reverse receipts, credit what invoices have open, reverse orders: all of it or nothing.

    Raises: NotAllowed; DomainError when one is reversed already, or money or an open invoice beside them hangs on one.
    """
    require(can_withdraw_documents(actor), _("Whole loads are taken back by sales operations and administrators."))
    deed = _Deed(actor, at, reason, batch)
    accounts = _accounts(Order, orders) | _accounts(Invoice, invoices) | _accounts(Receipt, receipts)
    _reverse_receipts(deed, receipts)
    _credit_invoices(deed, invoices)
    _reverse_orders(deed, orders, invoices)
    taken = Receipt.objects.filter(among("pk", receipts) | among("reverses_id", receipts))
    for rows in in_batches(taken.prefetch_related("applications"), POSTED):
        post_receipt_facts(receipts=rows)
    recount_accounts(accounts=accounts)
    return Withdrawn(len(orders), len(invoices), len(receipts))


def _accounts(model: Any, ids: Sequence[int]) -> set[int]:
    """Whose they are, which also locks them, always in the order of their keys."""
    rows = model.objects.filter(among("pk", ids)).order_by("pk").select_for_update()
    found = rows.values_list("account_id", flat=True)
    return set(found) if ids else set()


def _reverse_receipts(deed: _Deed, ids: Sequence[int]) -> None:
    """A negative receipt for each, and a negative application for each that stands; the invoices are open again."""
    if not ids:
        return
    mine = among("pk", ids)
    if Receipt.objects.filter(mine).exclude(reverses__isnull=True, reversed_by__isnull=True).exists():
        raise DomainError(_("Some of these receipts are reversed already."), code="posted")
    standing = ReceiptApplication.objects.filter(
        among("receipt_id", ids), reverses__isnull=True, reversed_by__isnull=True
    ).order_by("pk")
    touched = set(standing.values_list("invoice_id", flat=True))
    now = timezone.now()
    applied = ((row.receipt_id, row.invoice_id, row.applied_on, -row.amount, row.currency, row.owner_id, row.unit_id,
                row.pk, now, deed.actor.pk) for row in list(standing))  # fmt: skip
    insert_in_sets(ReceiptApplication, applied, APPLIED_COLUMNS)
    for rows in in_batches(Receipt.objects.filter(mine), BATCH):
        numbers = _numbers("SK", [row.received_on.year for row in rows])
        taken = ((number, row.account_id, row.owner_id, row.unit_id, row.received_on, -row.amount, Decimal(0),
                  row.currency, row.method, "", deed.reason[:250], row.pk, now, deed.actor.pk, "", "")
                 for number, row in zip(numbers, rows, strict=True))  # fmt: skip
        insert_in_sets(Receipt, taken, RECEIPT_COLUMNS)
    Receipt.objects.filter(mine).update(unapplied=Decimal(0), external_source="", external_key="")
    settle_balances(touched)
    deed.write_down("receipt.reverse", Receipt, ids)


def _credit_invoices(deed: _Deed, ids: Sequence[int]) -> None:
    """A credit note over what each has open. Raises: DomainError when money stands on one."""
    if not ids:
        return
    mine = among("pk", ids)
    paid = ReceiptApplication.objects.filter(
        among("invoice_id", ids), reverses__isnull=True, reversed_by__isnull=True
    ).select_related("invoice")
    if numbers := sorted({row.invoice.number for row in paid[:5]}):
        message = _("Money was received for %(numbers)s. Reverse those receipts first.")
        raise DomainError(message % {"numbers": ", ".join(numbers)}, code="paid")
    now = timezone.now()
    for rows in in_batches(Invoice.objects.filter(mine), BATCH):
        left = [row for row in rows if row.balance > 0]
        numbers = _numbers("HZ", [row.issued_on.year for row in left])
        notes = ((number, row.pk, row.issued_on, row.balance, row.currency, deed.reason[:250], now, deed.actor.pk,
                  "", "") for number, row in zip(numbers, left, strict=True))  # fmt: skip
        Invoice.objects.filter(among("pk", [row.pk for row in left])).update(balance=Decimal(0))
        insert_in_sets(CreditNote, notes, NOTE_COLUMNS)
    Invoice.objects.filter(mine).update(archived_at=deed.at, external_source="", external_key="")
    deed.write_down("invoice.withdraw", Invoice, ids)


def _reverse_orders(deed: _Deed, ids: Sequence[int], invoices: Sequence[int]) -> None:
    """A negative order for each with the facts it counts for. Raises: DomainError when one cannot be reversed."""
    if not ids:
        return
    mine = among("pk", ids)
    if Order.objects.filter(mine).exclude(status=Order.Status.CONFIRMED, reverses__isnull=True).exists():
        raise DomainError(_("Only confirmed orders that stand can be taken back."), code="not-confirmed")
    others = Invoice.objects.filter(among("order_id", ids), balance__gt=0).exclude(among("pk", invoices))
    if numbers := list(others.values_list("number", flat=True)[:5]):
        message = _("Invoices %(numbers)s of these orders are still open. Credit them first.")
        raise DomainError(message % {"numbers": ", ".join(numbers)}, code="open-invoices")
    for rows in in_batches(Order.objects.filter(mine), BATCH):
        reversals = _reversals(deed, rows)
        insert_in_sets(Order, ([getattr(row, name) for name in ORDER_COLUMNS] for row in reversals), ORDER_COLUMNS)
        facts = (fact for row in reversals for fact in facts_of_order(row))
        insert_in_sets(MeasureFact, ([getattr(fact, name) for name in FACT_COLUMNS] for fact in facts), FACT_COLUMNS)
    Order.objects.filter(mine).update(
        status=Order.Status.REVERSED,
        archived_at=deed.at,
        external_source="",
        external_key="",
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
    deed.write_down("order.reverse", Order, ids)


def _reversals(deed: _Deed, rows: list[Order]) -> list[Order]:
    now = timezone.now()
    keys = reserve_ids(Order, len(rows))
    days = [row.confirmed_on or row.ordered_on for row in rows]
    numbers = _numbers("DD", [day.year for day in days])
    return [
        Order(
            pk=key,
            number=number,
            contract_id=row.contract_id,
            status=Order.Status.CONFIRMED,
            ordered_on=day,
            confirmed_on=day,
            archived_at=deed.at,
            updated_at=now,
            **taken_back(row, reason=deed.reason[:250], by=deed.actor, at=now),
        )
        for key, number, day, row in zip(keys, numbers, days, rows, strict=True)
    ]


def _numbers(kind: str, years: list[int]) -> list[str]:
    """The next numbers of each year, in the order of the rows."""
    places: dict[int, list[int]] = defaultdict(list)
    for at, year in enumerate(years):
        places[year].append(at)
    numbers = [""] * len(years)
    for year, where in sorted(places.items()):
        for at, number in zip(where, next_numbers(kind, year, len(where)), strict=True):
            numbers[at] = number
    return numbers
