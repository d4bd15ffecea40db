"""Invoices and credit notes: posted when made; a credit note that was a mistake is reversed by a second row."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.commerce.models import Contract, CreditNote, Instalment, Invoice, Order
from tiji.apps.commerce.permissions import can_issue_credit_note, can_issue_invoice, can_reverse_credit_note
from tiji.apps.commerce.services.reversals import Refusals, check_reversal
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.places import unit_of
from tiji.kernel.money import Money
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.numbers import next_number
from tiji.shared.permissions import require

REFUSALS = Refusals(
    gettext_lazy("This credit note is reversed already."),
    "posted",
    gettext_lazy("Say why the credit note is taken back."),
    gettext_lazy("A reversal cannot be dated before the credit note."),
)


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


@transaction.atomic
def reverse_credit_note(*, actor: User, note: CreditNote, on: date, reason: str) -> CreditNote:
    """Take a credit note back by a second, negative row: what it took off the invoice is owed again.

    Raises: NotAllowed; DomainError when what was billed does not stand any more, or was billed again meanwhile.
    """
    require(can_reverse_credit_note(actor, note))
    bases = _locked_bases(note.invoice.contract, note.invoice.order)
    invoice = Invoice.objects.select_for_update().get(pk=note.invoice_id)
    current = CreditNote.objects.get(pk=note.pk)
    stands = not current.reverses_id and not CreditNote.objects.filter(reverses=current).exists()
    check_reversal(REFUSALS, stands=stands, since=current.issued_on, on=on, reason=reason)
    _check_owed_again(current, invoice, bases)
    reversal = CreditNote.objects.create(
        number=next_number("HZ", on.year),
        invoice=invoice,
        issued_on=on,
        amount=-current.amount,
        currency=current.currency,
        reason=reason,
        reverses=current,
        created_at=timezone.now(),
        created_by=actor,
    )
    # Last: the database frees nothing for which no row says why.
    invoice.balance += current.amount
    invoice.save(update_fields=["balance"])
    audit.record("credit_note.reverse", current, after=audit.snapshot(reversal), reason=reason, actor=actor)
    return reversal


def _check_owed_again(note: CreditNote, invoice: Invoice, bases: Sequence[tuple[str, Contract | Order]]) -> None:
    """The invoice and what it bills stand, and what the note freed was not billed again. The documents are locked."""
    if invoice.archived_at is not None:
        raise DomainError(_("This invoice was taken back with its whole load. Issue a new one."), code="withdrawn")
    for _name, basis in bases:
        if not basis.stands:
            raise DomainError(
                _("%(number)s, which this invoice bills, was taken back. Issue a new invoice if the money is owed.")
                % {"number": basis.number},
                code="basis-reversed",
            )
    for ceiling, invoices in _ceilings(bases, invoice.instalment, note.currency):
        if note.amount > (left := _left(ceiling, invoices)):
            raise DomainError(
                _("%(amount)s of what this credit note freed was billed again. Credit the newer invoice first.")
                % {"amount": f"{note.amount - max(left, Decimal(0)):,.2f}"},
                code="over-billed",
            )


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
    bases = _locked_bases(contract, order)
    for name, basis in bases:
        if basis.account_id != account.pk or basis.currency != amount.currency:
            raise DomainError(_("The contract or order is of another account or currency."), field=name)
        if not basis.stands:
            raise DomainError(_("Bill only what is signed or confirmed."), field=name)
    for ceiling, invoices in _ceilings(bases, instalment, amount.currency):
        if amount.amount > (left := _left(ceiling, invoices)):
            raise DomainError(
                _("Only %(left)s is left to bill.") % {"left": f"{max(left, Decimal(0)):,.2f}"},
                field="amount",
                code="over-billed",
            )


def _locked_bases(contract: Contract | None, order: Order | None) -> list[tuple[str, Contract | Order]]:
    """What is billed, by the name of its field: always locked in this order."""
    found: list[tuple[str, Contract | Order]] = []
    if contract is not None:
        found.append(("contract", Contract.objects.select_for_update().get(pk=contract.pk)))
    if order is not None:
        found.append(("order", Order.objects.select_for_update().get(pk=order.pk)))
    return found


def _ceilings(
    bases: Sequence[tuple[str, Contract | Order]], instalment: Instalment | None, currency: str
) -> list[tuple[Money, Any]]:
    """How much may be billed in all of each, beside the invoices that bill it."""
    found = [(Money(basis.amount, basis.currency).rounded(), basis.invoices) for _name, basis in bases]
    return found if instalment is None else [*found, (Money(instalment.amount, currency), instalment.invoices)]


def _left(ceiling: Money, invoices: Any) -> Decimal:
    """What is left to bill: credit notes that stand have freed it again."""
    billed = invoices.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    notes = CreditNote.objects.filter(invoice__in=invoices.all())
    return ceiling.amount - billed + (notes.aggregate(total=Sum("amount"))["total"] or Decimal(0))
