"""Price books and dated prices over REST."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.catalog.api.products import reader
from tiji.apps.catalog.models import PriceBook, PriceBookEntry, Product
from tiji.apps.catalog.selectors.prices import prices_in
from tiji.apps.catalog.selectors.products import price_books
from tiji.apps.catalog.services.prices import (
    archive_price_book,
    create_price_book,
    edit_price_book,
    end_price,
    set_price,
)
from tiji.shared.paging import keyset
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
    Schema,
    answer,
    as_written,
    created,
    found,
    no_content,
    page_answer,
)

router = Router("catalog", tag="Catalog")

BOOK = ("id", "code", "name", "name_en", "currency", "is_default", "archived_at")
PRICE = ("id", "product_id", "price", "floor_price", "valid_from", "valid_until")


class BookOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    currency: str
    is_default: bool
    archived_at: datetime | None


class BookPatch(In):
    code: str | None = Field(None, max_length=30)
    name: str | None = Field(None, max_length=120)
    name_en: str | None = Field(None, max_length=120)
    currency: str | None = Field(None, max_length=3)
    is_default: bool | None = None


class BookIn(BookPatch):
    code: str = Field(min_length=1, max_length=30)
    name: str = Field(min_length=1, max_length=120)
    currency: str = Field(min_length=3, max_length=3)


class PriceFilters(Schema):
    on: date | None = Field(None, description="Prices valid on this day; today when left out")
    product: Id | None = None


class PriceOut(Out):
    id: int
    product_id: int
    price: Amount
    floor_price: Amount | None
    valid_from: date
    valid_until: date | None


class PriceIn(In):
    product_id: Id
    price: Amount
    floor_price: Amount | None = None
    valid_from: date


class PriceEndIn(In):
    product_id: Id
    on: date = Field(description="The first day without a price")


def as_json(book: PriceBook) -> dict[str, Any]:
    return {name: getattr(book, name) for name in BOOK}


@router.get("/price-books", response=PageOf[BookOut])
def list_books(request: ApiRequest, paging: Query[Paging], archived: bool = False) -> HttpResponse:
    """Price books, by code."""
    reader(request)
    return page_answer(
        request, keyset(price_books(archived=archived).values(*BOOK), ("code",), paging.cursor, paging.size)
    )


@router.get("/price-books/{book_id}", response=BookOut)
def read_book(request: ApiRequest, book_id: Id) -> HttpResponse:
    """One price book."""
    reader(request)
    return answer(request, as_json(found(PriceBook.objects.all(), book_id)))


@router.post("/price-books", response={201: BookOut})
def post_book(request: ApiRequest, data: BookIn) -> HttpResponse:
    """Add a price book."""
    book = create_price_book(actor=reader(request), **data.model_dump(exclude_none=True))
    return created(request, as_json(book), f"/price-books/{book.pk}")


@router.patch("/price-books/{book_id}", response=BookOut)
def patch_book(request: ApiRequest, book_id: Id, data: BookPatch) -> HttpResponse:
    """Change a price book."""
    actor, book = reader(request), found(PriceBook.objects.all(), book_id)
    return answer(request, as_json(edit_price_book(actor=actor, book=book, **data.model_dump(exclude_none=True))))


@router.post("/price-books/{book_id}/archive", response=BookOut)
def post_archive_book(request: ApiRequest, book_id: Id) -> HttpResponse:
    """Take a price book out of choice."""
    actor, book = reader(request), found(PriceBook.objects.all(), book_id)
    return answer(request, as_json(archive_price_book(actor=actor, book=book, at=timezone.now())))


@router.get("/price-books/{book_id}/prices", response=PageOf[PriceOut])
def list_prices(request: ApiRequest, book_id: Id, filters: Query[PriceFilters], paging: Query[Paging]) -> HttpResponse:
    """The prices of a book on a day."""
    reader(request)
    book = found(PriceBook.objects.all(), book_id)
    rows = prices_in(book, filters.on or timezone.localdate(), product=filters.product).values(*PRICE)
    return page_answer(request, keyset(rows, ("product_id", "id"), paging.cursor, paging.size))


@router.post("/price-books/{book_id}/prices", response={201: PriceOut})
def post_price(request: ApiRequest, book_id: Id, data: PriceIn) -> HttpResponse:
    """Let a product cost something else from a day on."""
    actor, book = reader(request), found(PriceBook.objects.all(), book_id)
    product = found(Product.objects.select_related("line"), data.product_id, field="product_id")
    facts, today = data.model_dump(exclude={"product_id"}), timezone.localdate()
    entry: PriceBookEntry = set_price(actor=actor, book=book, product=product, today=today, **facts)
    body = {name: as_written(getattr(entry, name)) for name in PRICE}
    return created(request, body, f"/price-books/{book.pk}/prices?product={product.pk}")


@router.post("/price-books/{book_id}/prices/end", response={204: None})
def post_price_end(request: ApiRequest, book_id: Id, data: PriceEndIn) -> HttpResponse:
    """Let a product have no price in a book from a day on."""
    actor, book = reader(request), found(PriceBook.objects.all(), book_id)
    product = found(Product.objects.select_related("line"), data.product_id, field="product_id")
    end_price(actor=actor, book=book, product=product, on=data.on, today=timezone.localdate())
    return no_content(request)
