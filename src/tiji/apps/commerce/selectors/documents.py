"""How commercial documents are narrowed: one meaning of each filter for list, export and API."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from tiji.apps.commerce.models import Contract, CreditNote, Invoice, Order, Receipt
from tiji.apps.commerce.selectors.receivables import bucket_named, bucket_q
from tiji.apps.customers.models import Account
from tiji.apps.customers.models.search import found_by
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.selectors.places import units_under
from tiji.kernel.receivables.ageing import ageing_buckets

OPEN, OVERDUE, PAID = "open", "overdue", "paid"


def contracts(*, viewer: User) -> QuerySet[Contract]:
    """Contracts the viewer may see."""
    rows: QuerySet[Contract] = Contract.objects.visible_to(viewer).live()
    return rows


def orders(*, viewer: User) -> QuerySet[Order]:
    """Orders the viewer may see."""
    rows: QuerySet[Order] = Order.objects.visible_to(viewer).live()
    return rows


def invoices(*, viewer: User) -> QuerySet[Invoice]:
    """Invoices the viewer may see."""
    rows: QuerySet[Invoice] = Invoice.objects.visible_to(viewer).live()
    return rows


def receipts(*, viewer: User) -> QuerySet[Receipt]:
    """Receipts the viewer may see."""
    rows: QuerySet[Receipt] = Receipt.objects.visible_to(viewer)
    return rows


def credit_notes(*, viewer: User) -> QuerySet[CreditNote]:
    """Credit notes of invoices the viewer may see."""
    rows: QuerySet[CreditNote] = CreditNote.objects.visible_to(viewer)
    return rows


def narrow(rows: Any, **asked: Any) -> Any:
    """Rows that meet every filter given a value: the name is the lookup, `None` and empty mean any."""
    return rows.filter(**{path: value for path, value in asked.items() if value not in (None, "", [], ())})


def of_account(text: str) -> Q:
    """Documents whose customer is found by the text."""
    accounts: Any = Account.objects.filter(found_by(Account, text)).values("pk")
    return Q(account_id__in=accounts)


def found_contracts(rows: Any, text: str) -> Any:
    """By number, subject or customer."""
    return rows.filter(Q(number__icontains=text) | Q(name__icontains=text) | of_account(text))


def found_documents(rows: Any, text: str) -> Any:
    """By number or customer; receipts also by the bank's reference."""
    condition = Q(number__icontains=text) | of_account(text)
    if rows.model is Receipt:
        condition |= Q(bank_reference__icontains=text)
    return rows.filter(condition)


def in_unit(rows: Any, unit: int, on: date) -> Any:
    """Documents that were the unit's, or of one below it today, when they were made."""
    return rows.filter(among("unit_id", units_under(unit, on)))


def in_state(rows: Any, state: str, on: date) -> Any:
    """Invoices that are open, overdue on that day, or paid."""
    if state == PAID:
        return rows.filter(balance=0)
    if state == OVERDUE:
        return rows.filter(balance__gt=0, due_on__lt=on)
    return rows.filter(balance__gt=0)


def of_age(rows: Any, name: str, on: date) -> Any:
    """Open invoices in one bucket of the ageing rule on that day; without the name of one, those not due."""
    return rows.filter(bucket_q(bucket_named(name) or ageing_buckets()[0], on), balance__gt=0)


def with_remainder(rows: Any) -> Any:
    """Receipts of which something is not applied yet."""
    return rows.filter(unapplied__gt=0)
