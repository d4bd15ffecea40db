"""The one-minute log on a phone: what saves it is in sight while one types, as a page and as a dialog."""

import pytest

from makers import make_account
from tiji.apps.pipeline.models import Activity

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WITH_KEYBOARD = 460  # what a phone of 844 leaves when its keyboard is up


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("opened", ["page", "dialog"])
def test_the_button_is_in_sight_while_one_types(open_page, accessible, rita, opened, theme):
    account = make_account("澄湖精密", rita.person)
    page = open_page(f"/customers/{account.pk}/" if opened == "dialog" else "/activities/log/", user=rita, width=390,
                     theme=theme)  # fmt: skip
    if opened == "dialog":
        page.locator(".tabbar .fab").click()
        page.wait_for_selector("#dialog .quicklog")
    page.set_viewport_size({"width": 390, "height": WITH_KEYBOARD})
    button = page.locator(".quicklog [type=submit]")
    for field in ("note", "next_step"):
        typed = page.locator(f".quicklog [name={field}]")
        typed.fill("约好下周二看样机")
        typed.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= WITH_KEYBOARD
        assert typed.bounding_box()["y"] + 20 < box["y"], "the foot does not cover what is typed"
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".quicklog summary").evaluate("one => one.scrollIntoView({ block: 'end' })")
    accessible(page)


def test_a_visit_is_logged_from_there(open_page, rita):
    account = make_account("澄湖精密", rita.person)
    page = open_page(f"/activities/log/?account={account.pk}", user=rita, width=390)
    page.locator(".quicklog [name=next_step]").fill("送样机")
    page.locator(".quicklog [type=submit]").click()
    page.wait_for_url("**/activities/")
    assert Activity.objects.get().next_step == "送样机"
