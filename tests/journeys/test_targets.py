"""Targets and attainment in a browser: typed, undone, and every number compared with the facts it opens."""

from decimal import Decimal

import pytest

from makers import make_account, moment
from makers_commerce import make_signed_contract
from makers_targets import kept, key_of, make_active_plan, make_plan, type_in

pytestmark = pytest.mark.django_db(transaction=True)
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock stands in November; sessions and pages agree on it."""
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def signed(company, olaf, erin, rita, ray):
    """Amounts with cents in two quarters, of two people."""
    make_active_plan(olaf, (company.suzhou, "2026", "120000"))
    for owner, name, rows in (
        (rita, "甲公司", [("1000.10", "2026-08-12"), ("200.02", "2026-11-02")]),
        (ray, "乙公司", [("30.03", "2026-11-03"), ("7.70", "2026-07-03")]),
    ):
        account = make_account(name, owner.person)
        for amount, on in rows:
            make_signed_contract(owner, account, amount, on)
    return company


@pytest.mark.parametrize(
    ("who", "period", "expected"),
    [
        ("erin", "2026-Q4", "230.05"),
        ("erin", "2026-Q3", "1007.80"),
        ("rita", "2026-Q4", "200.02"),
        ("rita", "2026", "1200.12"),
    ],
)
def test_the_shown_number_is_the_sum_of_the_facts_it_opens(request, open_page, signed, who, period, expected):
    page = open_page(f"/attainment/?period={period}", user=request.getfixturevalue(who))
    shown = page.locator("[data-number=actual]").get_attribute("title")
    page.click("[data-number=actual]")
    page.wait_for_selector("#facts-sum")
    rows = [Decimal(one.get_attribute("data-amount")) for one in page.locator("[data-amount]").all()]
    assert sum(rows) == Decimal(expected)
    assert Decimal(page.locator("#facts-sum").get_attribute("data-sum")) == Decimal(expected)
    assert page.locator("#facts-sum").inner_text().replace(" ", "") == shown
    assert Decimal(shown.replace("¥", "").replace(",", "")) == Decimal(expected)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible(open_page, accessible, signed, olaf, rita, theme):
    version = make_plan(olaf, measure="cash")
    type_in(olaf, version, (signed.suzhou, "2026", "120000"), (rita, "2026", "200000"))
    for path in (
        "/targets/",
        "/targets/?measure=cash&level=person",
        "/attainment/",
        "/attainment/facts/",
        "/attainment/landing/",
    ):
        accessible(open_page(path, user=olaf, theme=theme))


def test_typing_with_the_keyboard_undo_and_an_error_at_the_cell(open_page, signed, olaf, rita):
    version = make_plan(olaf, measure="cash")
    page = open_page("/targets/?measure=cash&level=person&kind=existing", user=olaf)
    cell = page.locator(f"#row-{key_of(rita)} [data-p='2026-M12']")
    cell.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("12.5")
    with page.expect_response("**/cells/"):
        page.keyboard.press("Enter")
    page.wait_for_selector(f"#row-{key_of(rita)}.flash")
    assert kept(version, rita, "2026-M12") == 125_000
    page.locator(f"#row-{key_of(rita)} [data-p='2026-M12']").focus()
    with page.expect_response("**/undo/"):
        page.keyboard.press("Control+z")
    page.wait_for_selector("[data-undo][aria-disabled='true']")
    assert kept(version, rita, "2026-M12") is None
    page.locator(f"#row-{key_of(rita)} [data-p='2026-M12']").focus()
    page.keyboard.type("-3")
    with page.expect_response("**/cells/"):
        page.keyboard.press("Enter")
    page.wait_for_selector("#cell-message:not([hidden])")
    assert page.locator("[data-grid] input").input_value() == "-3", "nothing is lost"
    page.keyboard.press("Escape")
    open_page.complaints.clear()  # the browser lists the 422 that was asked for
