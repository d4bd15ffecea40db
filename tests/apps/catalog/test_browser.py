"""Products, lines and price books in a real browser: axe finds nothing, nothing is too wide, the keyboard is enough."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import make_product
from tiji.apps.catalog.models import PriceBook, PriceBookEntry
from tiji.apps.catalog.services.lines import assign_product_line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [(theme, lang, width) for theme, lang in (("light", "zh-hans"), ("dark", "en")) for width in (1440, 390)]


@pytest.fixture
def shop(company, olaf, petra):
    today = timezone.localdate()
    product = make_product("EC-1", list_price=5, standard_cost=3)
    book = PriceBook.objects.create(code="STD", name="标准价", currency="CNY", is_default=True)
    later = today + timedelta(days=30)
    PriceBookEntry.objects.create(price_book=book, product=product, price=5, valid_from=today, valid_until=later)
    PriceBookEntry.objects.create(price_book=book, product=product, price=6, valid_from=later)
    grant = assign_product_line(actor=olaf, person=petra.person, line=product.line, valid_from=today, valid_until=later)
    return {"product": product, "book": book, "line": product.line, "grant": grant}


@pytest.mark.parametrize(("theme", "lang", "width"), LOOKS)
def test_pages_and_dialogs_are_accessible_and_fit(shop, olaf, open_page, accessible, theme, lang, width):
    page = open_page(reverse("products"), user=olaf, theme=theme, lang=lang, width=width)
    one = {name: row.pk for name, row in shop.items()}
    for path in (
        reverse("products"),
        reverse("product", args=[one["product"]]),
        reverse("product_new"),
        reverse("product_edit", args=[one["product"]]),
        reverse("product_price", args=[one["product"]]),
        reverse("product_price_end", args=[one["product"], one["book"]]),
        reverse("product_lines"),
        reverse("product_line_new"),
        reverse("product_line_edit", args=[one["line"]]),
        reverse("product_line_assign", args=[one["line"]]),
        reverse("product_line_manager_end", args=[one["line"], one["grant"]]),
        reverse("price_books"),
        reverse("price_book_new"),
        reverse("price_book_edit", args=[one["book"]]),
    ):
        page.goto(path)
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"


@pytest.mark.parametrize(("theme", "lang", "width"), [("light", "zh-hans", 1440), ("dark", "en", 390)])
def test_a_blank_company_is_told_what_belongs_here(company, adam, open_page, accessible, theme, lang, width):
    page = open_page(reverse("products"), user=adam, theme=theme, lang=lang, width=width)
    for name in ("products", "product_lines", "price_books"):
        page.goto(reverse(name))
        accessible(page)
        assert page.locator("main .empty").first.is_visible(), name


def test_a_price_is_ended_with_the_keyboard_alone(shop, olaf, open_page):
    page = open_page(shop["product"].get_absolute_url(), user=olaf, lang="en")
    page.get_by_role("link", name="End", exact=False).first.focus()
    page.keyboard.press("Enter")
    day = page.get_by_role("dialog").get_by_label("From")
    day.wait_for()
    day.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Price ended").wait_for()
    assert not PriceBookEntry.objects.filter(valid_from__gt=timezone.localdate()).exists()
