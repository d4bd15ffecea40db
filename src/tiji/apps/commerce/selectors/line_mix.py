"""What product lines a document is made of: for whoever is credited with his line's part of it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from tiji.apps.commerce.models import Contract, Order, OrderLine
from tiji.apps.organization.selectors.ids import among

Mix = dict[int, Decimal]


def lines_of_orders(orders: Iterable[int]) -> dict[int, Mix]:
    """Order id → product line id → amount, in one query."""
    rows = OrderLine.objects.filter(among("order_id", set(orders)))
    return _summed(rows, "order_id", "product__line_id", "amount")


def lines_of_contracts(contracts: Iterable[int]) -> dict[int, Mix]:
    """Contract id → product line id → amount: of the orders that stand under it, else of the deal it came from."""
    wanted = set(contracts)
    ordered = OrderLine.objects.filter(among("order__contract_id", wanted), order__status=Order.Status.CONFIRMED)
    found = _summed(ordered.filter(order__reverses__isnull=True), "order__contract_id", "product__line_id", "amount")
    rest = Contract.objects.filter(among("pk", wanted - found.keys()), opportunity__lines__isnull=False)
    return found | _summed(rest, "pk", "opportunity__lines__product__line_id", "opportunity__lines__amount")


def _summed(rows: Any, document: str, line: str, amount: str) -> dict[int, Mix]:
    """Amounts by document and product line; a line that comes to nothing or less is none of the document's."""
    found: dict[int, Mix] = defaultdict(dict)
    sums = rows.order_by().values_list(document, line).annotate(together=Sum(amount))
    for key, of, together in sums:
        if together > 0:
            found[key][of] = together
    return dict(found)
