"""Questions about pay in a real browser: from a line of the statement to the adjustment on it, and the API's way."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from makers_incentives import customer_of, receive, run_month
from tiji.apps.incentives.models import Inquiry, PayAdjustment
from tiji.apps.incentives.selectors.traces import lines_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [(1440, "light", "zh-hans"), (390, "dark", "en")]


def test_a_payee_asks_operations_accept_finance_approves_and_the_payee_sees_it(open_page, paid, rita, olaf, fiona):
    """The receipt pays 6,400.00; the payee expects 8,800.00, so 2,400.00 are added."""
    address = reverse("statement", args=[paid.pk])
    mine = open_page(address, user=rita, lang="en")
    mine.locator(".opener a").first.click()
    mine.locator(".why").get_by_role("link", name="Ask about this line").click()
    dialog = mine.locator("dialog[open]")
    dialog.get_by_label("Expected").fill("8,800")
    dialog.get_by_label("Question").fill("The whole receipt belongs to the higher step.")
    proof = {"name": "slip.txt", "mimeType": "text/plain", "buffer": b"bank slip"}
    dialog.locator("input[type=file]").set_input_files([proof])
    dialog.get_by_role("button", name="Ask").click()
    mine.get_by_role("link", name="slip.txt").wait_for()
    asked = Inquiry.objects.get()
    assert (asked.expected, asked.line_key) == (Decimal(8800), lines_of(paid)[0].key)

    desk = open_page(reverse("pay_inquiries"), user=olaf, lang="en")
    desk.locator("tr[data-row]").get_by_role("link", name="Rita").click()
    desk.get_by_text("100,000.00 × 1.0%").wait_for()
    desk.get_by_role("link", name="Take or hand over").click()
    desk.locator("dialog[open]").get_by_role("button", name="Assign").click()
    desk.get_by_text("took it over").wait_for()
    desk.get_by_role("link", name="Accept").click()
    dialog = desk.locator("dialog[open]")
    assert dialog.get_by_label("Amount of the adjustment").input_value() == "2,400"
    dialog.get_by_role("button", name="Accept").click()
    dialog.get_by_text("required").first.wait_for()
    open_page.complaints.clear()  # the browser's own note that the answer was 422
    dialog.get_by_label("What was behind it").select_option("plan")
    dialog.get_by_label("Answer").fill("You are right, the step was set up too high.")
    dialog.get_by_role("button", name="Accept").click()
    desk.get_by_text("finance decides on it").wait_for()
    made = PayAdjustment.objects.get()
    assert (made.amount, made.state, made.proposed_by) == (Decimal(2400), "proposed", olaf)
    mine.goto(address)
    assert mine.get_by_text("2,400.00").count() == 0

    finance = open_page(made.get_absolute_url(), user=fiona, lang="en")
    finance.get_by_role("link", name="Approve").click()
    finance.locator("dialog[open]").get_by_role("button", name="Approve").click()
    finance.get_by_text("Decided by").wait_for()
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("approved", fiona)

    mine.goto(address)
    mine.get_by_text("You are right, the step was set up too high.").wait_for()
    mine.get_by_text("2,400.00").wait_for()
    mine.get_by_role("link", name=f"#{asked.pk}").click()
    mine.get_by_text("is added to the pay of 2026-02").wait_for()


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_a_line_that_was_run_again_stands_beside_the_one_asked_about(
    open_page, accessible, paid, rita, olaf, fiona, width, theme, lang
):
    """A receipt of 100,000.00 that lies before it moves the line from 6,400.00 to 7,600.00."""
    page = open_page(reverse("statement", args=[paid.pk]), user=rita, theme=theme, lang=lang, width=width)
    key = lines_of(paid)[0].key
    page.goto(f"{reverse('pay_inquiry_new', args=[paid.pk])}?line={key}")
    page.locator("textarea").fill("?")
    page.locator("form.form button[type=submit]").click()
    page.locator(".tl").wait_for()
    receive(fiona, customer_of(rita.person, "迟到客户"), "100000.00", "2026-02-10")
    run_month(olaf, "2026-M02")
    page.goto(Inquiry.objects.get().get_absolute_url())
    text = page.locator("main").inner_text()
    assert "6,400.00" in text
    assert "7,600.00" in text
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_api_asks_waits_answers_and_tells_who_was_faster(paid, rita, olaf, zoe):
    def client_of(user):
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    post = {"content_type": "application/json"}
    body = {"kind": "payment", "text": "?", "line_key": lines_of(paid)[0].key, "expected": "8800"}
    door = f"/api/v1/statements/{paid.pk}/inquiries"
    assert client_of(zoe).post(door, body, **post).status_code == 404
    made = client_of(rita).post(door, body, **post)
    assert (made.status_code, made.json()["state"], made.json()["frozen"]["line"]["amount"]) == (201, "new", "6400.00")
    again = client_of(rita).post(door, body, **post)
    assert (again.status_code, again.json()["inquiry"]) == (422, made.json()["id"])
    address = made["Location"]
    assert client_of(zoe).get(address).status_code == 404
    assert client_of(rita).post(f"{address}/reject", {"text": "x", "cause": "rule"}, **post).status_code == 403
    waits = client_of(olaf).post(f"{address}/wait", {"text": "?", "waits_for": "payee", "version": 1}, **post)
    assert waits.json()["state"] == "waiting_payee"
    assert client_of(olaf).post(f"{address}/reply", {"text": "!", "version": 1}, **post).status_code == 409
    back = client_of(rita).post(f"{address}/reply", {"text": "!", "version": 2}, **post)
    assert (back.json()["state"], back.json()["paused_on"]) == ("assigned", None)
    done = {"text": "x", "cause": "plan", "outcome": "adjustment", "version": 3}
    accepted = client_of(olaf).post(f"{address}/accept", done, **post).json()
    assert accepted["adjustment_id"] == PayAdjustment.objects.get().pk
    assert client_of(rita).get(address).json()["adjustment_id"] is None
    assert [step["kind"] for step in accepted["steps"]] == ["opened", "waiting_payee", "reply", "accepted"]
    report = client_of(olaf).get("/api/v1/pay-inquiries/report").json()
    assert [(row["period"], row["asked"]) for row in report["months"]] == [("2026-M02", 1), ("2026-M01", 0)]
    assert [(row["cause"], row["accepted"]) for row in report["causes"]] == [("plan", 1)]
    lines = client_of(olaf).get(f"{reverse('pay_inquiry_report')}?export=csv").content.decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[:2] == ["2026-02", "1"]
