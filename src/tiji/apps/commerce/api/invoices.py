"""Invoices and credit notes over REST: posted when made, so there is nothing to change."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.commerce.api.schemas import Currency, DocumentFilters, ReverseIn, account_of, money_of, plain
from tiji.apps.commerce.models import Contract, CreditNote, Instalment, Invoice, Order
from tiji.apps.commerce.permissions import can_book_any
from tiji.apps.commerce.selectors import documents
from tiji.apps.commerce.services.invoices import issue_credit_note, issue_invoice, reverse_credit_note
from tiji.kernel.money import Money
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
    Schema,
    answer,
    created,
    found,
    page_answer,
)

router = Router("commerce", tag="Invoices")

ROW = (
    *("id", "number", "account_id", "contract_id", "instalment_id", "order_id", "owner_id", "unit_id", "issued_on"),
    *("due_on", "amount", "balance", "currency", "created_at"),
)
NOTE = ("id", "number", "invoice_id", "issued_on", "amount", "currency", "reason", "reverses_id", "created_at")


# The buckets of the ageing rule, by their names.
Age = Literal["not due", "1-30", "31-60", "61-90", "91+"]


class InvoiceFilters(DocumentFilters):
    state: Literal["open", "overdue", "paid"] | None = None
    age: Age | None = Field(None, description="Open ones by days past due")
    contract: Id | None = None
    order: Id | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None


class InvoiceOut(Out):
    id: int
    number: str
    account_id: int
    contract_id: int | None
    instalment_id: int | None
    order_id: int | None
    owner_id: int
    unit_id: int | None
    issued_on: date
    due_on: date
    amount: Amount
    balance: Amount
    currency: str
    created_at: datetime


class InvoiceIn(In):
    account_id: Id
    amount: Amount
    currency: Currency | None = Field(None, description="That of the contract or order, else the company's")
    issued_on: date
    due_on: date
    contract_id: Id | None = None
    instalment_id: Id | None = None
    order_id: Id | None = None


class CreditNoteFilters(Schema):
    invoice: Id | None = None
    account: Id | None = None
    issued_from: date | None = None
    issued_to: date | None = None


class CreditNoteOut(Out):
    id: int
    number: str
    invoice_id: int
    issued_on: date
    amount: Amount
    currency: str
    reason: str
    reverses_id: int | None = Field(description="The credit note that this one takes back; its amount is negative")
    created_at: datetime


class CreditNoteIn(In):
    invoice_id: Id
    amount: Amount
    issued_on: date
    reason: str = Field(min_length=1, max_length=250)


def bases(request: ApiRequest, data: InvoiceIn) -> dict[str, Any]:
    """What is billed: a contract, one of its instalments, an order; none of them or several."""
    seen = Contract.objects.visible_to(request.actor)
    places: dict[str, Any] = {
        "contract": seen,
        "instalment": Instalment.objects.filter(contract__in=seen).select_related("contract"),
        "order": Order.objects.visible_to(request.actor).select_related("contract", "owner"),
    }
    asked = {name: getattr(data, f"{name}_id") for name in places}
    return {name: found(places[name], key, field=f"{name}_id") for name, key in asked.items() if key is not None}


@router.get("/invoices", response=PageOf[InvoiceOut])
def list_invoices(request: ApiRequest, filters: Query[InvoiceFilters], paging: Query[Paging]) -> HttpResponse:
    """Invoices the caller may see, latest first."""
    rows = documents.narrow(
        filters.apply(documents.invoices(viewer=request.actor)),
        contract_id=filters.contract,
        order_id=filters.order,
        issued_on__gte=filters.issued_from,
        issued_on__lte=filters.issued_to,
        due_on__gte=filters.due_from,
        due_on__lte=filters.due_to,
    )
    if filters.state:
        rows = documents.in_state(rows, filters.state, timezone.localdate())
    rows = documents.of_age(rows, filters.age, timezone.localdate()) if filters.age else rows
    return page_answer(request, keyset(rows.values(*ROW), ("-issued_on", "-id"), paging.cursor, paging.size))


@router.get("/invoices/{invoice_id}", response=InvoiceOut)
def read_invoice(request: ApiRequest, invoice_id: Id) -> HttpResponse:
    """One invoice with what is open of it."""
    return answer(request, plain(found(Invoice.objects.visible_to(request.actor), invoice_id), ROW))


@router.post("/invoices", response={201: InvoiceOut})
def post_invoice(request: ApiRequest, data: InvoiceIn) -> HttpResponse:
    """Issue an invoice, for an instalment, a contract or an order if one is named. It is posted at once."""
    require(can_book_any(request.actor))
    account, basis = account_of(request, data.account_id), bases(request, data)
    named = basis.get("order") or basis.get("contract") or getattr(basis.get("instalment"), "contract", None)
    amount = money_of(data.amount, data.currency or (named.currency if named else None))
    facts: dict[str, Any] = {"issued_on": data.issued_on, "due_on": data.due_on, **basis}
    invoice = issue_invoice(actor=request.actor, account=account, amount=amount, **facts)
    return created(request, plain(invoice, ROW), f"/invoices/{invoice.pk}")


@router.get("/credit-notes", response=PageOf[CreditNoteOut])
def list_credit_notes(request: ApiRequest, filters: Query[CreditNoteFilters], paging: Query[Paging]) -> HttpResponse:
    """Credit notes of invoices the caller may see, latest first."""
    rows = documents.narrow(
        documents.credit_notes(viewer=request.actor),
        invoice_id=filters.invoice,
        invoice__account_id=filters.account,
        issued_on__gte=filters.issued_from,
        issued_on__lte=filters.issued_to,
    )
    return page_answer(request, keyset(rows.values(*NOTE), ("-issued_on", "-id"), paging.cursor, paging.size))


@router.get("/credit-notes/{credit_note_id}", response=CreditNoteOut)
def read_credit_note(request: ApiRequest, credit_note_id: Id) -> HttpResponse:
    """One credit note."""
    return answer(request, plain(found(CreditNote.objects.visible_to(request.actor), credit_note_id), NOTE))


@router.post("/credit-notes", response={201: CreditNoteOut})
def post_credit_note(request: ApiRequest, data: CreditNoteIn) -> HttpResponse:
    """Take back part of what is open of an invoice."""
    require(can_book_any(request.actor))
    invoice = found(Invoice.objects.visible_to(request.actor), data.invoice_id, field="invoice_id")
    note = issue_credit_note(
        actor=request.actor,
        invoice=invoice,
        amount=Money(data.amount, invoice.currency),
        issued_on=data.issued_on,
        reason=data.reason,
    )
    return created(request, plain(note, NOTE), f"/credit-notes/{note.pk}")


@router.post("/credit-notes/{credit_note_id}/reverse", response=CreditNoteOut)
def post_credit_note_reverse(request: ApiRequest, credit_note_id: Id, data: ReverseIn) -> HttpResponse:
    """Take a credit note back by a second, negative one: its invoice is owed again; answers that one."""
    note = found(CreditNote.objects.visible_to(request.actor).select_related("invoice"), credit_note_id)
    reversal = reverse_credit_note(actor=request.actor, note=note, on=data.on, reason=data.reason)
    return answer(request, plain(reversal, NOTE))
