"""Receipts: money in, applied to open invoices; a mistake is reversed by a second row."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.commerce.models import Invoice, Receipt, ReceiptApplication
from tiji.apps.commerce.permissions import can_record_receipt, can_reverse_receipt
from tiji.apps.commerce.selectors.open_items import as_open_item
from tiji.apps.commerce.services.facts import post_receipt_facts
from tiji.apps.commerce.services.reversals import Refusals, check_reversal
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.places import unit_of, units_of
from tiji.kernel.money import Money
from tiji.kernel.receivables import apply_cash
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.numbers import next_number
from tiji.shared.permissions import require

REFUSALS = Refusals(
    gettext_lazy("This receipt is reversed already."),
    "posted",
    gettext_lazy("Say why the receipt is taken back."),
    gettext_lazy("A reversal cannot be dated before the receipt."),
)


@transaction.atomic
def record_receipt(
    *,
    actor: User,
    account: Account,
    amount: Money,
    received_on: date,
    chosen: Mapping[int, Decimal] | None = None,
    apply: bool = True,
    method: str = Receipt.Method.TRANSFER,
    bank_reference: str = "",
    note: str = "",
) -> Receipt:
    """Record money received and apply it: to the `chosen` invoices (id → amount), else earliest due first.

    Raises: NotAllowed, DomainError.
    """
    require(can_record_receipt(actor, account))
    if not amount.is_positive or not amount.is_whole_minor:
        raise DomainError(_("Type an amount of more than 0, with no more decimals than it is paid in."), field="amount")
    if account.owner is None:
        raise DomainError(_("This account has no owner. Give it one before money is booked."), field="account")
    receipt = Receipt.objects.create(
        number=next_number("SK", received_on.year),
        account=account,
        owner=account.owner,
        unit=unit_of(account.owner, received_on),
        received_on=received_on,
        amount=amount.amount,
        unapplied=amount.amount,
        currency=amount.currency,
        method=method,
        bank_reference=bank_reference,
        note=note,
        created_at=timezone.now(),
        created_by=actor,
    )
    if apply:
        _apply(actor, receipt, amount, received_on, chosen)
    post_receipt_facts(receipts=[receipt])
    audit.record("receipt.record", receipt, after=audit.snapshot(receipt), actor=actor)
    return receipt


@transaction.atomic
def apply_receipt(
    *, actor: User, receipt: Receipt, applied_on: date, chosen: Mapping[int, Decimal] | None = None
) -> Receipt:
    """Apply what a receipt has left to open invoices. Raises: NotAllowed, DomainError."""
    require(can_record_receipt(actor, receipt.account))
    current: Receipt = Receipt.objects.select_for_update().get(pk=receipt.pk)
    if current.unapplied <= 0:
        raise DomainError(_("Nothing of this receipt is left to apply."), code="nothing-left")
    if applied_on < current.received_on:
        raise DomainError(_("Money cannot be applied before it was received."), field="applied_on")
    before, left = audit.snapshot(current), current.unapplied
    _apply(actor, current, Money(current.unapplied, current.currency), applied_on, chosen)
    if current.unapplied == left:
        raise DomainError(_("This customer has no open invoice in this currency."), code="nothing-open")
    post_receipt_facts(receipts=[current])
    audit.record("receipt.apply", current, before=before, after=audit.snapshot(current), actor=actor)
    return current


@transaction.atomic
def reverse_application(
    *, actor: User, application: ReceiptApplication, on: date, reason: str = ""
) -> ReceiptApplication:
    """Take one application back: the invoice is open again and the money is the receipt's again.

    Raises: NotAllowed, DomainError.
    """
    receipt = Receipt.objects.select_for_update().get(pk=application.receipt_id)
    require(can_reverse_receipt(actor, receipt))
    invoice = Invoice.objects.select_for_update().get(pk=application.invoice_id)
    reversal = _reverse(actor, application, on)
    invoice.balance += application.amount
    invoice.save(update_fields=["balance"])
    receipt.unapplied += application.amount
    receipt.save(update_fields=["unapplied"])
    post_receipt_facts(receipts=[receipt])
    audit.record("receipt.unapply", receipt, after=audit.snapshot(reversal), reason=reason, actor=actor)
    return reversal


@transaction.atomic
def reverse_receipt(*, actor: User, receipt: Receipt, on: date, reason: str) -> Receipt:
    """Take a receipt back whole: its applications first, then a second, negative row.

    Raises: NotAllowed, DomainError.
    """
    require(can_reverse_receipt(actor, receipt))
    current = Receipt.objects.select_for_update().get(pk=receipt.pk)
    stands = not current.reverses_id and not Receipt.objects.filter(reverses=current).exists()
    check_reversal(REFUSALS, stands=stands, since=current.received_on, on=on, reason=reason)
    standing = current.applications.filter(reverses__isnull=True, reversed_by__isnull=True).order_by("invoice_id")
    for application in standing:
        reverse_application(actor=actor, application=application, on=on, reason=reason)
    reversal = Receipt.objects.create(
        number=next_number("SK", on.year),
        account_id=current.account_id,
        owner_id=current.owner_id,
        unit_id=current.unit_id,
        received_on=on,
        amount=-current.amount,
        unapplied=Decimal(0),
        currency=current.currency,
        method=current.method,
        note=reason,
        reverses=current,
        created_at=timezone.now(),
        created_by=actor,
    )
    Receipt.objects.filter(pk=current.pk).update(unapplied=Decimal(0))
    post_receipt_facts(receipts=[reversal])
    audit.record("receipt.reverse", current, after=audit.snapshot(reversal), reason=reason, actor=actor)
    return reversal


def _apply(
    actor: User, receipt: Receipt, amount: Money, applied_on: date, chosen: Mapping[int, Decimal] | None
) -> None:
    rows = Invoice.objects.open().filter(account_id=receipt.account_id, currency=amount.currency)
    if chosen is not None:
        rows = rows.filter(pk__in=chosen)
    invoices = rows.order_by("pk").select_for_update().in_bulk()
    wanted = {key: Money(part, amount.currency) for key, part in chosen.items()} if chosen is not None else None
    try:
        cash = apply_cash(amount, [as_open_item(invoice) for invoice in invoices.values()], wanted)
    except ValueError as error:
        raise DomainError(
            _("The chosen amounts do not fit: each at most what its invoice has open, together at most %(amount)s.")
            % {"amount": f"{amount.amount:,.2f}"},
            field="chosen",
        ) from error
    units = units_of({invoice.owner_id for invoice in invoices.values()}, applied_on)
    applications = []
    for key, paid in cash.applied.items():
        invoice = invoices[int(key)]
        invoice.balance -= paid.amount
        applications.append(
            ReceiptApplication(
                receipt=receipt,
                invoice=invoice,
                applied_on=applied_on,
                amount=paid.amount,
                currency=paid.currency,
                owner_id=invoice.owner_id,
                unit_id=units.get(invoice.owner_id),
                created_at=timezone.now(),
                created_by=actor,
            )
        )
    Invoice.objects.bulk_update([invoices[int(key)] for key in cash.applied], ["balance"])
    receipt.unapplied = cash.unapplied.amount
    receipt.save(update_fields=["unapplied"])
    # Last: the database takes no application for which nothing was set aside.
    ReceiptApplication.objects.bulk_create(applications)


def _reverse(actor: User, application: ReceiptApplication, on: date) -> ReceiptApplication:
    if application.reverses_id or ReceiptApplication.objects.filter(reverses=application).exists():
        raise DomainError(_("This application is reversed already."), code="posted")
    if on < application.applied_on:
        raise DomainError(_("A reversal cannot be dated before what it reverses."), field="on")
    return ReceiptApplication.objects.create(
        receipt_id=application.receipt_id,
        invoice_id=application.invoice_id,
        applied_on=on,
        amount=-application.amount,
        currency=application.currency,
        owner_id=application.owner_id,
        unit_id=application.unit_id,
        reverses=application,
        created_at=timezone.now(),
        created_by=actor,
    )
