"""Products of a deal, two editors and the settings in a real browser: by keyboard, on a phone, without a barrier."""

from datetime import date
from decimal import Decimal

import pytest

from browser import wait_until
from makers import make_account, make_product
from makers_pipeline import make_opportunity
from tiji.apps.catalog.models import PriceBook, PriceBookEntry
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.services.opportunities import edit_opportunity

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(rita):
    account = make_account("澄湖精密", rita.person, short_name="澄湖")
    return make_opportunity(rita, stage_code="project", account=account, amount="4120000", expected_on="2026-12-12")


@pytest.fixture
def controller():
    product = make_product("EC-40", name="边缘控制器 EC-40", search_key="ec-40")
    book = PriceBook.objects.create(code="std", name="标准价", currency="CNY", is_default=True)
    PriceBookEntry.objects.create(price_book=book, product=product, price=Decimal(80000), valid_from=date(2020, 1, 1))
    return product


def amount(page):
    return page.locator("[name=amount]").input_value()


def test_a_product_is_entered_with_the_keyboard_alone(open_page, rita, deal, controller):
    page = open_page(f"/opportunities/{deal.pk}/edit/", user=rita)
    page.locator("[data-line] [role=combobox]").focus()
    page.keyboard.type("ec-40")
    page.locator("[data-line] [role=option][data-value]").wait_for()
    page.keyboard.press("Enter")
    wait_until(page, lambda: amount(page) == "80,000.00")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("5")
    assert amount(page) == "228,000.00"
    page.locator("[data-lines-add]").focus()
    page.keyboard.press("Enter")
    assert page.locator("[data-line]").count() == 2
    page.locator(".dealedit button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/opportunities/{deal.pk}/")
    saved = Opportunity.objects.get(pk=deal.pk)
    assert (saved.amount, saved.lines.get().quantity) == (Decimal(228000), Decimal(3))


def test_unsaved_lines_come_back_after_a_reload(open_page, rita, deal, controller):
    page = open_page(f"/opportunities/{deal.pk}/edit/", user=rita)
    page.locator("[data-lines-add]").click()
    prices, quantities = page.locator("[name=line-unit_price]"), page.locator("[name=line-quantity]")
    quantities.nth(0).fill("2")
    prices.nth(0).fill("11")
    prices.nth(1).fill("22")
    page.reload()  # at once: what was typed a moment ago is kept, too
    wait_until(page, lambda: page.locator("[data-line]").count() == 2)
    assert [prices.nth(at).input_value() for at in (0, 1)] == ["11", "22"]
    assert [quantities.nth(at).input_value() for at in (0, 1)] == ["2", ""]


def test_two_editors_both_versions_are_shown_and_nothing_is_lost(open_page, rita, max_, deal):
    page = open_page(f"/opportunities/{deal.pk}/edit/", user=rita)
    page.locator("[name=name]").fill("二期产线 MES")
    page.locator("[name=note]").fill("客户要求年内上线")
    edit_opportunity(actor=max_, opportunity=deal, expected_version=1, name="二期产线（改名）")
    page.locator(".dealedit button[type=submit]").click()
    both = page.locator(".bothversions")
    both.wait_for()
    cells = both.locator("tbody tr").first.locator("td").all_inner_texts()
    assert cells == ["二期产线（改名）", "二期产线 MES"]
    assert page.locator("[name=name]").input_value() == "二期产线 MES"
    assert page.locator("[name=note]").input_value() == "客户要求年内上线"
    page.locator(".dealedit button[type=submit]").click()
    page.wait_for_url(f"**/opportunities/{deal.pk}/")
    saved = Opportunity.objects.get(pk=deal.pk)
    assert (saved.name, saved.note, saved.version) == ("二期产线 MES", "客户要求年内上线", 3)
    open_page.complaints[:] = [text for text in open_page.complaints if "409" not in text]


def test_a_card_moves_on_a_phone(open_page, rita, deal):
    page = open_page("/opportunities/board/", user=rita, width=390)
    page.locator("[data-lane-pick]", has_text="立项").click()
    page.locator(f'[data-deal="{deal.pk}"] .mv').click()
    page.locator("#dialog select[name=stage]").wait_for()
    page.locator("#dialog select[name=stage]").select_option(label="接触 · 25%")
    page.locator("#dialog button[type=submit]").click()
    wait_until(page, lambda: Opportunity.objects.get(pk=deal.pk).stage.code == "contact")


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_no_barrier(open_page, accessible, rita, olaf, deal, controller, theme, width):
    pages = ("/settings/sales/", "/settings/sales/reasons/", "/settings/sales/competitors/", "/opportunities/funnel/")
    for path in pages:
        accessible(open_page(path, user=olaf, theme=theme, width=width))
    for path in (f"/opportunities/{deal.pk}/edit/", f"/opportunities/{deal.pk}/changes/", "/activities/log/"):
        page = open_page(path, user=rita, theme=theme, width=width)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
