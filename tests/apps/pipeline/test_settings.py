"""Sales processes, reasons and competitors as data: changed by those who keep them, never from under a deal."""

import json
from datetime import date

import pytest
from django.urls import reverse

from makers import make_account, moment
from makers_pipeline import make_opportunity, make_processes, reason, stage
from tiji.apps.pipeline.models import CloseReason, Opportunity, Rival, SalesProcess, Stage
from tiji.apps.pipeline.services.moves import lose_opportunity
from tiji.apps.pipeline.services.processes import copy_process, edit_process, retire_process
from tiji.apps.pipeline.services.reasons import add_close_reason, edit_rival, retire_close_reason, retire_rival
from tiji.apps.pipeline.services.stages import add_stage, edit_stage, move_stage, restore_stage, retire_stage
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry

NOW = moment("2026-11-18")


@pytest.fixture
def processes(company):
    return make_processes()


@pytest.fixture
def deal(rita):
    account = make_account("澄湖精密", rita.person)
    return make_opportunity(rita, stage_code="contact", account=account, at="2026-11-01", amount="100")


def ladder(process):
    rows = process.stages.filter(archived_at__isnull=True).order_by("position")
    return [(row.code, row.percent) for row in rows]


SHORT = [("lead", 0), ("interest", 20), ("quote", 50), ("trial", 80), ("signed", 100)]


def test_a_stage_is_added_behind_another(olaf, processes):
    process = processes["efficiency"]
    made = add_stage(actor=olaf, process=process, after=stage("quote", "efficiency"), name="议价", percent=65)
    assert ladder(process) == [*SHORT[:3], (made.code, 65), *SHORT[3:]]
    assert AuditEntry.objects.get(action="stage.add").after["percent"] == 65


@pytest.mark.parametrize("percent", [49, 81])
def test_percents_rise(olaf, processes, percent):
    with pytest.raises(DomainError) as refused:
        add_stage(
            actor=olaf, process=processes["efficiency"], after=stage("quote", "efficiency"), name="x", percent=percent
        )
    assert refused.value.field == "percent"


def test_stages_change_places_and_the_percents_stay(olaf, processes):
    process = processes["efficiency"]
    move_stage(actor=olaf, stage=stage("quote", "efficiency"), by=-1)
    assert ladder(process) == [("lead", 0), ("quote", 20), ("interest", 50), ("trial", 80), ("signed", 100)]
    with pytest.raises(DomainError):
        move_stage(actor=olaf, stage=stage("trial", "efficiency"), by=1)


def test_open_deals_follow_percent_and_limit(olaf, deal):
    edit_stage(actor=olaf, stage=stage("contact"), percent=30, max_days=10)
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.percent, now.stalls_on) == (30, date(2026, 11, 12))  # day 11 after 2026-11-01
    edit_stage(actor=olaf, stage=stage("contact"), max_days=None)
    assert Opportunity.objects.get(pk=deal.pk).stalls_on is None


def test_a_stage_in_use_cannot_vanish(olaf, deal):
    with pytest.raises(DomainError) as refused:
        retire_stage(actor=olaf, stage=stage("contact"), at=NOW)
    assert refused.value.code == "stage-in-use"
    assert "1" in str(refused.value)
    retire_stage(actor=olaf, stage=stage("needs"), at=NOW)
    assert "needs" not in dict(ladder(deal.process))
    restore_stage(actor=olaf, stage=stage("needs"))
    assert dict(ladder(deal.process))["needs"] == 40


def test_the_won_stage_and_the_last_open_one_stay(olaf, processes):
    with pytest.raises(DomainError):
        retire_stage(actor=olaf, stage=stage("signed"), at=NOW)
    for code in ("lead", "interest", "quote"):
        retire_stage(actor=olaf, stage=stage(code, "efficiency"), at=NOW)
    with pytest.raises(DomainError) as refused:
        retire_stage(actor=olaf, stage=stage("trial", "efficiency"), at=NOW)
    assert refused.value.code == "last-stage"


def test_a_retired_stage_keeps_its_place_when_others_move(olaf, processes):
    process = processes["efficiency"]
    retire_stage(actor=olaf, stage=stage("interest", "efficiency"), at=NOW)
    move_stage(actor=olaf, stage=stage("quote", "efficiency"), by=1)
    positions = list(process.stages.order_by("position").values_list("position", flat=True))
    assert positions == [1, 2, 3, 4, 5]
    assert [code for code, _percent in ladder(process)] == ["lead", "trial", "quote", "signed"]


def test_one_process_is_the_default_and_it_stays(olaf, deal):
    other = SalesProcess.objects.get(code="efficiency")
    with pytest.raises(DomainError):
        retire_process(actor=olaf, process=deal.process, at=NOW)
    edit_process(actor=olaf, process=other, is_default=True)
    assert list(SalesProcess.objects.filter(is_default=True)) == [other]
    with pytest.raises(DomainError) as refused:
        retire_process(actor=olaf, process=deal.process, at=NOW)
    assert refused.value.code == "process-in-use"


def test_a_new_process_begins_with_the_stages_of_another(olaf, processes):
    made = copy_process(actor=olaf, name="渠道流程", like=processes["efficiency"], team_type="efficiency")
    assert ladder(made) == SHORT
    assert ladder(processes["efficiency"]) == SHORT


def test_the_last_reason_to_lose_stays(olaf, processes):
    lost = list(CloseReason.objects.filter(for_status="lost"))
    for one in lost[:-1]:
        retire_close_reason(actor=olaf, reason=one, at=NOW)
    with pytest.raises(DomainError) as refused:
        retire_close_reason(actor=olaf, reason=lost[-1], at=NOW)
    assert refused.value.code == "last-reason"


def test_a_retired_reason_stays_on_closed_deals_and_is_no_longer_offered(client, rita, olaf, deal):
    lose_opportunity(actor=rita, opportunity=deal, at=NOW, close_reason=reason("lost-timing"))
    retire_close_reason(actor=olaf, reason=reason("lost-timing"), at=NOW)
    client.force_login(rita)
    assert reason("lost-timing").label in client.get(deal.get_absolute_url()).content.decode()
    offered = client.get("/api/v1/close-reasons").json()
    assert "lost-timing" not in {row["code"] for row in offered}


def test_a_retired_competitor_stays_on_the_deal_that_is_edited(client, rita, olaf, deal):
    rival = Rival.objects.first()
    Opportunity.objects.filter(pk=deal.pk).update(rival=rival)
    retire_rival(actor=olaf, rival=rival, at=NOW)
    client.force_login(rita)
    body = {"name": "改名", "account": deal.account_id, "amount": "100", "rival": rival.pk, "version": 1}
    assert client.post(reverse("opportunity_edit", args=[deal.pk]), body).status_code == 302
    assert Opportunity.objects.get(pk=deal.pk).rival_id == rival.pk


def test_twins_are_refused_at_the_name(olaf, processes):
    names = [one.name for one in CloseReason.objects.filter(for_status="lost")]
    with pytest.raises(DomainError) as refused:
        add_close_reason(actor=olaf, for_status="lost", name=f" {names[0]} ")
    assert refused.value.field == "name"
    first, second = Rival.objects.all()[:2]
    with pytest.raises(DomainError):
        edit_rival(actor=olaf, rival=first, name=second.name)


def test_sellers_read_and_do_not_change(client, rita, processes):
    with pytest.raises(NotAllowed):
        add_stage(actor=rita, process=processes["efficiency"], name="x")
    client.force_login(rita)
    text = client.get(reverse("sales_settings")).content.decode()
    assert "效能型流程" in text
    assert reverse("process_new") not in text


def test_the_dialogs_change_and_refuse_with_a_way_out(client, olaf, deal):
    client.force_login(olaf)
    contact = stage("contact")
    htmx = {"HX-Request": "true", "HX-Target": "dialog"}
    refused = client.post(reverse("stage_retire", args=[contact.pk]), headers=htmx)
    assert refused.status_code == 422
    assert f"?stage={contact.pk}" in refused.content.decode()
    body = {"name": "深度接触", "percent": "30", "forecast_category": "pipeline", "requires": ["account"]}
    client.post(reverse("stage_edit", args=[contact.pk]), body, headers=htmx)
    assert (Stage.objects.get(pk=contact.pk).name, Stage.objects.get(pk=contact.pk).percent) == ("深度接触", 30)
    client.post(reverse("stage_move", args=[contact.pk]), {"to": "up"})
    assert [code for code, _percent in ladder(deal.process)][:3] == ["lead", "contact", "project"]
    for name in ("sales_reasons", "sales_rivals", "reason_new", "rival_new", "process_new"):
        assert client.get(reverse(name)).status_code == 200


def test_the_settings_page_stays_within_its_queries(client, olaf, deal, django_assert_max_num_queries):
    client.force_login(olaf)
    client.get(reverse("sales_settings"))
    with django_assert_max_num_queries(16):
        client.get(reverse("sales_settings"))


def test_settings_over_the_api(client, olaf, deal):
    client.force_login(olaf)

    def call(method, path, body=None):
        return getattr(client, method)(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")

    process = SalesProcess.objects.get(code="efficiency")
    body = {"name": "议价", "percent": 65, "after_id": stage("quote", "efficiency").pk, "max_days": 7}
    made = call("post", f"/sales-processes/{process.pk}/stages", body).json()
    assert (made["position"], made["percent"]) == (4, 65)
    assert call("patch", f"/sales-stages/{made['id']}", {"max_days": None}).json()["max_days"] is None
    assert call("post", f"/sales-stages/{made['id']}/move", {"by": -1}).json()["percent"] == 50
    assert call("post", f"/sales-stages/{made['id']}/retire").status_code == 200
    assert [row["id"] for row in client.get("/api/v1/sales-stages?retired=true").json()] == [made["id"]]
    in_use = call("post", f"/sales-stages/{stage('contact').pk}/retire")
    assert (in_use.status_code, in_use.json()["code"]) == (422, "stage-in-use")
    lost = call("post", "/close-reasons", {"name": "对手关系", "for_status": "lost", "asks_rival": True})
    assert lost.status_code == 201
    assert call("patch", f"/close-reasons/{lost.json()['id']}", {"name": "关系"}).json()["name"] == "关系"
    rival = call("post", "/rivals", {"name": "海拓"}).json()
    assert call("post", f"/rivals/{rival['id']}/retire").status_code == 200
    assert rival["id"] in [row["id"] for row in client.get("/api/v1/rivals?retired=true").json()]
