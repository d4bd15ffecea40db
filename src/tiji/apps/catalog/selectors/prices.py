"""What a product costs on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from tiji.apps.catalog.models import PriceBook, PriceBookEntry, Product
from tiji.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Price:
    """A price with the floor below which a discount needs approval, and since when it holds."""

    price: Money
    floor: Money | None
    valid_from: date
    valid_until: date | None


def price_of(product: Product | int, book: PriceBook, on: date) -> Price | None:
    """The price of a product in a book on a day; None when it has none there."""
    key = product if isinstance(product, int) else product.pk
    return prices_of([key], book, on).get(key)


def prices_of(products: Iterable[int], book: PriceBook, on: date) -> dict[int, Price]:
    """Product id → its price in a book on a day, in one query; products without a price are missing."""
    rows = PriceBookEntry.objects.on(on).filter(price_book=book, product_id__in=list(products))
    return {row.product_id: _price(row, book.currency) for row in rows}


def default_book(currency: str) -> PriceBook | None:
    """The book that offers begin with in a currency."""
    found: PriceBook | None = PriceBook.objects.filter(
        currency=currency, is_default=True, archived_at__isnull=True
    ).first()
    return found


def price_history(product: Product) -> list[PriceBookEntry]:
    """All prices of a product, by book, the latest first."""
    rows = PriceBookEntry.objects.filter(product=product).select_related("price_book")
    return list(rows.order_by("price_book__code", "-valid_from"))


def _price(row: PriceBookEntry, currency: str) -> Price:
    floor = None if row.floor_price is None else Money(row.floor_price, currency)
    return Price(Money(row.price, currency), floor, row.valid_from, row.valid_until)


def prices_in(book: PriceBook, on: date, product: int | None = None) -> QuerySet[PriceBookEntry]:
    """The prices of a book that hold on a day."""
    rows = PriceBookEntry.objects.on(on).filter(price_book=book)
    return rows.filter(product_id=product) if product else rows
