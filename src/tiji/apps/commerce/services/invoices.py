"""Invoices and credit notes: posted when made."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Contract, CreditNote, Instalment, Invoice, Order
from tiji.apps.commerce.permissions import can_issue_credit_note, can_issue_invoice
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.places import unit_of
from tiji.kernel.money import Money
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.numbers import next_number
from tiji.shared.permissions import require


@transaction.atomic
def issue_invoice(
    *,
    actor: User,
    account: Account,
    amount: Money,
    issued_on: date,
    due_on: date,
    contract: Contract | None = None,
    instalment: Instalment | None = None,
    order: Order | None = None,
) -> Invoice:
    """Bill an account, for an instalment, a contract or an order if one is named. Raises: NotAllowed, DomainError."""
    require(can_issue_invoice(actor, account))
    contract = contract or (instalment.contract if instalment else None) or (order.contract if order else None)
    if not amount.is_positive or not amount.is_whole_minor:
        raise DomainError(_("Type an amount of more than 0, with no more decimals than it is paid in."), field="amount")
    if due_on < issued_on:
        raise DomainError(_("An invoice cannot be due before it is issued."), field="due_on")
    _check_basis(account, amount, contract, instalment, order)
    owner = _owner(account, contract, order)
    invoice = Invoice.objects.create(
        number=next_number("FP", issued_on.year),
        account=account,
        contract=contract,
        instalment=instalment,
        order=order,
        owner=owner,
        unit=unit_of(owner, issued_on),
        issued_on=issued_on,
        due_on=due_on,
        amount=amount.amount,
        balance=amount.amount,
        currency=amount.currency,
        created_at=timezone.now(),
        created_by=actor,
    )
    audit.record("invoice.issue", invoice, after=audit.snapshot(invoice), actor=actor)
    return invoice


@transaction.atomic
def issue_credit_note(*, actor: User, invoice: Invoice, amount: Money, issued_on: date, reason: str) -> CreditNote:
    """Take back part of what is still open on an invoice. Raises: NotAllowed, DomainError."""
    require(can_issue_credit_note(actor, invoice))
    current = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if amount.currency != current.currency:
        raise DomainError(_("The credit note must be in the invoice's currency."), field="amount")
    if not amount.is_positive or not amount.is_whole_minor:
        raise DomainError(_("Type an amount of more than 0, with no more decimals than it is paid in."), field="amount")
    if amount.amount > current.balance:
        raise DomainError(
            _("Only %(open)s of this invoice is open. Reverse the receipts that paid the rest first.")
            % {"open": f"{current.balance:,.2f}"},
            field="amount",
        )
    if issued_on < current.issued_on:
        raise DomainError(_("A credit note cannot be dated before its invoice."), field="issued_on")
    if not reason.strip():
        raise DomainError(_("Say why the amount is taken back."), field="reason")
    current.balance -= amount.amount
    current.save(update_fields=["balance"])
    note = CreditNote.objects.create(
        number=next_number("HZ", issued_on.year),
        invoice=current,
        issued_on=issued_on,
        amount=amount.amount,
        currency=amount.currency,
        reason=reason,
        created_at=timezone.now(),
        created_by=actor,
    )
    audit.record("credit_note.issue", note, after=audit.snapshot(note), reason=reason, actor=actor)
    return note


def _owner(account: Account, contract: Contract | None, order: Order | None) -> Person:
    holder = (order.owner if order else None) or (contract.owner if contract else None) or account.owner
    if holder is None:
        raise DomainError(_("This account has no owner. Give it one before it is billed."), field="account")
    return holder


def _check_basis(
    account: Account, amount: Money, contract: Contract | None, instalment: Instalment | None, order: Order | None
) -> None:
    """No more is billed than was signed, ordered or planned. The documents are locked: two bills cannot race."""
    if instalment is not None and (contract is None or instalment.contract_id != contract.pk):
        raise DomainError(_("This instalment belongs to another contract."), field="instalment")
    if order is not None and order.contract_id is not None and (contract is None or order.contract_id != contract.pk):
        raise DomainError(_("This order belongs to another contract."), field="order")
    found: list[tuple[str, Contract | Order]] = []
    if contract is not None:
        found.append(("contract", Contract.objects.select_for_update().get(pk=contract.pk)))
    if order is not None:
        found.append(("order", Order.objects.select_for_update().get(pk=order.pk)))
    for name, basis in found:
        if basis.account_id != account.pk or basis.currency != amount.currency:
            raise DomainError(_("The contract or order is of another account or currency."), field=name)
        if not basis.stands:
            raise DomainError(_("Bill only what is signed or confirmed."), field=name)
        _check_left(amount, Money(basis.amount, basis.currency).rounded(), basis.invoices)
    if instalment is not None:
        _check_left(amount, Money(instalment.amount, amount.currency), instalment.invoices)


def _check_left(amount: Money, ceiling: Money, invoices: Any) -> None:
    billed = invoices.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    notes = CreditNote.objects.filter(invoice__in=invoices.all())
    left = ceiling.amount - billed + (notes.aggregate(total=Sum("amount"))["total"] or Decimal(0))
    if amount.amount > left:
        raise DomainError(
            _("Only %(left)s is left to bill.") % {"left": f"{max(left, Decimal(0)):,.2f}"},
            field="amount",
            code="over-billed",
        )
