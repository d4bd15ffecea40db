"""Models of pay at their doors: pages, REST and the terminal say the same, and nobody's pay shows through a sum."""

import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from makers_incentives import make_plan, pay_by
from makers_models import CHANGED, model_of
from tiji.apps.incentives.models import PayModel, PlanVersion
from tiji.apps.incentives.permissions import FEWEST
from tiji.apps.incentives.selectors.model_figures import change_buckets
from tiji.apps.incentives.services.model_work import work_off_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(paid):
    return PlanVersion.objects.get()


@pytest.fixture
def model(version, olaf):
    made = model_of(olaf, version)
    work_off_model(made.pk)
    made.refresh_from_db()
    return made


def client_of(user):
    client = Client()
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def page(user, name, *args):
    return client_of(user).get(reverse(name, args=args)).content.decode()


def test_the_page_compares_and_names_who_gains_and_who_loses(model, olaf):
    text = page(olaf, "pay_model", model.pk)
    for said in ("¥12.4K", "¥12.5K", "+¥100", "+0.81%", "1.25%", "then 1.24%", "Rita", "Ray", "+¥200", "−¥100"):
        assert said in text, said
    assert "Between −0.49% (¥12,398.57) and −0.48% (¥12,400.64) it costs the ¥12,400 that were earned then." in text
    assert "0.009" in text  # what was changed


def test_somebody_who_may_not_see_pay_sees_no_sums_over_a_few(model, adam):
    """Two people: what both earn together less what one earns is the other's pay."""
    text = page(adam, "pay_model", model.pk)
    assert "fewer than five people" in text
    assert not any(said in text for said in ("12.5K", "12,400", "Rita", "Ray"))
    assert "100" not in page(adam, "pay_models").partition("<tbody>")[2].partition("</tbody>")[0]
    body = client_of(adam).get(f"/api/v1/pay-models/{model.pk}").json()
    assert (body["sums"], body["growths"], body["break_even"]) == (None, [], None)
    assert [month["sums"] for month in body["months"]] == [None, None]


def test_over_enough_people_he_sees_sums_and_nobodys_name(version, olaf, adam, zoe, max_, petra):
    more = [zoe, max_, petra]
    for user in more:
        pay_by(olaf, version, user.person)
    model = model_of(olaf, version)
    work_off_model(model.pk)
    model.refresh_from_db()
    assert model.people == 2 + len(more) == FEWEST
    text = page(adam, "pay_model", model.pk)
    assert "¥12.5K" in text
    assert not any(name in text for name in ("Rita", "Ray"))
    assert client_of(adam).get(reverse("pay_model_people", args=[model.pk])).status_code == 403


def test_models_are_found_by_their_name_and_their_plans(model, olaf):
    client = client_of(olaf)
    found = {
        text: model.name in client.get(reverse("pay_models"), {"q": text}).content.decode()
        for text in ("后段", "cash", "无")
    }
    assert found == {"后段": True, "cash": True, "无": False}


def test_the_people_are_sorted_and_leave_as_csv(model, olaf):
    address = reverse("pay_model_people", args=[model.pk])
    client = client_of(olaf)
    text = client.get(address).content.decode()
    assert text.index("Rita") < text.index("Ray</")
    sent = client.get(f"{address}?sort=change&export=csv")
    lines = b"".join(sent.streaming_content if sent.streaming else [sent.content]).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["Ray", "Rita"]
    assert "-100" in lines[1]


def test_people_fall_into_buckets_by_the_share_of_their_change(model):
    """Rita gets 200 more on 11,400, Ray 100 less on 1,000."""
    found = {(one.low, one.high): one.people for one in change_buckets(model) if one.people}
    assert found == {(Decimal(0), Decimal("0.05")): 1, (Decimal("-0.2"), Decimal("-0.1")): 1}


def test_the_form_begins_with_the_newest_version_and_tells_mistakes_at_their_field(version, olaf, adam):
    client = client_of(olaf)
    address = reverse("pay_model_new", args=[version.plan_id])
    first = client.get(address).context["form"]
    assert "0.010" in first["document"].value()
    assert (first["first"].value(), first["last"].value()) == ("2026-M01", "2026-M02")
    typed = {"name": "x", "first": "2026-M01", "last": "2026-M02", "growth": "0", "document": "components: []"}
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["document"]
    made = client.post(address, {**typed, "document": CHANGED, "growth": "7.5"})
    assert made["Location"] == PayModel.objects.get().get_absolute_url()
    assert PayModel.objects.get().growth == Decimal("0.075")
    assert "person" not in client_of(adam).get(address).context["form"].fields


def test_without_a_month_that_was_run_the_form_says_so(company, olaf):
    address = reverse("pay_model_new", args=[make_plan(olaf).plan_id])
    assert "No month was run yet" in client_of(olaf).get(address).content.decode()


def test_a_model_is_taken_over_as_the_form_of_a_new_version(model, olaf):
    client = client_of(olaf)
    address = f"{reverse('pay_plan_version', args=[model.version.plan_id])}?model={model.pk}"
    assert address in client.get(model.get_absolute_url()).content.decode()
    answer = client.get(address)
    assert "0.009" in answer.context["draft"].yaml
    assert answer.context["form"]["reason"].value() == model.name
    assert PlanVersion.objects.count() == 1


def test_rest_makes_one_and_reads_it(version, olaf, django_capture_on_commit_callbacks):
    client = client_of(olaf)
    body = {"plan_id": version.plan_id, "name": "x", "document": CHANGED, "first": "2026-M01", "last": "2026-M02"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/api/v1/pay-models", json.dumps(body), content_type="application/json")
    assert answer.status_code == 202
    read = client.get(answer["Location"]).json()
    assert (read["state"], read["people"], read["version"]) == ("done", 2, 1)
    assert {name: Decimal(read["sums"][name]) for name in ("amount", "then_amount")} == {
        "amount": 12500,
        "then_amount": 12400,
    }
    assert [Decimal(read["break_even"][end]) for end in ("low", "high")] == [Decimal("-0.0049"), Decimal("-0.0048")]
    people = client.get(f"{answer['Location']}/people").json()["items"]
    assert [Decimal(one["change"]) for one in people] == [200, -100]
    wrong = client.post("/api/v1/pay-models", json.dumps({**body, "version": 9}), content_type="application/json")
    assert wrong.status_code == 422
    gone = client.post(f"{answer['Location']}/cancel", content_type="application/json")
    assert gone.status_code == 422


def test_the_terminal_prints_the_comparison(version, olaf, tmp_path):
    changed, out = tmp_path / "changed.yaml", io.StringIO()
    changed.write_text(CHANGED, encoding="utf-8")
    given = ["model", "--plan", "cash", "--document", str(changed), "--from", "2026-M01", "--until", "2026-M02"]
    call_command("pay", *given, "--as", olaf.email, stdout=out)
    told = out.getvalue()
    for said in ("¥6,000", "¥5,400", "−¥600", "¥12,400", "¥12,500", "¥100", "−0.49%", "−0.48%"):
        assert said in told, said
    for wrong in (["--plan", "none"], ["--growth", "much"], ["--document", str(tmp_path / "none.yaml")]):
        with pytest.raises(CommandError):
            call_command("pay", *given, "--as", olaf.email, *wrong, stdout=out)
