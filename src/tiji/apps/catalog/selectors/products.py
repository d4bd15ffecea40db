"""Reading the catalog: what is offered, and who keeps which line."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from tiji.apps.catalog.models import PriceBook, Product, ProductLine
from tiji.apps.organization.models import AccessGrant, AccessKind, Assignment, Person, Role


def products(*, line: int | None = None, q: str = "", archived: bool = False, currency: str = "") -> QuerySet[Product]:
    """Products by line, text and currency; archived ones only when asked for."""
    rows: Any = Product.objects.filter(archived_at__isnull=not archived)
    if line:
        rows = rows.filter(line_id=line)
    if currency:
        rows = rows.filter(currency=currency)
    return found_by_text(rows, q)  # type: ignore[no-any-return]


def found_by_text(rows: Any, text: str) -> Any:
    """Those whose name, code, pinyin or initials contain every word."""
    for word in text.lower().split():
        rows = rows.filter(search_key__contains=word)
    return rows


def product_lines(*, archived: bool = False) -> QuerySet[ProductLine]:
    """Lines in their order with `products_count`, the products on offer."""
    count = Count("products", filter=Q(products__archived_at__isnull=True))
    rows: Any = ProductLine.objects.filter(archived_at__isnull=not archived).annotate(products_count=count)
    return rows.order_by("position", "code")  # type: ignore[no-any-return]


def price_books(*, archived: bool = False) -> QuerySet[PriceBook]:
    """Books by code, the default ones marked."""
    rows: Any = PriceBook.objects.filter(archived_at__isnull=not archived)
    return rows.order_by("code")  # type: ignore[no-any-return]


def line_managers(on: date) -> dict[int, list[Any]]:
    """Product line id → the grants of those who keep it on a day or will."""
    grants = AccessGrant.objects.filter(kind=AccessKind.PRODUCT_LINE).exclude(valid_until__lte=on)
    found: dict[int, list[Any]] = {}
    for grant in grants.select_related("person").order_by("person__sort_key", "valid_from", "pk"):
        found.setdefault(grant.object_id, []).append(grant)
    return found


def keepers_of_lines() -> dict[int, list[tuple[int, date, date | None]]]:
    """Product line id → (person id, from, until) of everybody who keeps it, kept it or will; in one query.

    Whoever may see a line's deals and not change its products does not keep it.
    """
    rows = AccessGrant.objects.filter(kind=AccessKind.PRODUCT_LINE, may_change=True)
    found: dict[int, list[tuple[int, date, date | None]]] = {}
    for line, person, start, end in rows.order_by("object_id", "valid_from", "pk").values_list(
        "object_id", "person_id", "valid_from", "valid_until"
    ):
        found.setdefault(line, []).append((person, start, end))
    return found


def line_grants(line: ProductLine) -> QuerySet[AccessGrant]:
    """Who keeps a line, kept it and will, the latest first."""
    rows: Any = AccessGrant.objects.filter(kind=AccessKind.PRODUCT_LINE, object_id=line.pk).select_related("person")
    return rows.order_by("-valid_from", "-pk")  # type: ignore[no-any-return]


def possible_line_managers(on: date) -> QuerySet[Person]:
    """People who are product managers on a day, by name."""
    seats = Assignment.objects.on(on).filter(position__role=Role.PRODUCT_MANAGER).values("person_id")
    rows: Any = Person.objects.filter(pk__in=seats, archived_at__isnull=True)
    return rows.order_by("sort_key", "pk")  # type: ignore[no-any-return]
