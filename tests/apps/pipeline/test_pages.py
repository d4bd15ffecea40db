"""Pages answer, within their budget of queries, and say no in the right place."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from makers import make_account, moment
from makers_pipeline import make_opportunity, make_visit, reason, stage
from tiji.apps.pipeline.models import Activity, Opportunity
from tiji.apps.pipeline.pages.lists import OpportunityList
from tiji.apps.pipeline.selectors.board import board
from tiji.apps.pipeline.selectors.filters import opportunities
from tiji.apps.pipeline.services.activities import plan_task

HTMX = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def acme(rita):
    return make_account("澄湖精密", rita.person, short_name="澄湖")


@pytest.fixture
def deal(rita, acme):
    return make_opportunity(rita, stage_code="project", account=acme, amount="4120000", expected_on="2026-12-12")


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


def test_a_board_is_its_stages_their_sums_and_its_cards(rita, acme, django_assert_num_queries):
    for n in range(12):
        make_opportunity(rita, f"单 {n}", stage_code="project" if n % 2 else "lead", account=acme, amount="100")
    on = date(2026, 11, 18)
    rows = opportunities(viewer=rita, on=on)
    with django_assert_num_queries(3):
        found = board(rows=rows, on=on, cards=4)
    lead, project = found.lanes[:2]
    assert (lead.total.count, len(lead.cards), lead.more) == (6, 4, 2)
    assert project.total.amount("CNY").amount == 600
    assert project.total.weighted("CNY").amount == 60
    assert found.total.stalled == 6
    assert [span for _name, span in found.buyer] == [1, 2, 3, 2]


@pytest.mark.parametrize("name", ["board", "opportunities", "funnel", "activities", "opportunity_new", "quick_log"])
def test_pages_answer_with_and_without_data(as_rita, deal, name):
    make_visit(deal.owner.user, opportunity=deal)
    assert as_rita.get(reverse(name)).status_code == 200
    Opportunity.objects.update(archived_at=deal.created_at)
    assert as_rita.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("tab", ["opportunity", "opportunity_activities", "opportunity_steps", "opportunity_changes"])
def test_the_tabs_of_a_deal(as_rita, deal, tab):
    make_visit(deal.owner.user, opportunity=deal, note="看过车间")
    answer = as_rita.get(reverse(tab, args=[deal.pk]))
    assert answer.status_code == 200
    assert deal.name in answer.content.decode()


SIGNED_IN = 2  # the session, and the stamps of what is kept in memory


@pytest.mark.parametrize(("name", "most"), [("board", 3), ("opportunities", 6), ("opportunity", 12)])
def test_board_list_and_deal_stay_within_their_queries(as_rita, rita, acme, deal, name, most):
    for n in range(20):
        make_opportunity(rita, f"单 {n}", stage_code="project" if n % 2 else "lead", account=acme)
    url = reverse(name, args=[deal.pk] if name == "opportunity" else [])
    as_rita.get(url)
    with CaptureQueriesContext(connection) as captured:
        as_rita.get(url)
    told = "\n".join(query["sql"][:160] for query in captured.captured_queries)
    assert len(captured) <= SIGNED_IN + most, told


def test_a_drop_moves_or_says_why_not(as_rita, deal):
    url = reverse("board_drop", args=[deal.pk])
    refused = as_rita.post(url, {"stage": stage("solution").pk, "version": 1})
    assert (refused.status_code, refused.json()["code"], refused.json()["ask"]) == (422, "skip-reason", True)
    moved = as_rita.post(url, {"stage": stage("contact").pk, "version": 1})
    assert moved.json() == {"version": 2, "stage": "接触"}
    assert as_rita.post(url, {"stage": stage("needs").pk, "version": 1}).status_code == 409


def test_the_move_dialog_asks_for_what_is_missing_and_writes_both(as_rita, rita, acme):
    bare = make_opportunity(rita, "没有客户")
    url = reverse("opportunity_move", args=[bare.pk])
    body = {"stage": stage("project").pk, "version": 1}
    answer = as_rita.post(url, body, headers=HTMX)
    assert answer.status_code == 422
    as_rita.post(url, {**body, "account": acme.pk}, headers=HTMX)
    found = Opportunity.objects.get(pk=bare.pk)
    assert (found.account_id, found.stage.code) == (acme.pk, "project")


def test_a_refused_move_writes_nothing_at_all(as_rita, rita, acme):
    bare = make_opportunity(rita, "没有客户")
    url = reverse("opportunity_move", args=[bare.pk])
    as_rita.post(url, {"stage": stage("contact").pk, "version": 1, "account": acme.pk}, headers=HTMX)
    assert Opportunity.objects.get(pk=bare.pk).account_id is None


def test_losing_asks_for_the_reason_at_its_field(as_rita, deal):
    url = reverse("opportunity_lose", args=[deal.pk])
    answer = as_rita.post(url, {"version": 1}, headers=HTMX)
    assert answer.status_code == 422
    as_rita.post(url, {"version": 1, "close_reason": reason("lost-timing").pk}, headers=HTMX)
    assert Opportunity.objects.get(pk=deal.pk).status == "lost"


def test_two_editors_get_a_page_that_shows_both(as_rita, deal):
    Opportunity.objects.filter(pk=deal.pk).update(version=2, name="二期产线（改名）")
    body = {"name": "二期产线 MES", "account": deal.account_id, "amount": "4120000", "version": 1}
    answer = as_rita.post(reverse("opportunity_edit", args=[deal.pk]), body)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "二期产线（改名）" in text
    assert "二期产线 MES" in text


def test_opening_needs_only_a_subject(as_rita, deal):
    answer = as_rita.post(reverse("opportunity_new"), {"name": "一个想法"}, headers=HTMX)
    made = Opportunity.objects.get(name="一个想法")
    assert answer.headers["HX-Redirect"] == made.get_absolute_url()
    assert made.stage.code == "lead"


def test_the_log_has_one_required_field(as_rita, deal):
    url = reverse("quick_log")
    refused = as_rita.post(url, {"kind": "visit", "opportunity": deal.pk}, headers=HTMX)
    assert refused.status_code == 422
    as_rita.post(url, {"kind": "visit", "opportunity": deal.pk, "next_step": "发方案"}, headers=HTMX)
    logged = Activity.objects.get()
    assert (logged.account_id, logged.next_step) == (deal.account_id, "发方案")
    assert Opportunity.objects.get(pk=deal.pk).next_step == "发方案"


def test_bulk_move_lists_what_was_refused(client, max_, rita, acme, deal):
    client.force_login(max_)
    bare = make_opportunity(rita, "没有客户")
    body = {"ids": [deal.pk, bare.pk], "stage": stage("contact").pk, "reason": ""}
    answer = client.post(reverse("opportunities_move"), body, headers=HTMX)
    text = answer.content.decode()
    assert "没有客户" in text
    assert Opportunity.objects.get(pk=deal.pk).stage.code == "contact"


def test_bulk_hand_over(client, max_, ray, deal):
    client.force_login(max_)
    client.post(reverse("opportunities_owner"), {"ids": [deal.pk], "to_owner": ray.person_id}, headers=HTMX)
    assert Opportunity.objects.get(pk=deal.pk).owner_id == ray.person_id


def test_hr_is_told_whom_to_ask(client, hanna, deal):
    client.force_login(hanna)
    assert client.get(reverse("opportunities")).status_code == 403


def test_winning_past_a_stage_asks_for_the_reason_where_it_is_typed(as_rita, deal):
    url = reverse("opportunity_win", args=[deal.pk])
    refused = as_rita.post(url, {"version": deal.version}, headers=HTMX)
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["note"]
    won = as_rita.post(url, {"version": deal.version, "note": "老客户直接签约"}, headers=HTMX)
    assert (won.status_code, Opportunity.objects.get(pk=deal.pk).status) == (200, "won")
    page = as_rita.get(reverse("opportunity", args=[deal.pk])).context["page"]
    assert {step.state for step in page.seller} == {"done"}
    assert {step.state for step in page.buyer if step.name != "—"} == {"done"}


def test_a_saved_edit_says_so(as_rita, deal):
    url = reverse("opportunity_edit", args=[deal.pk])
    body = {"name": "二期产线", "version": deal.version, "account": deal.account_id, "amount": "4120000"}
    body |= {f"{prefix}-{key}": "0" for prefix in ("line", "lines") for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = as_rita.post(url, body, follow=True)
    assert [str(one) for one in answer.context["messages"]] == ["已保存"]


def test_a_customers_open_deals_stand_before_the_closed_ones(as_rita, rita, acme, deal):
    newer = make_opportunity(rita, "丢掉的", stage_code="project", account=acme, amount="1")
    Opportunity.objects.filter(pk=newer.pk).update(status="lost", closed_on="2026-11-01")
    answer = as_rita.get(reverse("account_opportunities", args=[acme.pk]))
    assert [one.pk for one in answer.context["deals"]] == [deal.pk, newer.pk]


def test_the_account_panels(as_rita, acme, deal):
    make_visit(deal.owner.user, opportunity=deal)
    for name in ("account_opportunities", "account_activities"):
        assert as_rita.get(reverse(name, args=[acme.pk])).status_code == 200


def test_an_export_has_the_rows_one_sees(as_rita, deal):
    body = b"".join(as_rita.get(reverse("opportunities") + "?export=csv").streaming_content).decode()
    assert deal.name in body
    assert OpportunityList.name == "opportunities"


def test_the_list_opens_with_what_is_open(as_rita, rita, deal):
    won = make_opportunity(rita, "签下的")
    Opportunity.objects.filter(pk=won.pk).update(status="won", closed_on="2026-11-01")
    bare = as_rita.get(reverse("opportunities"))
    assert [row.pk for row in bare.context["list"].page.rows] == [deal.pk]
    everything = as_rita.get(next(tab["url"] for tab in bare.context["list"].tabs if tab["key"] == "all"))
    assert {row.pk for row in everything.context["list"].page.rows} == {deal.pk, won.pk}


def test_activities_stand_by_when_they_happened(as_rita, rita, deal):
    planned = plan_task(actor=rita, subject="送样", due_on=date(2026, 11, 20), at=moment("2026-11-18"))
    late = make_visit(rita, opportunity=deal, at="2026-11-01")
    latest = make_visit(rita, opportunity=deal, at="2026-11-10")
    early = make_visit(rita, opportunity=deal, at="2026-10-01")
    rows = as_rita.get(reverse("activities")).context["list"].page.rows
    assert [row.pk for row in rows] == [latest.pk, late.pk, early.pk, planned.pk]


def test_the_order_of_activities_is_walked_along_its_index(rita, deal):
    rows = Activity.objects.live().order_by(F("done_at").desc(nulls_last=True), "-pk")[:50]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = rows.explain()
    assert "activity_latest" in plan
    assert "TEMP B-TREE" not in plan
