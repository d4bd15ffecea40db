"""What the page of an order is made of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Order, OrderLine
from tiji.apps.commerce.pages.drafts import beside
from tiji.apps.commerce.permissions import can_book_any, can_edit_order, can_reverse_order
from tiji.apps.commerce.selectors.pages import bills_of, cash_of
from tiji.apps.commerce.services.orders import OrderedProduct
from tiji.apps.organization.models import User
from tiji.shared.errors import Conflict
from tiji.ui import formats

FEWEST, MOST = 2, 4


@dataclass(frozen=True, slots=True)
class LineTexts:
    """A line with its numbers written out: prices with the decimals they have, two at least."""

    line: OrderLine
    quantity: str
    unit_price: str
    amount: str
    cost: str


def written(value: Decimal | None, fewest: int = FEWEST) -> str:
    """1234.5 → 1,234.50; 1.2345 → 1.2345; None → —."""
    if value is None:
        return formats.UNKNOWN
    places = max(fewest, min(MOST, -int(value.normalize().as_tuple().exponent)))
    return formats.grouped(value, places)


def line_texts(order: Order) -> list[LineTexts]:
    """The lines of an order. One query."""
    return [
        LineTexts(line, written(line.quantity, 0), written(line.unit_price), written(line.amount), written(line.cost))
        for line in order.lines.select_related("product__line")
    ]


def order_page(order: Order, viewer: User, today: date) -> dict[str, Any]:
    """Everything the template needs, in a fixed number of queries."""
    draft, stands = order.is_draft, order.stands
    return {
        "order": order,
        "today": today,
        "lines": line_texts(order),
        "total": written(order.amount),
        "cost": written(order.cost),
        "invoices": list(bills_of(order)),
        "applications": list(cash_of(order)),
        "can_edit": draft and can_edit_order(viewer, order),
        "can_reverse": stands and can_reverse_order(viewer, order),
        "can_bill": stands and can_book_any(viewer),
    }


def form_of(order: Order) -> dict[str, Any]:
    """A draft as its form begins."""
    return {"ordered_on": order.ordered_on, "version": order.version}


def both_versions(form: Any, clash: Conflict) -> dict[str, Any]:
    """What stands now and what was typed, beside each other; the form saves over the newer version."""
    labels = {"ordered_on": _("Ordered on"), "lines": _("Products")}
    lines = clash.current.lines.select_related("product")
    stored = _in_words({"ordered_on": clash.current.ordered_on, "lines": lines})
    return {"order": clash.current, **beside(form, clash, labels, stored, _in_words(clash.attempted))}


def _in_words(facts: dict[str, Any]) -> dict[str, str]:
    lines = [
        f"{row.product} · {written(row.quantity, 0)} × {written(row.unit_price)} = {written(_amount(row))}"
        f" · {written(row.cost)}"
        for row in facts["lines"]
    ]
    return {"ordered_on": facts["ordered_on"].isoformat(), "lines": "; ".join(lines)}


def _amount(row: OrderLine | OrderedProduct) -> Decimal:
    return row.line_amount if isinstance(row, OrderedProduct) else row.amount
