"""Pay in a real browser: no barrier, the keyboard alone, a line's way to its cents, a second plan entered as data."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import day
from makers_commerce import make_invoice, make_order, make_receipt
from makers_incentives import SECOND_PLAN, customer_of, make_plan, make_quota, pay_by, receive, run_month
from tiji.apps.commerce.services.orders import confirm_order
from tiji.apps.incentives.models import Earning, PayPlan, Quota, Statement
from tiji.apps.incentives.selectors.traces import lines_of
from tiji.apps.incentives.services.asking import ask_run
from tiji.apps.incentives.services.progress import STAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1440, "light", "zh-hans"), (1440, "dark", "en"), (390, "light", "en"), (390, "dark", "zh-hans")]


def number(text: str) -> Decimal:
    """Digits as a page writes them: thousands separators, a true minus."""
    return Decimal(re.sub(r"[^0-9.\-]", "", text.replace("−", "-")))


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_every_pay_page_is_accessible_and_fits(open_page, accessible, paid, olaf, width, theme, lang):
    plan, quota = PayPlan.objects.get(), Quota.objects.first()
    line = lines_of(paid)[0].key
    addresses = [
        reverse("payouts"),
        reverse("statements"),
        f"{reverse('statement', args=[paid.pk])}?line={line}",
        reverse("pay_plans"),
        reverse("pay_plan", args=[plan.pk]),
        reverse("pay_plan_new"),
        reverse("pay_plan_version", args=[plan.pk]),
        reverse("pay_plan_assign", args=[plan.pk]),
        reverse("pay_plan_end", args=[plan.assignments.first().pk]),
        reverse("pay_quota_list"),
        reverse("pay_quota_new"),
        reverse("pay_quota", args=[quota.pk]),
        reverse("pay_quotas"),
        reverse("pay_run"),
    ]
    page = open_page(addresses[0], user=olaf, theme=theme, lang=lang, width=width)
    for address in addresses:
        page.goto(address)
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} is {wide} px wider than the screen"


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_finance_approves_and_posts_without_a_barrier(open_page, accessible, paid, fiona, width, theme, lang):
    page = open_page(reverse("pay_approve", args=[paid.run_id]), user=fiona, theme=theme, lang=lang, width=width)
    accessible(page)
    page.goto(reverse("pay_post", args=[paid.run_id]))
    accessible(page)


def test_a_line_is_opened_and_closed_with_the_keyboard_alone(open_page, paid, rita):
    page = open_page(reverse("statement", args=[paid.pk]), user=rita, lang="en")
    opener = page.get_by_role("link", name="Why 6,400.00?")
    for _ in range(60):
        page.keyboard.press("Tab")
        if opener.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_text("Why ¥6,400").wait_for()
    close = page.get_by_role("button", name="Close")
    for _ in range(10):
        page.keyboard.press("Tab")
        if close.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_text("Why ¥6,400").wait_for(state="detached")


@pytest.fixture
def ordered(olaf, rita, fiona):
    """Money for an invoice of an order of rita's: 700,000.00 of a quota of 1,000,000.00, in February."""
    version = make_plan(olaf)
    pay_by(olaf, version, rita.person)
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    account = customer_of(rita.person)
    receive(fiona, account, "500000.00", "2026-01-20")
    order = make_order(rita, account, "2026-02-01", ("2", "100000.00"))
    order = confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-01"))
    invoice = make_invoice(fiona, account, "200000.00", issued_on="2026-02-02", due_on="2026-02-02", order=order)
    receipt = make_receipt(fiona, account, "200000.00", "2026-02-10")
    statement = Statement.objects.get(run=run_month(olaf, "2026-M02"), person=rita.person)
    return statement, order, invoice, receipt


def test_a_line_leads_from_the_receipt_to_the_cents_and_they_add_up(open_page, ordered, rita):
    statement, order, invoice, receipt = ordered
    page = open_page(reverse("statement", args=[statement.pk]), user=rita, lang="en")
    page.get_by_role("link", name="Why 2,600.00?").click()
    why = page.locator("tr.trace:not([hidden])")
    why.get_by_text(receipt.number).wait_for()
    text = why.inner_text()
    places = [text.index(document.number) for document in (receipt, invoice, order)]
    assert places == sorted(places), "receipt, then invoice, then order"
    # All 200,000 are rita's; they lift 500,000 to 700,000: 100,000 × 1.0% and 100,000 × 1.6%.
    assert "200,000.00" in text
    assert "500,000.00 to 700,000.00" in text
    slices = [number(one) for one in re.findall(r"\n(1,[06]00\.00)\n", text)]
    assert slices == [Decimal(1000), Decimal(1600)]
    total = number(re.search(r"= ([\d,.]+)", text)[1])
    assert total == sum(slices) == statement.amount == Decimal(2600)


def test_a_second_plan_is_entered_assigned_and_run_in_the_browser(open_page, olaf, rita, fiona):
    """Another mechanism, as data alone: a retroactive monthly table with a cap, and a flat rate on what was signed."""
    account = customer_of(rita.person)
    receive(fiona, account, "600000.00", "2026-10-12")
    page = open_page(reverse("pay_plans"), user=olaf, lang="en")
    page.get_by_role("link", name="New plan").first.click()
    dialog = page.locator("#dialog")
    page.get_by_label("Code").fill("second")
    page.locator("[name=name]").fill("按月提成")
    page.get_by_label("English name").first.fill("Monthly commission")
    page.get_by_label("Valid from").fill("2026-01-01")
    page.get_by_role("button", name="YAML", exact=True).click()
    document = page.locator("#plan-document")
    document.fill(SECOND_PLAN.replace('to: "500000"', 'to: "200000"'))
    page.get_by_role("button", name="Save").click()
    # Line 15 is the middle step, whose end lies below its beginning now.
    page.get_by_role("alert").get_by_text("Line 15, components[1].rate.steps[1].to: must be above “from”").wait_for()
    open_page.complaints.clear()  # the browser's own note that the answer was 422
    document.fill(SECOND_PLAN)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Monthly commission").wait_for()
    page.goto(reverse("pay_plan", args=[PayPlan.objects.get(code="second").pk]))
    page.get_by_role("link", name="Assign").click()
    dialog.get_by_label("Everybody of a role").select_option("rep")
    dialog.get_by_label("Valid from").fill("2026-01-01")
    dialog.get_by_role("button", name="Assign").click()
    page.get_by_role("link", name="End").wait_for()
    page.goto(reverse("payouts"))
    page.get_by_role("link", name="Run pay").click()
    dialog.get_by_label("Month").select_option("2026-M10")
    dialog.get_by_role("button", name="Run").click()
    page.get_by_text("Version 1 is written").wait_for()
    amounts = dict(Earning.objects.filter(person=rita.person).values_list("component", "amount"))
    # 1.0% of all of 600,000 is 6,000, of which the cap leaves 5,000; nothing was signed.
    assert amounts == {"month-cash": Decimal(5000), "new-signed": Decimal(0)}
    page.get_by_role("link", name="To the month").click()
    page.get_by_text("¥5,000").first.wait_for()


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_an_asked_run_is_watched_and_cancelled(open_page, accessible, paid, olaf, settings, width, theme, lang):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    soon = timezone.now() + timedelta(minutes=5)  # however slow this machine is, a worker may still come
    asked = ask_run(actor=olaf, period="2026-M01", on=day("2026-11-18"), at=soon)
    page = open_page(asked.get_absolute_url(), user=olaf, theme=theme, lang=lang, width=width)
    accessible(page)
    assert page.locator(".runsteps li").count() == len(STAGES)
    page.locator("#run-cancel").focus()
    with page.expect_response("**/pay/run/*/"):
        pass
    page.wait_for_timeout(200)
    assert page.locator("#run-cancel").evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    page.locator("#run-state .note", has_text="Olaf").wait_for()
    page.mouse.move(0, 0)
    asked.refresh_from_db()
    assert asked.state == "cancelled"
    accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
