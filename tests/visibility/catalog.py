"""Who may open the doors of the catalog room."""

from makers import LONG_AGO, make_product
from tiji.apps.catalog.models import PriceBook
from tiji.apps.organization.models import AccessGrant
from visibility.doors import api, page, post

READERS = "rita ray max_ erin zoe milo petra olaf fiona dora axel adam"
KEEPERS = "olaf dora adam"


def build(world):
    world.product = make_product("EC-100")
    world.book = PriceBook.objects.create(code="STD", name="Standard", currency="CNY")

    world.line_grant = AccessGrant.objects.create(
        person=world.petra.person,
        kind="product_line",
        object_id=world.product.line_id,
        source="catalog.product_line",
        valid_from=LONG_AGO,
    )


def the_product(world):
    return [world.product.pk]


def the_line(world):
    return [world.product.line_id]


def the_book(world):
    return [world.book.pk]


def both(may, args=None):
    more = {"args": args} if args else {}
    return (page(may, **more), post(may, **more))


PAGES = {
    "products": page(READERS),
    "product": page(READERS, args=the_product),
    "product_new": both(KEEPERS),
    "product_edit": both(KEEPERS, the_product),
    "product_archive": post(KEEPERS, args=the_product),
    "product_restore": post(KEEPERS, args=the_product),
    "product_price": both(KEEPERS, the_product),
    "product_price_end": both(KEEPERS, lambda world: [world.product.pk, world.book.pk]),
    "product_lines": page(READERS),
    "product_line_new": both(KEEPERS),
    "product_line_edit": both(KEEPERS, the_line),
    "product_line_archive": post(KEEPERS, args=the_line),
    "product_line_assign": both(KEEPERS, the_line),
    "product_line_manager_end": both(KEEPERS, lambda world: [world.product.line_id, world.line_grant.pk]),
    "price_books": page(READERS),
    "price_book_new": both(KEEPERS),
    "price_book_edit": both(KEEPERS, the_book),
    "price_book_archive": post(KEEPERS, args=the_book),
}


def product(may, body=None):
    return api(may, body=body, args={"product_id": lambda w: w.product.pk})


def line(may, body=None):
    return api(may, body=body, args={"line_id": lambda w: w.product.line_id})


def book(may, body=None):
    return api(may, body=body, args={"book_id": lambda w: w.book.pk})


NEW = {"code": "NEW", "name": "New"}
OPERATIONS = {
    "GET /products": api(READERS),
    "POST /products": api(READERS, body={**NEW, "line_id": 999_999, "currency": "CNY"}),
    "GET /products/{product_id}": product(READERS),
    "PATCH /products/{product_id}": product(READERS, body={"name": "x"}),
    "POST /products/{product_id}/archive": product(KEEPERS),
    "POST /products/{product_id}/restore": product(KEEPERS),
    "GET /product-lines": api(READERS),
    "POST /product-lines": api(KEEPERS, body=NEW),
    "GET /product-lines/{line_id}": line(READERS),
    "PATCH /product-lines/{line_id}": line(KEEPERS, body={"name": "x"}),
    "POST /product-lines/{line_id}/archive": line(KEEPERS),
    "GET /price-books": api(READERS),
    "POST /price-books": api(KEEPERS, body={**NEW, "currency": "CNY"}),
    "GET /price-books/{book_id}": book(READERS),
    "PATCH /price-books/{book_id}": book(KEEPERS, body={"name": "x"}),
    "POST /price-books/{book_id}/archive": book(KEEPERS),
    "GET /price-books/{book_id}/prices": book(READERS),
    "POST /price-books/{book_id}/prices": book(
        READERS, body={"product_id": 999_999, "price": "1", "valid_from": "2030-01-01"}
    ),
    "POST /price-books/{book_id}/prices/end": book(READERS, body={"product_id": 999_999, "on": "2030-01-01"}),
    "GET /product-lines/{line_id}/managers": line(READERS),
    "POST /product-lines/{line_id}/managers": line(KEEPERS, body={"person_id": 999_999, "valid_from": "2030-01-01"}),
    "POST /product-lines/{line_id}/managers/{grant_id}/end": api(
        KEEPERS,
        body={"on": "2099-01-01"},
        args={"line_id": lambda w: w.product.line_id, "grant_id": lambda w: w.line_grant.pk},
    ),
}
