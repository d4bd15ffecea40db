"""What a product is offered at: the default price book of the currency, else its list price."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tiji.apps.catalog.models import Product
from tiji.apps.catalog.selectors.prices import default_book, prices_of


def prices_in_force(products: Iterable[Product], currency: str, on: date) -> dict[int, Decimal]:
    """Product id → price on a day, in two queries; a product without a price in this currency is missing."""
    asked = list(products)
    found = {row.pk: row.list_price for row in asked if row.list_price is not None and row.currency == currency}
    book = default_book(currency) if asked else None
    if book is not None:
        found |= {key: price.price.amount for key, price in prices_of([row.pk for row in asked], book, on).items()}
    return found


def price_in_force(product: int, currency: str, on: date) -> Decimal | None:
    """The price of one product on a day."""
    return prices_in_force(Product.objects.filter(pk=product), currency, on).get(product)
