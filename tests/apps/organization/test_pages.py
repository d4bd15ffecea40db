"""The administration pages in a real browser: they work by hand, and axe finds nothing."""

from datetime import date

import pytest
from django.urls import reverse

from makers import assign
from tiji.apps.organization.models import UnitPath
from tiji.apps.organization.services.company import set_calendar_day
from tiji.apps.organization.services.units import edit_unit
from tiji.shared import audit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("light", "zh-hans", 1440), ("dark", "en", 1440), ("light", "zh-hans", 390)]
PAGES = ("units", "people", "positions", "users", "access", "settings", "audit", "me")


@pytest.fixture
def staff(company, rita, ray, max_, erin, zoe, milo, dora, axel, adam, hanna):
    assign(rita.person, company.shenzhen, valid_from="2099-01-01")
    edit_unit(actor=adam, unit=company.east, code="HD")
    set_calendar_day(actor=adam, day=date(2026, 11, 20), is_workday=False, note="公司年会")
    audit.seal()
    return company


@pytest.mark.parametrize(("theme", "lang", "width"), LOOKS)
def test_the_pages_are_accessible_and_fit(
    staff, adam, max_, open_page, accessible, theme, lang, width, record_property
):
    page = open_page(reverse("units"), user=adam, theme=theme, lang=lang, width=width)
    paths = [*(reverse(name) for name in PAGES), reverse("unit", args=[staff.suzhou.pk])]
    for path in [*paths, reverse("person", args=[max_.person_id])]:
        page.goto(path)
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide at {width}"
        shot(page, f"{path.strip('/').replace('/', '-')}-{theme}-{lang}-{width}")


def shot(page, name: str) -> None:
    import os

    if folder := os.environ.get("TIJI_TEST_SHOTS"):
        page.screenshot(path=f"{folder}/organization-{name}.png", full_page=True)


def test_a_unit_is_moved_with_a_preview(staff, adam, open_page):
    page = open_page(reverse("units"), user=adam, lang="en")
    page.locator("tr", has_text="苏州组").get_by_role("button", name="Move").click()
    page.get_by_label("Move below").select_option(label="华南大区")
    page.get_by_label("From", exact=False).last.fill("2027-01-01")
    page.get_by_label("From", exact=False).last.dispatch_event("change")
    preview = page.locator("#move-preview")
    preview.get_by_text("No longer see it").wait_for()
    assert "Erin" in preview.inner_text()
    shot(page, "move")
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    page.get_by_text("Moved").wait_for()
    assert UnitPath.objects.on(date(2027, 1, 1)).filter(unit=staff.suzhou, ancestor=staff.south).exists()
    assert UnitPath.objects.on(date(2026, 12, 31)).filter(unit=staff.suzhou, ancestor=staff.east).exists()


def test_the_audit_log_opens_an_entry_and_verifies(staff, axel, open_page):
    page = open_page(reverse("audit"), user=axel, lang="en")
    page.get_by_role("link", name="Units · edited").first.click()
    page.get_by_role("dialog").get_by_text("HD").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("The chain holds").wait_for()
