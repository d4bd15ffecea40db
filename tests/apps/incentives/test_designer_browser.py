"""The plan designer in a real browser: a plan from nothing to saved, a mistake mended at its cell, nothing lost."""

import json

import pytest
from django.urls import reverse

from browser import wait_until
from makers_incentives import make_plan
from tiji.apps.incentives.models import PayPlan, PlanVersion

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1440, "light", "zh-hans"), (1440, "dark", "en"), (390, "light", "en"), (390, "dark", "zh-hans")]
STEPS = "doc-components-0--rate-steps"


def cell(page, name: str):
    return page.locator(f"[id='doc-components-0--{name}']")


def test_a_plan_is_written_from_nothing_and_a_mistake_mended_at_its_cell(open_page, olaf):
    """3% of the receipts of a quarter up to 200,000, 5% of all of them above; at most 30,000 a quarter."""
    page = open_page(reverse("pay_plans"), user=olaf, lang="en")
    page.get_by_role("link", name="New plan").first.click()
    page.get_by_label("Code").fill("own")
    page.locator("[name=name]").fill("自拟提成")
    page.get_by_role("button", name="Add a component").click()
    cell(page, "title").fill("季度提成")
    cell(page, "measure-interval").select_option("quarter")
    cell(page, "rate-mode").select_option("retroactive")
    cell(page, "rate-steps-0--to").fill("20万")
    cell(page, "rate-steps-0--rate").fill("3")
    page.get_by_role("button", name="Add a step").click()
    second = cell(page, "rate-steps-1--rate")
    second.fill("five")
    told = page.locator("[data-cell='doc.components[0].rate.steps[1].rate'] [data-told]")
    told.get_by_text("“five” is not a number.").wait_for()
    with page.expect_response(lambda answer: answer.status == 422):
        page.get_by_role("button", name="Save").click()
    wait_until(page, lambda: second.evaluate("one => one === document.activeElement"))  # what is wrong has the focus
    told.get_by_text("“five” is not a number.").wait_for()
    assert second.input_value() == "five"
    assert cell(page, "rate-steps-1--from").input_value() == "200,000", "a new step begins where the last one ends"
    assert page.locator("[name=name]").input_value() == "自拟提成"
    open_page.complaints.clear()  # the browser's own note that the answer was 422
    second.fill("5%")
    told.wait_for(state="detached")
    page.locator("#curve-0 svg").wait_for()
    cell(page, "cap-amount").fill("30,000")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="自拟提成").wait_for()
    page.get_by_text("At most ¥30,000").wait_for()
    (part,) = PlanVersion.objects.get(plan__code="own").document["components"]
    assert part["rate"] == {
        "mode": "retroactive",
        "unit": "amount",
        "tie": "lower",
        "gap": "refuse",
        "steps": [{"from": "0", "to": "200000", "rate": "0.03"}, {"from": "200000", "rate": "0.05"}],
    }
    assert (part["cap"], part["measure"], part["title"]) == ({"amount": "30000"}, {"interval": "quarter"}, "季度提成")


def test_a_new_version_shows_its_changes_and_its_curve_while_one_types(open_page, paid_quarter, olaf):
    plan = PayPlan.objects.get()
    page = open_page(reverse("pay_plan_version", args=[plan.pk]), user=olaf, lang="en")
    preview = page.locator("#plan-preview")
    preview.get_by_text("It says what the last version says.").wait_for()
    cell(page, "rate-steps-1--rate").fill("2")
    row = preview.get_by_role("row", name="Component Commission on cash: Step 2: Rate")
    row.wait_for()
    assert "1.6%" in row.inner_text()
    assert "2%" in row.inner_text()
    data = json.loads(preview.locator("script[data-for=curve-0]").text_content())
    # At 80% of the quota: 600,000 × 1% + 200,000 × 2%.
    assert [0.8, 10000] in data["curve"]
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name=plan.name).wait_for()
    assert plan.versions.get(number=2).document["components"][0]["rate"]["steps"][1]["rate"] == "0.02"


def test_what_was_typed_comes_back_after_a_reload(open_page, olaf):
    page = open_page(reverse("pay_plan_new"), user=olaf, lang="en")
    page.get_by_label("Code").fill("kept")
    page.get_by_role("button", name="Add a component").click()
    cell(page, "title").fill("Kept")
    page.reload()
    assert cell(page, "title").count() == 0
    page.get_by_role("button", name="Go on with it").click()
    cell(page, "title").wait_for()
    assert (cell(page, "title").input_value(), page.get_by_label("Code").first.input_value()) == ("Kept", "kept")


def test_the_keyboard_alone_adds_moves_and_removes_steps(open_page, olaf):
    version = make_plan(olaf)
    page = open_page(reverse("pay_plan_version", args=[version.plan_id]), user=olaf, lang="en")
    for button in ("Move Row 2 up", "Remove Row 1"):
        page.get_by_role("button", name=button).focus()
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.keyboard.press("Enter")
        page.wait_for_timeout(300)
    # 1.6% came before 1.0%, and went.
    assert [page.locator(f"[id='{STEPS}-{at}--rate']").input_value() for at in range(4)] == ["1", "2.2", "3", "3.5"]
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "Remove Row 1"


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_the_designer_is_accessible_in_both_views(open_page, accessible, olaf, width, theme, lang):
    version = make_plan(olaf)
    page = open_page(
        reverse("pay_plan_version", args=[version.plan_id]), user=olaf, theme=theme, lang=lang, width=width
    )
    cell(page, "rate-steps-1--rate").fill("x")
    page.locator("[data-cell='doc.components[0].rate.steps[1].rate'] [data-told]").wait_for()
    closed = page.locator("main details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    accessible(page)
    page.locator("button[value=yaml]").click()
    page.locator("#plan-document").wait_for()
    accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
