"""What a receipt would pay, before it is recorded: the open items with their shares, and the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from tiji.apps.commerce.forms import CHOSEN, LATER, PAY, chosen_amounts
from tiji.apps.commerce.models import Invoice, Receipt
from tiji.apps.commerce.selectors.open_items import as_open_item
from tiji.apps.commerce.selectors.pages import open_items_of
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User
from tiji.kernel.money import Money
from tiji.kernel.receivables import apply_cash
from tiji.ui.formats import company_currency
from tiji.ui.forms import AmountField


@dataclass(frozen=True, slots=True)
class Item:
    """An open invoice and what of the money it would get; `typed` is what stands in its field."""

    invoice: Invoice
    open: Money
    pays: Money
    typed: str
    days_late: int

    @property
    def field(self) -> str:
        return f"{PAY}{self.invoice.pk}"


@dataclass(frozen=True, slots=True)
class Preview:
    """The table under a receipt's form. `too_much` when more is chosen than was received, or than is open."""

    account: Account | None
    amount: Money
    items: list[Item]
    how: str
    rest: Money
    too_much: bool = False

    @property
    def total_open(self) -> Money:
        return Money(sum((item.open.amount for item in self.items), Decimal(0)), self.amount.currency)


def receipt_preview(actor: User, data: Mapping[str, Any], today: date) -> Preview:
    """For a receipt that is being typed; what is not readable yet counts as nothing."""
    key = str(data.get("account") or "")
    account = None
    if key.isdecimal() and len(key) < 19:
        account = Account.objects.visible_to(actor).filter(pk=key).first()
    amount = Money(max(_typed(data.get("amount")), Decimal(0)), company_currency()).rounded()
    invoices = open_items_of(account, amount.currency) if account else []
    return _preview(account, amount, invoices, data, today)


def apply_preview(receipt: Receipt, data: Mapping[str, Any], today: date) -> Preview:
    """For what a receipt has left."""
    amount = Money(receipt.unapplied, receipt.currency)
    return _preview(receipt.account, amount, open_items_of(receipt.account_id, receipt.currency), data, today)


def _preview(
    account: Account | None, amount: Money, invoices: list[Invoice], data: Mapping[str, Any], today: date
) -> Preview:
    how = str(data.get("how") or "")
    suggested: dict[int, Money] = {}
    if amount.is_positive and how != LATER:
        suggested = apply_cash(amount, [as_open_item(row) for row in invoices]).applied
    wanted = _wanted(data) if how == CHOSEN else {}
    started = how == CHOSEN and any(str(name).startswith(PAY) for name in data)
    items = []
    for row in invoices:
        zero, still = Money.zero(amount.currency), Money(row.balance, amount.currency)
        pays = suggested.get(row.pk, zero)
        typed = _written(pays)
        if started:
            pays, typed = Money(wanted.get(row.pk, Decimal(0)), amount.currency), str(data.get(f"{PAY}{row.pk}") or "")
        items.append(Item(row, still, pays, typed, (today - row.due_on).days))
    rest = amount - Money(sum((item.pays.amount for item in items), Decimal(0)), amount.currency)
    over = rest.is_negative or any(item.pays > item.open for item in items)
    return Preview(account, amount, items, how, rest, over)


def _typed(value: Any) -> Decimal:
    try:
        return AmountField(required=False).clean(value) or Decimal(0)
    except ValidationError:
        return Decimal(0)


def _wanted(data: Mapping[str, Any]) -> dict[int, Decimal]:
    try:
        return chosen_amounts(data)
    except ValidationError:
        return {}


def _written(amount: Money) -> str:
    return f"{amount.amount:,.2f}" if amount else ""
