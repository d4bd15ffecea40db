"""A filter's choices are fetched when its chip is opened, and narrow the list where it stands."""

import pytest

from makers_pipeline import make_opportunity, make_processes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_choices_come_with_the_chip_and_narrow_the_list(open_page, accessible, company, max_, rita, ray):
    make_processes()
    make_opportunity(rita, "Rita 商机")
    make_opportunity(ray, "Ray 商机")
    page = open_page("/opportunities/", user=max_)
    assert page.locator("#filter-owner input").count() == 0, "nothing is asked before"
    page.locator("[popovertarget='filter-owner']").click()
    choice = page.locator(f"#filter-owner input[value='{rita.person_id}']")
    choice.wait_for()
    accessible(page)
    choice.check()
    with page.expect_response("**/opportunities/?*owner=*"):
        page.keyboard.press("Enter")
    page.wait_for_selector(".chip.on")
    rows = page.locator("#list tbody")
    assert "Rita 商机" in rows.inner_text()
    assert "Ray 商机" not in rows.inner_text()


def test_the_boards_filters_come_as_late(open_page, company, max_, rita):
    make_processes()
    make_opportunity(rita, "Rita 商机")
    page = open_page("/opportunities/board/", user=max_)
    page.locator("[popovertarget='filter-owner']").click()
    choice = page.locator(f"#filter-owner input[value='{rita.person_id}']")
    choice.check()
    page.keyboard.press("Enter")
    page.wait_for_url("**/opportunities/board/?*owner=*")
    page.wait_for_selector(".chip.on")


def test_a_filter_that_the_list_has_not_is_no_page(client, company, max_):
    client.force_login(max_)
    assert client.get("/opportunities/?_filter=nonsense").status_code == 404
