"""Prices hold from a day until the next; what was valid stays."""

from datetime import date
from decimal import Decimal

import pytest

from makers import LONG_AGO, make_product
from tiji.apps.catalog.models import PriceBookEntry, Product
from tiji.apps.catalog.selectors.prices import default_book, price_of, prices_of
from tiji.apps.catalog.services.lines import archive_product_line, assign_product_line, create_product_line
from tiji.apps.catalog.services.prices import create_price_book, edit_price_book, end_price, set_price
from tiji.apps.catalog.services.products import archive_product, create_product, edit_product, restore_product
from tiji.apps.organization.models import AccessKind
from tiji.apps.organization.selectors.scope import forget_scope, scope_of
from tiji.kernel.money import Money
from tiji.shared.errors import Conflict, DomainError, NotAllowed

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)


@pytest.fixture
def book(olaf):
    return create_price_book(actor=olaf, code="STD", name="标准价目表", currency="CNY", is_default=True)


@pytest.fixture
def product(db):
    return make_product("EC-100")


def put(actor, book, product, price, start, **more):
    return set_price(
        actor=actor,
        book=book,
        product=product,
        price=Decimal(price),
        valid_from=date.fromisoformat(start),
        today=TODAY,
        **more,
    )


def amount(product, book, day):
    found = price_of(product, book, date.fromisoformat(day))
    return found and found.price


def test_a_price_holds_from_its_day_until_the_next(olaf, book, product):
    put(olaf, book, product, "100", "2026-01-01", floor_price=Decimal("90.5"))
    put(olaf, book, product, "120.1234", "2027-01-01")
    days = ["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"]
    said = [amount(product, book, day) for day in days]
    assert said == [None, Money(Decimal(100), "CNY"), Money(Decimal(100), "CNY"), Money(Decimal("120.1234"), "CNY")]
    assert price_of(product, book, TODAY).floor == Money(Decimal("90.5"), "CNY")


def test_a_price_between_two_ends_at_the_later_one(olaf, book, product):
    put(olaf, book, product, "100", "2026-01-01")
    put(olaf, book, product, "140", "2027-06-01")
    put(olaf, book, product, "120", "2027-01-01")
    rows = PriceBookEntry.objects.order_by("valid_from").values_list("valid_from", "valid_until")
    assert list(rows) == [
        (date(2026, 1, 1), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2027, 6, 1)),
        (date(2027, 6, 1), None),
    ]


def test_a_price_of_the_same_day_is_replaced(olaf, book, product):
    put(olaf, book, product, "100", "2026-12-01")
    put(olaf, book, product, "110", "2026-12-01")
    assert PriceBookEntry.objects.count() == 1
    assert amount(product, book, "2026-12-01") == Money(Decimal(110), "CNY")


def test_a_price_that_was_valid_is_not_changed_afterwards(olaf, book, product):
    put(olaf, book, product, "100", "2026-01-01")
    with pytest.raises(DomainError) as refusal:
        put(olaf, book, product, "50", "2026-06-01")
    assert refusal.value.field == "valid_from"
    assert amount(product, book, "2026-11-17") == Money(Decimal(100), "CNY")


def test_a_price_ends(olaf, book, product):
    put(olaf, book, product, "100", "2026-01-01")
    end_price(actor=olaf, book=book, product=product, on=date(2027, 1, 1), today=TODAY)
    assert amount(product, book, "2026-12-31")
    assert amount(product, book, "2027-01-01") is None


@pytest.mark.parametrize(
    ("price", "floor", "field"), [("-1", None, "price"), ("10", "11", "floor_price"), ("10", "-1", "floor_price")]
)
def test_impossible_prices_are_refused(olaf, book, product, price, floor, field):
    with pytest.raises(DomainError) as refusal:
        put(olaf, book, product, price, "2026-12-01", floor_price=None if floor is None else Decimal(floor))
    assert refusal.value.field == field


def test_many_prices_cost_one_query(olaf, book, django_assert_num_queries):
    products = [make_product(f"P{number}") for number in range(5)]
    for one in products:
        put(olaf, book, one, "7", "2026-01-01")
    with django_assert_num_queries(1):
        assert len(prices_of([one.pk for one in products], book, TODAY)) == 5


def test_one_book_of_a_currency_is_the_default(olaf, book):
    other = create_price_book(actor=olaf, code="VIP", name="大客户", currency="CNY", is_default=True)
    dollars = create_price_book(actor=olaf, code="USD", name="Export", currency="usd", is_default=True)
    assert (default_book("CNY"), default_book("USD"), default_book("EUR")) == (other, dollars, None)


def test_a_book_with_prices_keeps_its_currency(olaf, book, product):
    put(olaf, book, product, "100", "2026-01-01")
    with pytest.raises(DomainError) as refusal:
        edit_price_book(actor=olaf, book=book, currency="USD")
    assert refusal.value.field == "currency"


def test_a_product_manager_keeps_the_products_of_her_line(petra, olaf, rita, product, book):
    with pytest.raises(NotAllowed):
        put(petra, book, product, "100", "2026-12-01")
    assign_product_line(actor=olaf, person=petra.person, line=product.line, valid_from=LONG_AGO)
    forget_scope(petra)
    assert scope_of(petra).granted[AccessKind.PRODUCT_LINE] == {product.line_id}
    assert put(petra, book, product, "100", "2026-12-01").pk
    other = create_product_line(actor=olaf, code="SV", name="伺服")
    with pytest.raises(NotAllowed):
        edit_product(actor=petra, product=product, version=1, line=other)
    with pytest.raises(NotAllowed):
        assign_product_line(actor=rita, person=rita.person, line=product.line, valid_from=LONG_AGO)


def test_products_are_edited_by_version_and_archived(olaf, product):
    made = create_product(actor=olaf, code="EC-200", name="边缘控制器", line=product.line, currency="cny")
    assert (made.currency, made.sort_key.split()[0]) == ("CNY", "bian")
    edit_product(actor=olaf, product=made, version=1, list_price=Decimal("12.5"))
    with pytest.raises(Conflict):
        edit_product(actor=olaf, product=made, version=1, list_price=Decimal(13))
    with pytest.raises(DomainError) as refusal:
        create_product(actor=olaf, code="ec-200", name="x", line=product.line, currency="CNY")
    assert refusal.value.code == "taken"
    archive_product(actor=olaf, product=made, at=made.updated_at)
    assert Product.objects.get(pk=made.pk).archived_at
    assert restore_product(actor=olaf, product=made).archived_at is None


def test_a_line_with_products_is_not_archived(olaf, product):
    with pytest.raises(DomainError) as refusal:
        archive_product_line(actor=olaf, line=product.line, at=product.updated_at)
    assert refusal.value.code == "not-empty"
