"""Estimates through the rows of a company: what a document would pay, as of now, and who may ask."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from makers import LONG_AGO, cny, day
from makers_commerce import make_signed_contract
from makers_incentives import SECOND_PLAN, customer_of, make_plan, make_quota, pay_by, receive, run_month
from makers_pipeline import make_opportunity
from tiji.apps.incentives.models import Statement
from tiji.apps.incentives.pages.estimates import ContractPanel, DealPanel
from tiji.apps.incentives.permissions import MANAGERS_SEE_PAY
from tiji.apps.incentives.selectors.estimates import Supposed, estimate_of, kinds_asked
from tiji.apps.incentives.selectors.standings import forget_standings
from tiji.apps.incentives.services.plans import assign_plan
from tiji.apps.incentives.services.quotas import set_quota
from tiji.shared.settings_store import change_setting, forget_settings

TODAY = day("2026-02-25")  # rita stands at 900,000 of 1,000,000, with a month of the quarter to go
LATE_PLAN = """
fields: {days_past_due: count}
tables:
  overdue: {kind: steps, rows: [{from: "0", to: "30", value: "1"}, {from: "30", value: "0.9"}]}
components:
  - code: cash
    credit: {event: receipt}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "0.03"}]}
    factor: at(overdue, days_past_due)
"""


@pytest.fixture(autouse=True)
def _read_anew():
    forget_standings()


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def collected(amount: str, on: str = "2026-03-10", **more) -> Supposed:
    return Supposed(cny(amount), date.fromisoformat(on), **more)


def told(person, *supposed: Supposed):
    return estimate_of(person.pk, supposed, timezone.now())


def amounts(found) -> list[Decimal]:
    return [one.amount for one in found.amounts]


def test_an_estimate_is_what_the_run_then_pays(paid, olaf, rita, fiona):
    """200,000 more are 100,000 at 2.2% and 100,000 at 3%; 200,000 are left to the end of that step."""
    found = told(rita.person, collected("200000.00"))
    assert amounts(found) == [Decimal(5200)]
    (reached,) = found.plans[0].estimate.reached
    assert (reached.next.distance, reached.next.way) == (10_000_000, 300_000)
    receive(fiona, customer_of(rita.person, "新客户"), "200000.00", "2026-03-10")
    run = run_month(olaf, "2026-M03")
    assert Statement.objects.get(run=run, person=rita.person).amount == Decimal(5200)


def test_what_came_after_the_last_run_counts_at_once(paid, rita, fiona):
    assert amounts(told(rita.person, collected("100000.00"))) == [Decimal(2200)]
    receive(fiona, customer_of(rita.person, "新客户"), "100000.00", "2026-03-01")
    assert amounts(told(rita.person, collected("100000.00"))) == [Decimal(3000)]


def test_documents_that_come_one_after_the_other_climb_together(paid, rita):
    found = told(rita.person, collected("100000.00"), collected("100000.00", "2026-03-20"))
    assert [one.amount for number in (0, 1) for one in found.of(number)] == [Decimal(2200), Decimal(3000)]


def test_another_quota_is_read_at_once(paid, olaf, rita):
    """At 900,000 of 900,000 everything more is paid at 3%."""
    told(rita.person, collected("100000.00"))
    facts = {"measure": "cash", "period": "2026-Q1", "amount": Decimal(900000), "reason": "relief"}
    set_quota(actor=olaf, person=rita.person, on=TODAY, at=timezone.now(), expected=1, **facts)
    assert amounts(told(rita.person, collected("100000.00"))) == [Decimal(3000)]


def test_late_money_is_paid_by_the_formula(olaf, rita):
    """3% of 500,000 is 15,000; 45 days late only 90% of it."""
    pay_by(olaf, make_plan(olaf, "late", LATE_PLAN), rita.person)
    assert "late" in kinds_asked(rita.person_id, TODAY)
    assert amounts(told(rita.person, collected("500000.00", due_on=day("2026-03-10")))) == [Decimal(15000)]
    assert amounts(told(rita.person, collected("500000.00", due_on=day("2026-01-24")))) == [Decimal(13500)]


def test_a_second_plan_asks_for_what_it_counts(olaf, rita):
    """2% of 100,000 signed with a new customer; with an existing one no plan counts it."""
    pay_by(olaf, make_plan(olaf, "second", SECOND_PLAN), rita.person)
    assert {"kind", "business"} <= kinds_asked(rita.person_id, TODAY)
    assert amounts(told(rita.person, collected("100000.00", kind="signed", business="new"))) == [Decimal(2000)]
    found = told(rita.person, collected("100000.00", kind="signed", business="existing"))
    assert found.uncounted == (0,)
    assert amounts(found) == [Decimal(0)]


def test_half_a_document_is_half_a_credit(paid, rita):
    assert amounts(told(rita.person, collected("100000.00", share=Decimal("0.5")))) == [Decimal(1100)]


def test_whoever_has_no_plan_or_no_quota_is_told_so(paid, olaf, rita, zoe):
    assert told(zoe.person, collected("1.00")).plans == ()
    found = told(rita.person, collected("1.00", "2026-05-01"))
    assert [one.code for one in found.plans[0].estimate.problems] == ["quota_missing"]
    text = client_of(zoe).get(reverse("pay_estimate", args=[zoe.person_id])).content.decode()
    assert "No pay plan pays on that day" in text


def test_a_plan_that_has_ended_pays_nothing_any_more(olaf, rita):
    version = make_plan(olaf, "second", SECOND_PLAN)
    assign_plan(actor=olaf, plan=version.plan, person=rita.person, valid_from=LONG_AGO, valid_until=day("2026-03-15"))
    assert amounts(told(rita.person, collected("100000.00", "2026-03-14"))) == [Decimal(500)]
    assert told(rita.person, collected("100000.00", "2026-03-15")).uncounted == (0,)


def test_a_deal_says_what_it_pays_its_owner(paid, rita, max_):
    deal = make_opportunity(
        rita, amount="200000", expected_on="2026-03-10", account=customer_of(rita.person, "新客户"), at="2026-02-20"
    )
    panel = DealPanel(deal, max_, {}, timezone.now(), TODAY)
    assert [one.amount for one in panel.answer.found.amounts] == [Decimal(5200)]
    assert "Rita" in panel.title
    later = DealPanel(deal, rita, {"on": "2026-05-01"}, timezone.now(), TODAY)
    assert not later.answer.pays
    assert "2026-Q2" in later.answer.reasons[0]
    assert DealPanel(deal, rita, {"on": "2026-01-01"}, timezone.now(), TODAY).answer is None


def test_a_contract_says_what_each_open_instalment_pays(paid, rita):
    contract = make_signed_contract(rita, customer_of(rita.person, "新客户"), "200000.00", "2026-02-20")
    panel = ContractPanel(contract, rita, timezone.now(), TODAY)
    assert [(row.left, row.on, row.pays) for row in panel.rows] == [(cny("200000.00"), TODAY, "¥5,200")]


def test_the_panel_takes_what_is_typed_and_says_what_is_wrong(paid, rita):
    client, address = client_of(rita), reverse("pay_estimate", args=[rita.person_id])
    facts = {"amount": "20万", "on": "2099-01-01"}
    assert "three years" in client.get(address, facts, headers={"HX-Request": "true"}).content.decode()
    assert "not an amount" in client.get(address, {"amount": "much"}).content.decode()


def test_an_estimate_writes_nothing(paid, rita):
    deal = make_opportunity(rita, amount="200000", account=customer_of(rita.person, "新客户"))
    body = {"events": [{"amount": "200000", "on": timezone.localdate().isoformat()}]}
    client = client_of(rita)
    client.get(reverse("home"))
    asked = [
        lambda: client.get(reverse("pay_estimate", args=[rita.person_id])),
        lambda: client.get(reverse("opportunity_estimate", args=[deal.pk])),
        lambda: client.post("/api/v1/pay-estimates", body, content_type="application/json"),
    ]
    for ask in asked:
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code == 200
        written = [query["sql"] for query in queries if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
        assert written == []


def test_the_api_tells_tier_by_tier(paid, olaf, rita):
    """In this quarter of the clock rita has collected nothing: 1,200,000 of 1,000,000 end exactly at 120%."""
    today = timezone.localdate()
    quarter = f"{today.year}-Q{(today.month + 2) // 3}"
    make_quota(olaf, rita.person, quarter, "1000000")
    body = {"events": [{"amount": "1200000", "on": today.isoformat()}]}
    found = client_of(rita).post("/api/v1/pay-estimates", body, content_type="application/json").json()
    (plan,) = found["plans"]
    # 600,000 × 1% + 200,000 × 1.6% + 200,000 × 2.2% + 200,000 × 3%
    assert [Decimal(part["amount"]) for part in plan["lines"][0]["slices"]] == [6000, 3200, 4400, 6000]
    assert Decimal(plan["amount"]) == Decimal(19600)
    assert found["uncounted"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"events": []}, 422),
        ({"events": [{"amount": "-1", "on": "2099-01-01"}]}, 422),
        ({"events": [{"amount": "1", "on": "2000-01-01"}]}, 422),
        ({"events": [{"amount": "1", "on": "2099-01-01", "share": "1.5"}]}, 422),
    ],
)
def test_the_api_refuses_what_cannot_be_estimated(paid, rita, body, status):
    answer = client_of(rita).post("/api/v1/pay-estimates", body, content_type="application/json")
    assert answer.status_code == status


def test_only_whoever_sees_the_pay_sees_an_estimate(paid, rita, ray, max_, hanna, adam):
    deal = make_opportunity(rita, amount="200000", account=customer_of(rita.person, "新客户"))
    place = reverse("opportunity_estimate", args=[deal.pk])
    assert "estimate" in client_of(max_).get(place, headers={"HX-Request": "true"}).content.decode()
    for other in (ray, hanna):
        assert client_of(other).get(reverse("pay_estimate", args=[rita.person_id])).status_code == 404
    body = {"person_id": rita.person_id, "events": [{"amount": "1", "on": "2099-01-01"}]}
    refused = client_of(ray).post("/api/v1/pay-estimates", body, content_type="application/json")
    assert refused.status_code == 403
    change_setting(actor=adam, key=MANAGERS_SEE_PAY, value=False, valid_from=LONG_AGO)
    hidden = client_of(max_).get(place, headers={"HX-Request": "true"})
    assert (hidden.status_code, hidden.content) == (200, b"")
    forget_settings()


def test_estimates_stay_within_their_queries(paid, rita):
    deal = make_opportunity(rita, amount="200000", account=customer_of(rita.person, "新客户"))
    contract = make_signed_contract(rita, customer_of(rita.person, "又一家"), "200000.00", "2026-02-20")
    words = ("incentives_", "commerce_", "pipeline_", "organization_assignment")
    budgets = [
        (reverse("pay_estimate", args=[rita.person_id]), 9),
        (reverse("opportunity_estimate", args=[deal.pk]), 9),
        (reverse("contract_estimate", args=[contract.pk]), 9),
    ]
    for address, most in budgets:
        client = client_of(rita)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        own = [one["sql"] for one in asked if any(word in one["sql"].split("WHERE")[0] for word in words)]
        assert len(own) <= most, f"{address}: {len(own)}\n" + "\n".join(own)
