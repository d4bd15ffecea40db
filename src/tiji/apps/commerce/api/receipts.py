"""Receipts over REST."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponse

from tiji.apps.commerce.api.schemas import Currency, DocumentFilters, ReverseIn, account_of, money_of, plain
from tiji.apps.commerce.models import Receipt
from tiji.apps.commerce.permissions import can_book_any, can_reverse_receipt
from tiji.apps.commerce.selectors import documents
from tiji.apps.commerce.services.receipts import apply_receipt, record_receipt, reverse_application, reverse_receipt
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    Amount,
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Router,
    answer,
    created,
    found,
    page_answer,
)

router = Router("commerce", tag="Receipts")

ROW = (
    *("id", "number", "account_id", "owner_id", "unit_id", "received_on", "amount", "unapplied", "currency"),
    *("method", "bank_reference", "note", "reverses_id", "created_at"),
)
APPLIED = ("id", "invoice_id", "applied_on", "amount", "reverses_id")
Method = Literal["transfer", "bill", "cash", "other"]


class ReceiptFilters(DocumentFilters):
    method: Method | None = None
    unapplied: bool = Field(False, description="Only those of which something is not applied yet")
    received_from: date | None = None
    received_to: date | None = None


class ReceiptOut(Out):
    id: int
    number: str
    account_id: int
    owner_id: int
    unit_id: int | None
    received_on: date
    amount: Amount
    unapplied: Amount
    currency: str
    method: Method
    bank_reference: str
    note: str
    reverses_id: int | None
    created_at: datetime


class ApplicationOut(Out):
    id: int
    invoice_id: int
    applied_on: date
    amount: Amount
    reverses_id: int | None


class ReceiptDetail(ReceiptOut):
    applications: list[ApplicationOut]


class ChosenIn(In):
    invoice_id: Id
    amount: Amount


class ApplyIn(In):
    applied_on: date
    chosen: list[ChosenIn] | None = Field(None, max_length=500, description="Earliest due first when left out")


class ReceiptIn(In):
    account_id: Id
    amount: Amount
    currency: Currency | None = Field(None, description="The company's when left out")
    received_on: date
    method: Method = "transfer"
    bank_reference: str = Field("", max_length=80)
    note: str = Field("", max_length=250)
    apply: bool = Field(True, description="False leaves the money to be applied later")
    chosen: list[ChosenIn] | None = Field(None, max_length=500, description="Earliest due first when left out")


def visible(request: ApiRequest, receipt_id: int) -> Receipt:
    return found(Receipt.objects.visible_to(request.actor).select_related("account"), receipt_id)  # type: ignore[no-any-return]


def detail(receipt: Receipt) -> dict[str, Any]:
    applications = list(receipt.applications.order_by("applied_on", "pk").values(*APPLIED))
    return {**plain(receipt, ROW), "applications": applications}


def chosen_in(rows: list[ChosenIn] | None) -> dict[int, Decimal] | None:
    return None if rows is None else {row.invoice_id: row.amount for row in rows}


@router.get("/receipts", response=PageOf[ReceiptOut])
def list_receipts(request: ApiRequest, filters: Query[ReceiptFilters], paging: Query[Paging]) -> HttpResponse:
    """Receipts the caller may see, latest first."""
    rows = documents.narrow(
        filters.apply(documents.receipts(viewer=request.actor)),
        method=filters.method,
        received_on__gte=filters.received_from,
        received_on__lte=filters.received_to,
    )
    rows = documents.with_remainder(rows) if filters.unapplied else rows
    return page_answer(request, keyset(rows.values(*ROW), ("-received_on", "-id"), paging.cursor, paging.size))


@router.get("/receipts/{receipt_id}", response=ReceiptDetail)
def read_receipt(request: ApiRequest, receipt_id: Id) -> HttpResponse:
    """One receipt with what it paid."""
    return answer(request, detail(visible(request, receipt_id)))


@router.post("/receipts", response={201: ReceiptDetail})
def post_receipt(request: ApiRequest, data: ReceiptIn) -> HttpResponse:
    """Record money that came in and apply it: to the chosen invoices, else earliest due first."""
    require(can_book_any(request.actor))
    receipt = record_receipt(
        actor=request.actor,
        account=account_of(request, data.account_id),
        amount=money_of(data.amount, data.currency),
        chosen=chosen_in(data.chosen),
        **data.model_dump(include={"received_on", "method", "bank_reference", "note", "apply"}),
    )
    return created(request, detail(receipt), f"/receipts/{receipt.pk}")


@router.post("/receipts/{receipt_id}/apply", response=ReceiptDetail)
def post_apply(request: ApiRequest, receipt_id: Id, data: ApplyIn) -> HttpResponse:
    """Apply what a receipt has left."""
    receipt = visible(request, receipt_id)
    applied = apply_receipt(
        actor=request.actor, receipt=receipt, applied_on=data.applied_on, chosen=chosen_in(data.chosen)
    )
    return answer(request, detail(applied))


@router.post("/receipts/{receipt_id}/reverse", response=ReceiptDetail)
def post_receipt_reverse(request: ApiRequest, receipt_id: Id, data: ReverseIn) -> HttpResponse:
    """Take a receipt back by a second, negative one; answers that one."""
    receipt = visible(request, receipt_id)
    return answer(
        request, detail(reverse_receipt(actor=request.actor, receipt=receipt, on=data.on, reason=data.reason))
    )


@router.post("/receipts/{receipt_id}/applications/{application_id}/reverse", response=ReceiptDetail)
def post_unapply(request: ApiRequest, receipt_id: Id, application_id: Id, data: ReverseIn) -> HttpResponse:
    """Take one payment of an invoice back: the invoice is open again and the money is the receipt's again."""
    receipt = visible(request, receipt_id)
    require(can_reverse_receipt(request.actor, receipt))
    application = found(receipt.applications.all(), application_id)
    reverse_application(actor=request.actor, application=application, on=data.on, reason=data.reason)
    return answer(request, detail(visible(request, receipt_id)))
