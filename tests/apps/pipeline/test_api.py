"""Deals and activities over REST: the same rules, few queries."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from makers import make_account, make_product
from makers_pipeline import make_opportunity, reason, stage
from tiji.apps.customers.services.keys import account_keys
from tiji.apps.pipeline.models import Opportunity, StageEvent

URL = "/api/v1/opportunities"


@pytest.fixture
def acme(rita):
    return make_account("澄湖精密", rita.person, **account_keys(name="澄湖精密"))


@pytest.fixture
def deal(rita, acme):
    return make_opportunity(rita, stage_code="project", account=acme, amount="4120000", expected_on="2026-12-12")


@pytest.fixture
def call(client):
    def call(user, method, path, body=None, **headers):
        client.force_login(user)
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1{path}", headers=headers, **sent)

    return call


def test_the_list_shows_what_one_sees_and_narrows_like_the_page(call, rita, zoe, deal):
    make_opportunity(rita, "另一个")
    assert len(call(rita, "get", "/opportunities").json()["items"]) == 2
    stage_id = stage("project").pk
    found = call(rita, "get", f"/opportunities?stage={stage_id}&owner={rita.person_id}").json()["items"]
    assert [row["id"] for row in found] == [deal.pk]
    assert found[0]["amount"] == "4120000.0000"
    assert call(zoe, "get", "/opportunities").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("q=智控", 1),
        ("q=澄湖", 1),
        ("q=zhikong", 1),
        ("q=nothing", 0),
        ("category=pipeline", 1),
        ("category=commit", 0),
        ("amount_from=4120000", 1),
        ("amount_from=4120001", 0),
        ("expected_to=2026-12-12", 1),
        ("expected_to=2026-12-11", 0),
        ("status=won", 0),
        ("no_next_step=true", 1),
        ("slipped=true", 0),
    ],
)
def test_filters(call, rita, deal, query, hits):
    assert len(call(rita, "get", f"/opportunities?{query}").json()["items"]) == hits


def test_pages_follow_each_other_with_empty_dates_last(call, rita, acme):
    dates = ["2026-12-01", None, "2026-11-20", None, "2027-01-05"]
    made = [make_opportunity(rita, f"单 {n}", account=acme, expected_on=day) for n, day in enumerate(dates)]
    seen, cursor = [], ""
    while True:
        page = call(rita, "get", f"/opportunities?size=2{cursor}").json()
        seen += [row["id"] for row in page["items"]]
        if not page["next"]:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [made[at].pk for at in (2, 0, 4, 1, 3)]


def test_read_gives_lines_and_a_tag(call, rita, acme):
    from tiji.apps.pipeline.services.lines import Line

    product = make_product("EC-40")
    made = make_opportunity(
        rita, account=acme, lines=[Line(product, Decimal(32), Decimal("80000.25"))], stage_code="project"
    )
    answer = call(rita, "get", f"/opportunities/{made.pk}")
    assert answer.headers["ETag"] == '"v1"'
    assert answer.json()["amount"] == "2560008.0000"
    assert answer.json()["lines"][0]["unit_price"] == "80000.2500"


def test_create_is_done_once_for_a_key(call, rita, acme, deal):
    body = {"name": "三期", "account_id": acme.pk, "amount": "100.50", "stage_id": stage("project").pk}
    first = call(rita, "post", "/opportunities", body, **{"Idempotency-Key": "k1"})
    again = call(rita, "post", "/opportunities", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert Opportunity.objects.filter(name="三期").count() == 1
    assert StageEvent.objects.filter(opportunity_id=first.json()["id"]).count() == 1


def test_create_is_refused_at_the_field_the_stage_asks_for(call, rita, deal):
    answer = call(rita, "post", "/opportunities", {"name": "空", "stage_id": stage("project").pk})
    assert answer.status_code == 422
    assert {row["pointer"] for row in answer.json()["errors"]} == {"#/account_id"}


def test_patch_wants_the_version_it_changes(call, rita, deal):
    assert call(rita, "patch", f"/opportunities/{deal.pk}", {"note": "x"}).status_code == 428
    stale = call(rita, "patch", f"/opportunities/{deal.pk}", {"note": "x"}, **{"If-Match": '"v9"'})
    assert stale.status_code == 412
    done = call(rita, "patch", f"/opportunities/{deal.pk}", {"expected_on": "2027-01-15"}, **{"If-Match": '"v1"'})
    assert (done.json()["slips"], done.json()["expected_first_on"], done.json()["version"]) == (1, "2026-12-12", 2)


def test_move_win_lose_pause_reopen_write_the_ledger(call, rita, max_, deal):
    path = f"/opportunities/{deal.pk}"
    assert (
        call(rita, "post", f"{path}/move", {"stage_id": stage("needs").pk}).json()["errors"][0]["pointer"] == "#/reason"
    )
    moved = call(rita, "post", f"{path}/move", {"stage_id": stage("contact").pk})
    assert moved.json()["percent"] == 25
    lost = call(rita, "post", f"{path}/lose", {"close_reason_id": reason("lost-timing").pk})
    assert lost.json()["status"] == "lost"
    assert call(max_, "post", f"{path}/reopen", {"reason": "客户回头"}).json()["status"] == "open"
    later = (timezone.localdate() + timedelta(days=30)).isoformat()
    assert call(rita, "post", f"{path}/pause", {"resume_on": later}).json()["status"] == "paused"
    assert call(rita, "post", f"{path}/reopen", {}).json()["status"] == "open"
    won = call(rita, "post", f"{path}/win", {"note": "直接下单"})
    assert (won.json()["status"], won.json()["percent"]) == ("won", 100)
    events = call(rita, "get", f"{path}/stage-events").json()["items"]
    assert [row["cause"] for row in events] == [
        *("created", "moved", "closed", "reopened", "closed", "reopened", "closed"),
    ]


def test_a_stale_move_is_a_conflict(call, rita, deal):
    body = {"stage_id": stage("contact").pk, "version": 7}
    assert call(rita, "post", f"/opportunities/{deal.pk}/move", body).status_code == 409


def test_a_shared_deal_opens_to_the_colleague(call, rita, zoe, deal):
    assert call(zoe, "get", f"/opportunities/{deal.pk}").status_code == 404
    assert call(rita, "post", f"/opportunities/{deal.pk}/share", {"person_id": zoe.person_id}).status_code == 204
    assert call(zoe, "get", f"/opportunities/{deal.pk}").status_code == 200
    refused = call(zoe, "post", f"/opportunities/{deal.pk}/move", {"stage_id": stage("contact").pk})
    assert refused.status_code == 403
    assert call(rita, "delete", f"/opportunities/{deal.pk}/share/{zoe.person_id}").status_code == 204
    assert call(zoe, "get", f"/opportunities/{deal.pk}").status_code == 404


def test_a_step_is_taken_back_by_whoever_took_it(call, rita, max_, deal):
    path = f"/opportunities/{deal.pk}"
    lost = call(rita, "post", f"{path}/lose", {"close_reason_id": reason("lost-timing").pk}).json()
    assert call(max_, "post", f"{path}/take-back", {"version": lost["version"] - 1}).status_code == 409
    back = call(rita, "post", f"{path}/take-back", {"version": lost["version"]}).json()
    assert (back["status"], back["stage_id"], back["version"]) == ("open", deal.stage_id, lost["version"] + 1)
    assert call(rita, "post", f"{path}/take-back", {"version": back["version"]}).json()["code"] == "no-step"


def test_the_summary_adds_up(call, rita, acme, deal):
    make_opportunity(rita, "四期", stage_code="project", account=acme, amount="100.01")
    rows = call(rita, "get", "/opportunities/summary").json()
    assert [(row["count"], row["amount"], row["weighted"]) for row in rows] == [(2, "4120100.0100", "412010.00")]


SIGNED_IN = 2  # the session, and the stamps of what is kept in memory


@pytest.mark.parametrize(("what", "most"), [("list", 1), ("read", 2), ("create", 9), ("move", 9)])
def test_queries_of_list_read_create_move(client, rita, acme, deal, django_assert_max_num_queries, what, most):
    """Who calls, what he sees, the company, its stages and his unit come from memory; a test adds two savepoints.

    A write asks once more whether the stages are still the same, and holds them.
    """
    client.force_login(rita)
    base = "/api/v1/opportunities"
    new = {"name": "五期", "account_id": acme.pk, "amount": "1", "stage_id": stage("project").pk}
    calls = {
        "list": lambda: client.get(base),
        "read": lambda: client.get(f"{base}/{deal.pk}"),
        "create": lambda: client.post(base, new, content_type="application/json"),
        "move": lambda: client.post(
            f"{base}/{deal.pk}/move", {"stage_id": stages.pop(0).pk, "reason": "一步"}, content_type="application/json"
        ),
    }
    stages = [stage("contact"), stage("needs")]
    assert calls[what]().status_code in (200, 201)
    with django_assert_max_num_queries(SIGNED_IN + most):
        assert calls[what]().status_code in (200, 201)


def test_activities_log_plan_finish(call, rita, deal):
    when = timezone.now().isoformat()
    refused = call(rita, "post", "/activities", {"opportunity_id": deal.pk, "done_at": when})
    assert refused.json()["errors"][0]["pointer"] == "#/next_step"
    logged = call(
        rita, "post", "/activities",
        {"opportunity_id": deal.pk, "done_at": when, "result": "progress", "next_step": "同访 CFO",
         "next_step_on": "2026-11-20"},
    )  # fmt: skip
    assert logged.status_code == 201
    found = Opportunity.objects.get(pk=deal.pk)
    assert (found.next_step, str(found.next_step_on)) == ("同访 CFO", "2026-11-20")
    task = call(rita, "post", "/activities", {"kind": "task", "subject": "补理由", "due_on": "2026-11-19"}).json()
    assert (
        call(rita, "post", f"/activities/{task['id']}/postpone", {"due_on": "2026-11-25"}).json()["due_on"]
        == "2026-11-25"
    )
    assert call(rita, "post", f"/activities/{task['id']}/done", {}).json()["done_at"]
    assert len(call(rita, "get", "/activities?done=true").json()["items"]) == 2


def test_settings_of_the_room_are_readable(call, rita, deal):
    processes = call(rita, "get", "/sales-processes").json()
    assert {row["code"]: len(row["stages"]) for row in processes} == {"effectiveness": 9, "efficiency": 5}
    assert {row["for_status"] for row in call(rita, "get", "/close-reasons").json()} == {"won", "lost", "paused"}
    assert len(call(rita, "get", "/rivals").json()) == 2
