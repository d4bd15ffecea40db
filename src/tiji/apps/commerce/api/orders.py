"""Orders over REST."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product
from tiji.apps.commerce.api.contracts import Kind
from tiji.apps.commerce.api.schemas import Currency, DocumentFilters, ReverseIn, account_of, money_of, owner_of, plain
from tiji.apps.commerce.models import Contract, Order
from tiji.apps.commerce.permissions import can_write_any
from tiji.apps.commerce.selectors import documents
from tiji.apps.commerce.services.drafts import drop_order
from tiji.apps.commerce.services.orders import OrderedProduct, confirm_order, create_order, edit_order, reverse_order
from tiji.shared.errors import DomainError
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
    expected_version,
    found,
    no_content,
    page_answer,
)

router = Router("commerce", tag="Orders")

ROW = (
    *("id", "number", "account_id", "contract_id", "opportunity_id", "owner_id", "unit_id", "status", "ordered_on"),
    *("confirmed_on", "amount", "cost", "currency", "kind", "reverses_id", "reason", "created_at", "archived_at"),
    "version",
)
LINE = ("id", "position", "product_id", "quantity", "unit_price", "amount", "cost")
Status = Literal["draft", "confirmed", "reversed"]


class OrderFilters(DocumentFilters):
    status: list[Status] | None = Field(None, max_length=3)
    kind: Kind | None = None
    contract: Id | None = None
    ordered_from: date | None = None
    ordered_to: date | None = None


class OrderOut(Out):
    id: int
    number: str
    account_id: int
    contract_id: int | None
    opportunity_id: int | None
    owner_id: int
    unit_id: int | None
    status: Status
    ordered_on: date
    confirmed_on: date | None
    amount: Amount
    cost: Amount | None
    currency: str
    kind: str
    reverses_id: int | None
    reason: str
    created_at: datetime
    archived_at: datetime | None = Field(description="When a draft was dropped, or a whole load was taken back")
    version: int


class OrderLineOut(Out):
    id: int
    position: int
    product_id: int
    quantity: Amount
    unit_price: Amount
    amount: Amount
    cost: Amount | None


class OrderDetail(OrderOut):
    lines: list[OrderLineOut]
    attributes: dict[str, Any]


class OrderLineIn(In):
    product_id: Id
    quantity: Amount
    unit_price: Amount
    amount: Amount | None = Field(None, description="Quantity times price when left out")
    cost: Amount | None = None


class OrderIn(In):
    account_id: Id
    ordered_on: date
    currency: Currency | None = Field(None, description="The company's when left out")
    contract_id: Id | None = None
    owner_id: Id | None = None
    lines: list[OrderLineIn] = Field(min_length=1, max_length=1000)


class OrderPatch(In):
    ordered_on: date | None = None
    lines: list[OrderLineIn] | None = Field(None, min_length=1, max_length=1000, description="All lines")


class ConfirmIn(In):
    confirmed_on: date


def visible(request: ApiRequest, order_id: int) -> Order:
    return found(Order.objects.visible_to(request.actor), order_id)  # type: ignore[no-any-return]


def detail(order: Order) -> dict[str, Any]:
    lines = list(order.lines.values(*LINE))
    return {**plain(order, ROW), "attributes": order.attributes, "lines": lines}


def lines_in(rows: list[OrderLineIn]) -> list[OrderedProduct]:
    """The products named. Raises: DomainError for one that is not there."""
    products = Product.objects.filter(archived_at__isnull=True).in_bulk({row.product_id for row in rows})
    missing = sorted({row.product_id for row in rows} - products.keys())
    if missing:
        raise DomainError(
            _("Product %(key)s is not there. Choose one of the catalog.") % {"key": missing[0]}, field="lines"
        )
    return [OrderedProduct(products[row.product_id], **row.model_dump(exclude={"product_id"})) for row in rows]


def lines_of(order: Order) -> list[OrderedProduct]:
    """The lines as they stand."""
    names = ("quantity", "unit_price", "amount", "cost")
    rows = order.lines.select_related("product")
    return [OrderedProduct(row.product, *(getattr(row, name) for name in names)) for row in rows]


@router.get("/orders", response=PageOf[OrderOut])
def list_orders(request: ApiRequest, filters: Query[OrderFilters], paging: Query[Paging]) -> HttpResponse:
    """Orders the caller may see, latest first."""
    rows = documents.narrow(
        filters.apply(documents.orders(viewer=request.actor)),
        status__in=filters.status,
        kind=filters.kind,
        contract_id=filters.contract,
        ordered_on__gte=filters.ordered_from,
        ordered_on__lte=filters.ordered_to,
    )
    return page_answer(request, keyset(rows.values(*ROW), ("-ordered_on", "-id"), paging.cursor, paging.size))


@router.get("/orders/{order_id}", response=OrderDetail, versioned=True)
def read_order(request: ApiRequest, order_id: Id) -> HttpResponse:
    """One order with its lines."""
    order = visible(request, order_id)
    return answer(request, detail(order), version=order.version)


@router.post("/orders", response={201: OrderDetail})
def post_order(request: ApiRequest, data: OrderIn) -> HttpResponse:
    """Enter an order; it counts when it is confirmed."""
    require(can_write_any(request.actor))
    account, contracts = account_of(request, data.account_id), Contract.objects.visible_to(request.actor)
    contract = found(contracts, data.contract_id, field="contract_id") if data.contract_id else None
    order = create_order(
        actor=request.actor,
        account=account,
        ordered_on=data.ordered_on,
        currency=money_of(data.lines[0].unit_price, data.currency).currency,
        lines=lines_in(data.lines),
        contract=contract,
        owner=owner_of(data.owner_id),
    )
    return created(request, detail(order), f"/orders/{order.pk}", version=order.version)


@router.patch("/orders/{order_id}", response=OrderDetail, versioned=True)
def patch_order(request: ApiRequest, order_id: Id, data: OrderPatch) -> HttpResponse:
    """Change a draft. Lines, when sent, replace all of them."""
    order = visible(request, order_id)
    order = edit_order(
        actor=request.actor,
        order=order,
        expected_version=expected_version(request, order),
        ordered_on=data.ordered_on or order.ordered_on,
        lines=lines_of(order) if data.lines is None else lines_in(data.lines),
    )
    return answer(request, detail(order), version=order.version)


@router.delete("/orders/{order_id}", response={204: None}, versioned=True)
def delete_order(request: ApiRequest, order_id: Id) -> HttpResponse:
    """Drop a draft: it leaves the lists. A confirmed order is taken back with `reverse`."""
    order = visible(request, order_id)
    drop_order(actor=request.actor, order=order, expected_version=expected_version(request, order))
    return no_content(request)


@router.post("/orders/{order_id}/confirm", response=OrderDetail)
def post_confirm(request: ApiRequest, order_id: Id, data: ConfirmIn) -> HttpResponse:
    """Confirm an order: without a contract it counts as signed from that day."""
    order = confirm_order(actor=request.actor, order=visible(request, order_id), confirmed_on=data.confirmed_on)
    return answer(request, detail(order), version=order.version)


@router.post("/orders/{order_id}/reverse", response=OrderDetail)
def post_order_reverse(request: ApiRequest, order_id: Id, data: ReverseIn) -> HttpResponse:
    """Take a confirmed order back by a second one with the negated amount; answers that one."""
    order = visible(request, order_id)
    reversal = reverse_order(actor=request.actor, order=order, on=data.on, reason=data.reason)
    return answer(request, detail(reversal), version=reversal.version)
