"""A form that is opened by its address is a page like any other: errors stand on it and nothing typed is lost."""

import pytest

from makers import make_account
from tiji.apps.customers.models import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_wrong_input_answers_with_the_same_page(open_page, accessible, company, rita, width):
    page = open_page("/customers/new/", user=rita, width=width)
    page.fill("#id_short_name", "华测")
    page.fill("#id_credit_code", "91320594MA1234567")
    page.locator("#main .dlg-foot .btn.primary").click()
    page.wait_for_selector("#id_name_error")
    assert (page.locator("#main .dlg").count(), page.locator("#dialog .dlg").count()) == (1, 0)
    assert page.evaluate("document.activeElement.id") == "id_name"
    assert page.input_value("#id_short_name") == "华测"
    assert page.input_value("#id_credit_code") == "91320594MA1234567"
    accessible(page)
    open_page.complaints.clear()  # Chromium says on its console that the page was answered with 422

    page.fill("#id_name", "苏州华测检测有限公司")
    page.fill("#id_credit_code", "")
    page.locator("#main .dlg-foot .btn.primary").click()
    page.wait_for_selector("h1:has-text('苏州华测检测有限公司')")
    assert Account.objects.get().short_name == "华测"


def test_a_saved_form_leads_on_and_the_message_stands_there(open_page, company, rita):
    account = make_account("苏州华测检测有限公司", rita.person)
    page = open_page(f"/activities/log/?account={account.pk}", user=rita)
    page.locator("input[name=kind][value=call]").check(force=True)
    page.fill("[name=note]", "约好下周二看样机")
    page.fill("[name=next_step]", "带样机")
    page.locator("#main form [type=submit]").click()
    page.wait_for_url("**/activities/")
    assert page.locator("#toasts .toast").count() == 1


def test_cancel_leads_back_also_where_nothing_was_before(open_page, company, rita):
    account = make_account("苏州华测检测有限公司", rita.person)
    page = open_page("/activities/", user=rita)
    page.goto(f"/customers/{account.pk}/contacts/new/")
    page.locator("#main .dlg-foot [data-act='dialog-close']").click()
    page.wait_for_url("**/activities/")


def test_a_form_in_a_dialog_stays_in_it(open_page, company, rita):
    page = open_page("/customers/", user=rita)
    page.locator(".pagehead a.btn.primary").click()
    page.wait_for_selector("#dialog #id_name")
    page.fill("#dialog #id_short_name", "华测")
    page.locator("#dialog .dlg-foot .btn.primary").click()
    page.wait_for_selector("#dialog #id_name_error")
    assert page.input_value("#dialog #id_short_name") == "华测"
    open_page.complaints.clear()
