"""Estimates in a real browser: what is typed is answered, on the statement and beside the deal, without a barrier."""

import pytest
from django.urls import reverse
from django.utils import timezone

from makers_incentives import customer_of, make_quota
from makers_pipeline import make_opportunity
from tiji.apps.incentives.selectors.standings import forget_standings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1440, "dark", "en"), (390, "light", "zh-hans")]


@pytest.fixture
def this_quarter(paid, olaf, rita):
    """Rita's quota of the quarter of the clock is 1,000,000, and she has collected nothing in it."""
    forget_standings()
    today = timezone.localdate()
    make_quota(olaf, rita.person, f"{today.year}-Q{(today.month + 2) // 3}", "1000000")
    return paid


def test_an_amount_is_typed_and_the_answer_changes(open_page, this_quarter, rita):
    """600,000 × 1% = 6,000; of 700,000 another 100,000 at 1.6%."""
    page = open_page(reverse("statement", args=[this_quarter.pk]), user=rita, lang="en")
    box = page.locator(".estimate [name=amount]")
    box.fill("600,000")
    page.locator("#estimate-total", has_text="¥6,000").wait_for()
    box.fill("70万")
    page.locator("#estimate-total", has_text="¥7,600").wait_for()
    assert box.evaluate("one => one === document.activeElement"), "whoever types keeps the focus"
    assert "100,000.00 × 1.6%" in page.locator("#estimate-answer").inner_text()
    open_page.complaints.clear()
    box.fill("a lot")
    page.locator("#estimate-answer", has_text="not an amount").wait_for()


def test_a_deal_by_another_day_is_another_estimate(open_page, this_quarter, rita):
    today = timezone.localdate()
    deal = make_opportunity(rita, amount="600000", account=customer_of(rita.person, "新客户"))
    page = open_page(reverse("opportunity", args=[deal.pk]), user=rita, lang="en")
    page.locator("#deal-estimate", has_text="¥6,000").wait_for()
    page.locator(".estimate [name=on]").fill(today.replace(year=today.year + 2).isoformat())
    page.locator("#deal-estimate", has_text=f"{today.year + 2}-Q").wait_for()


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_the_panels_fit_and_are_accessible(open_page, accessible, this_quarter, rita, width, theme, lang):
    deal = make_opportunity(rita, amount="600000", account=customer_of(rita.person, "新客户"))
    page = open_page(reverse("statement", args=[this_quarter.pk]), user=rita, theme=theme, lang=lang, width=width)
    for address in (reverse("statement", args=[this_quarter.pk]), reverse("opportunity", args=[deal.pk])):
        page.goto(address)
        page.evaluate("document.querySelectorAll('[hx-trigger=revealed]').forEach((one) => one.scrollIntoView())")
        page.locator(".estimate .est").wait_for()
        page.evaluate("scrollTo(0, 0)")  # nothing lies half below the bar on top
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} is {wide} px wider than the screen"
