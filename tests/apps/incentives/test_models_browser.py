"""A plan is modelled in a real browser: copied, changed, computed, compared, taken over."""

import pytest
from django.urls import reverse

from makers_models import model_of
from tiji.apps.incentives.models import PayModel, PlanVersion
from tiji.apps.incentives.services.model_work import work_off_model

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [(1440, "light", "zh-hans"), (390, "dark", "en")]


@pytest.fixture
def queued(settings, tmp_path):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_a_planner_models_a_plan_and_takes_it_over(open_page, paid, olaf, queued):
    version = PlanVersion.objects.get()
    page = open_page(reverse("pay_plan", args=[version.plan_id]), user=olaf, lang="en")
    page.get_by_role("link", name="Model it").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Name").fill("Less below, more above")
    dialog.get_by_label("From month").select_option("2026-M02")
    document = dialog.get_by_label("What it says (YAML)")
    said = document.input_value()
    document.fill(said.replace("rate: '0.010'", "rate: '0.009'").replace("rate: '0.016'", "rate: '0.020'"))
    dialog.get_by_role("button", name="Compute").click()
    page.get_by_text("It begins in a moment").wait_for()
    model = PayModel.objects.get()
    work_off_model(model.pk)
    page.get_by_label("The model in figures").wait_for()
    model.refresh_from_db()
    assert (model.state, model.amount) == ("done", 7100)
    page.get_by_role("link", name="Take as new version").click()
    page.wait_for_url(f"**/version/?model={model.pk}")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**{version.plan.get_absolute_url()}")
    assert PlanVersion.objects.count() == 2
    taken = PlanVersion.objects.order_by("-number")[0]
    assert taken.reason == "Less below, more above"
    assert taken.document["components"][0]["rate"]["steps"][0]["rate"] == "0.009"


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_every_state_of_a_model_is_accessible_and_fits(open_page, accessible, paid, olaf, width, theme, lang):
    version = PlanVersion.objects.get()
    made = {state: model_of(olaf, version, first="2026-M02") for state in ("done", "waiting", "failed", "cancelled")}
    PayModel.objects.filter(pk=made["failed"].pk).update(state="failed", code="model-nobody")
    PayModel.objects.filter(pk=made["cancelled"].pk).update(state="cancelled", cancelled_by=olaf)
    PayModel.objects.filter(pk=made["waiting"].pk).update(state="waiting")
    addresses = [
        *(model.get_absolute_url() for model in made.values()),
        reverse("pay_models"),
        reverse("pay_model_people", args=[made["done"].pk]),
        reverse("pay_model_new", args=[version.plan_id]),
    ]
    work_off_model(made["done"].pk)
    page = open_page(addresses[0], user=olaf, theme=theme, lang=lang, width=width)
    for address in addresses:
        page.goto(address)
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} is {wide} px wider than the screen"
