"""Makers of commercial documents, through the services so that every invariant holds."""

from decimal import Decimal
from typing import Any

from makers import cny, day, make_product
from tiji.apps.catalog.models import Product
from tiji.apps.commerce.models import Contract, Invoice, Order, Receipt
from tiji.apps.commerce.services.contracts import PlannedInstalment, draft_contract, sign_contract
from tiji.apps.commerce.services.invoices import issue_invoice
from tiji.apps.commerce.services.orders import OrderedProduct, create_order
from tiji.apps.commerce.services.receipts import record_receipt
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User


def make_signed_contract(
    actor: User, account: Account, amount: str, signed_on: str, *, cost: str | None = None, **fields: Any
) -> Contract:
    """A contract drafted and signed on one day, to be paid in one instalment thirty days on."""
    plan = [PlannedInstalment("全款", day(signed_on), Decimal(amount))]
    contract = draft_contract(
        actor=actor,
        account=account,
        name=fields.pop("name", "产线智控"),
        amount=cny(amount),
        cost=None if cost is None else Decimal(cost),
        on=day(signed_on),
        instalments=plan,
        **fields,
    )
    return sign_contract(actor=actor, contract=contract, signed_on=day(signed_on))


def make_invoice(
    actor: User, account: Account, total: str, *, due_on: str, issued_on: str | None = None, **fields: Any
) -> Invoice:
    return issue_invoice(
        actor=actor,
        account=account,
        amount=cny(total),
        issued_on=day(issued_on or due_on),
        due_on=day(due_on),
        **fields,
    )


def make_receipt(actor: User, account: Account, amount: str, received_on: str, **fields: Any) -> Receipt:
    return record_receipt(actor=actor, account=account, amount=cny(amount), received_on=day(received_on), **fields)


def balances(*invoices: Invoice) -> list[Decimal]:
    return [Invoice.objects.get(pk=invoice.pk).balance for invoice in invoices]


def make_order(actor: User, account: Account, ordered_on: str, *lines: tuple[str, str], **fields: Any) -> Order:
    """A draft order; lines are (quantity, unit price), one of 2 × 50.00 if none are given."""
    product = Product.objects.first() or make_product("EC-1")
    typed = [OrderedProduct(product, Decimal(count), Decimal(price)) for count, price in lines or [("2", "50.00")]]
    return create_order(actor=actor, account=account, ordered_on=day(ordered_on), currency="CNY", lines=typed, **fields)
