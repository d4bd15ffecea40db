"""Orders: lines with up to four decimals, confirmed once, reversed by a second row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.catalog.models import Product
from tiji.apps.commerce.models import Contract, Order, OrderLine
from tiji.apps.commerce.permissions import can_create_order, can_edit_order, can_own_document, can_reverse_order
from tiji.apps.commerce.selectors.business_kind import kind_on
from tiji.apps.commerce.services.drafts import locked_draft
from tiji.apps.commerce.services.facts import post_order_facts
from tiji.apps.commerce.services.reversals import (
    Refusals,
    check_nothing_owed,
    check_reversal,
    mark_reversed,
    taken_back,
)
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.places import unit_of
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.numbers import next_number
from tiji.shared.permissions import require

REFUSALS = Refusals(
    gettext_lazy("Only a confirmed order can be reversed."),
    "not-confirmed",
    gettext_lazy("Say why the order is taken back."),
    gettext_lazy("A reversal cannot be dated before the confirmation."),
)


@dataclass(frozen=True)
class OrderedProduct:
    """One line as it is typed; `amount` is quantity times price unless it is given."""

    product: Product
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal | None = None
    cost: Decimal | None = None

    @property
    def line_amount(self) -> Decimal:
        if self.amount is not None:
            return self.amount
        return (self.quantity * self.unit_price).quantize(Decimal("0.0001"))


@transaction.atomic
def create_order(
    *,
    actor: User,
    account: Account,
    ordered_on: date,
    currency: str,
    lines: Sequence[OrderedProduct],
    contract: Contract | None = None,
    owner: Person | None = None,
) -> Order:
    """Write an order down. Raises: NotAllowed, DomainError."""
    require(can_create_order(actor, account, contract))
    holder = _owner(actor, owner, contract, account)
    _check_lines(lines)
    _check_contract(contract, account, currency)
    order = Order.objects.create(
        number=next_number("DD", ordered_on.year),
        account=account,
        contract=contract,
        owner=holder,
        unit=unit_of(holder, ordered_on),
        ordered_on=ordered_on,
        amount=sum((line.line_amount for line in lines), Decimal(0)),
        cost=_cost(lines),
        currency=currency,
        created_at=timezone.now(),
        created_by=actor,
    )
    _write_lines(order, lines)
    audit.record("order.create", order, after=audit.snapshot(order), actor=actor)
    return order


@transaction.atomic
def edit_order(
    *, actor: User, order: Order, expected_version: int, ordered_on: date, lines: Sequence[OrderedProduct]
) -> Order:
    """Change a draft and its lines. Raises: NotAllowed, Conflict, DomainError when it is confirmed or was dropped."""
    require(can_edit_order(actor, order))
    current = locked_draft(order)
    if current.version != expected_version:
        attempted = {"ordered_on": ordered_on, "lines": list(lines)}
        raise Conflict(_("Somebody changed this order in the meantime."), current=current, attempted=attempted)
    _check_lines(lines)
    before = audit.snapshot(current)
    current.ordered_on, current.unit = ordered_on, unit_of(current.owner_id, ordered_on)
    current.amount = sum((line.line_amount for line in lines), Decimal(0))
    current.cost = _cost(lines)
    current.version += 1
    current.save()
    current.lines.all().delete()
    _write_lines(current, lines)
    audit.record("order.edit", current, before=before, after=audit.snapshot(current), actor=actor)
    return current


@transaction.atomic
def confirm_order(*, actor: User, order: Order, confirmed_on: date) -> Order:
    """Confirm an order: its kind of business is frozen; without a contract it counts as signed from that day.

    Raises: NotAllowed, DomainError.
    """
    require(can_edit_order(actor, order))
    current = locked_draft(order, _("This order is confirmed already."))
    if confirmed_on < current.ordered_on:
        raise DomainError(_("An order cannot be confirmed before it was placed."), field="confirmed_on")
    before = audit.snapshot(current)
    current.status, current.confirmed_on = Order.Status.CONFIRMED, confirmed_on
    current.kind = current.contract.kind if current.contract else kind_on(current.account_id, confirmed_on)
    current.kind = current.kind or kind_on(current.account_id, confirmed_on)
    current.unit = unit_of(current.owner_id, confirmed_on)
    current.version += 1
    current.save()
    post_order_facts(orders=[current])
    audit.record("order.confirm", current, before=before, after=audit.snapshot(current), actor=actor)
    return current


@transaction.atomic
def reverse_order(*, actor: User, order: Order, on: date, reason: str) -> Order:
    """Take a confirmed order back by a second, negative row. Raises: NotAllowed, DomainError."""
    require(can_reverse_order(actor, order))
    current: Order = Order.objects.select_for_update().get(pk=order.pk)
    check_reversal(REFUSALS, stands=current.stands, since=current.confirmed_on, on=on, reason=reason)
    check_nothing_owed(current, _("Invoices of this order are still open. Credit them first."))
    reversal = Order.objects.create(
        number=next_number("DD", on.year),
        contract_id=current.contract_id,
        status=Order.Status.CONFIRMED,
        ordered_on=on,
        confirmed_on=on,
        **taken_back(current, reason=reason, by=actor, at=timezone.now()),
    )
    mark_reversed(current)
    post_order_facts(orders=[current, reversal])
    audit.record("order.reverse", current, after=audit.snapshot(reversal), reason=reason, actor=actor)
    return reversal


def _owner(actor: User, wanted: Person | None, contract: Contract | None, account: Account) -> Person:
    if wanted is not None and not can_own_document(actor, wanted):
        raise DomainError(_("Choose yourself or somebody below you as the owner."), field="owner")
    holder = wanted or (contract.owner if contract else None) or account.owner
    if holder is None:
        raise DomainError(_("This account has no owner. Choose who owns the order."), field="owner")
    return holder


def _check_contract(contract: Contract | None, account: Account, currency: str) -> None:
    if contract is None:
        return
    if contract.account_id != account.pk or contract.currency != currency:
        raise DomainError(_("This contract is of another account or currency."), field="contract")
    if not contract.stands:
        raise DomainError(_("Order under a contract that is signed and stands."), field="contract")


def _check_lines(lines: Sequence[OrderedProduct]) -> None:
    if not lines:
        raise DomainError(_("An order needs at least one line."), field="lines")
    for line in lines:
        if line.quantity <= 0:
            raise DomainError(_("Each line has a quantity of more than 0."), field="lines")
        if line.unit_price < 0 or line.line_amount < 0 or (line.cost or 0) < 0:
            raise DomainError(_("Prices, amounts and costs are 0 or more."), field="lines")


def _cost(lines: Sequence[OrderedProduct]) -> Decimal | None:
    """What the lines cost together; unknown when that of one is."""
    costs = [line.cost for line in lines if line.cost is not None]
    return sum(costs, Decimal(0)) if len(costs) == len(lines) else None


def _write_lines(order: Order, lines: Sequence[OrderedProduct]) -> None:
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            product=line.product,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.line_amount,
            cost=line.cost,
        )
        for position, line in enumerate(lines, start=1)
    )
