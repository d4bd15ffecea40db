"""What the page of an order is made of."""

from dataclasses import dataclass
from decimal import Decimal

from tiji.apps.commerce.models import Order, OrderLine
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
