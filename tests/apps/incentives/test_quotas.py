"""Quotas typed by hand and plans assigned, at the page and over REST: versions, conflicts, rights, audit."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from makers import day
from makers_incentives import CASH_PLAN, customer_of, make_plan, make_quota, pay_by, receive, run_month
from tiji.apps.incentives.models import PlanAssignment, Quota, Statement
from tiji.shared.models import AuditEntry


def client_of(user, language="en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    client.cookies["tiji_language"] = language
    return client


@pytest.fixture
def quota(olaf, rita):
    return make_quota(olaf, rita.person, "2026-Q1", "1000000")


def test_a_quota_is_typed_on_the_page_and_written_down(company, olaf, rita):
    facts = {"person": rita.person.pk, "measure": "cash", "period": "2026-Q4", "amount": "120万", "reason": "新区域"}
    answer = client_of(olaf).post(reverse("pay_quota_new"), {**facts, "expected": 0})
    assert answer.status_code == 302
    row = Quota.objects.get()
    assert (row.amount, row.number, row.source, row.reason) == (Decimal(1200000), 1, "typed", "新区域")
    entry = AuditEntry.objects.get(action="quota.set")
    assert (entry.actor, entry.object_id, entry.reason) == (olaf, row.pk, "新区域")


def test_a_second_one_for_the_same_period_shows_the_first(quota, olaf, rita):
    facts = {"person": rita.person.pk, "measure": "cash", "period": "2026-Q1", "amount": "900000", "expected": 0}
    answer = client_of(olaf).post(reverse("pay_quota_new"), facts)
    assert answer.status_code in (409, 422)
    assert Quota.objects.count() == 1


def test_another_amount_is_another_version_and_a_run_keeps_the_one_it_used(quota, olaf, rita, fiona):
    version = make_plan(olaf)
    pay_by(olaf, version, rita.person)
    receive(fiona, customer_of(rita.person), "700000.00", "2026-01-15")
    first = Statement.objects.get(run=run_month(olaf, "2026-M01"))
    answer = client_of(olaf).post(reverse("pay_quota", args=[quota.pk]), {"amount": "500000", "expected": 1})
    assert answer.status_code == 302
    assert list(Quota.objects.order_by("number").values_list("number", "amount")) == [
        (1, Decimal(1000000)),
        (2, Decimal(500000)),
    ]
    second = Statement.objects.get(run=run_month(olaf, "2026-M01"))
    # 600,000 × 1% + 100,000 × 1.6% = 7,600; by the new quota 3,000 + 1,600 + 2,200 + 3,000 + 100,000 × 3.5% = 13,300.
    assert (first.amount, second.amount) == (Decimal(7600), Decimal(13300))
    assert [row.measures[0]["quota"] for row in (first, second)] == [100_000_000, 50_000_000]


def test_two_who_type_at_once_are_shown_both_amounts(quota, olaf, dora):
    address = reverse("pay_quota", args=[quota.pk])
    assert client_of(olaf).post(address, {"amount": "900000", "expected": 1}).status_code == 302
    answer = client_of(dora).post(address, {"amount": "800000", "expected": 1})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "900,000.00 (v2)" in text
    assert "800,000.00" in text
    assert Quota.objects.count() == 2


@pytest.mark.parametrize("amount", ["-1", "much", ""])
def test_what_is_no_amount_is_told_at_the_field(quota, olaf, amount):
    answer = client_of(olaf).post(reverse("pay_quota", args=[quota.pk]), {"amount": amount, "expected": 1})
    assert answer.status_code == 422
    assert 'id="id_amount_error"' in answer.content.decode()


def test_whoever_only_looks_after_pay_sees_quotas_and_changes_none(quota, fiona, rita):
    page = client_of(fiona).get(reverse("pay_quota", args=[quota.pk]))
    assert page.status_code == 200
    assert 'name="amount"' not in page.content.decode()
    assert client_of(fiona).post(reverse("pay_quota", args=[quota.pk]), {"amount": "1"}).status_code == 403
    assert client_of(rita).get(reverse("pay_quota_list")).status_code == 403


def test_the_api_types_reads_and_changes_a_quota_by_its_version(company, olaf, rita):
    client, body = client_of(olaf), {"person_id": rita.person.pk, "measure": "cash", "period": "2026-Q4"}
    made = client.post("/api/v1/pay-quotas", {**body, "amount": "100.00"}, content_type="application/json")
    assert (made.status_code, made.json()["number"]) == (201, 1)
    again = client.post("/api/v1/pay-quotas", {**body, "amount": "1"}, content_type="application/json")
    assert again.status_code == 409
    address = made["Location"]
    for headers, status in (({}, 428), ({"If-Match": '"7"'}, 412), ({"If-Match": made["ETag"]}, 200)):
        answer = client.patch(address, {"amount": "200"}, content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content
    assert [row["amount"] for row in answer.json()["versions"]] == ["200.00", "100.00"] or [
        Decimal(row["amount"]) for row in answer.json()["versions"]
    ] == [Decimal(200), Decimal(100)]
    listed = client.get("/api/v1/pay-quotas", {"period": "2026-Q4"}).json()["items"]
    assert [Decimal(row["amount"]) for row in listed] == [Decimal(200)]


def test_the_api_assigns_a_plan_and_ends_it(company, olaf, rita):
    client, plan = client_of(olaf), make_plan(olaf).plan
    address = f"/api/v1/pay-plans/{plan.pk}/assignments"
    body = {"person_id": rita.person.pk, "valid_from": "2026-01-01"}
    made = client.post(address, body, content_type="application/json")
    assert made.status_code == 201
    wrong = client.post(address, {**body, "role": "rep"}, content_type="application/json")
    assert wrong.status_code == 422
    ends = {"valid_until": "2026-07-01"}
    for headers, status in (({}, 428), ({"If-Match": made["ETag"]}, 200), ({"If-Match": made["ETag"]}, 412)):
        answer = client.patch(made["Location"], ends, content_type="application/json", headers=headers)
        assert answer.status_code == status
    assert PlanAssignment.objects.get().valid_until == day("2026-07-01")
    assert AuditEntry.objects.filter(action__in=("pay_plan.assigned", "pay_plan.unassigned")).count() == 2
    assert [row["valid_until"] for row in client.get(address).json()["items"]] == ["2026-07-01"]


def test_a_mistake_in_a_plan_is_told_in_the_readers_language_with_its_line(company, olaf):
    facts = {"code": "x", "name": "x", "valid_from": "2026-01-01"}
    broken = CASH_PLAN.replace('rate: "0.016"', 'rate: "1,6"').replace("mode: marginal", "mode: steep")
    line = next(at for at, text in enumerate(broken.splitlines(), 1) if '"1,6"' in text)
    answer = client_of(olaf, "zh-hans").post(reverse("pay_plan_new"), {**facts, "document": broken}).content.decode()
    assert f"第 {line} 行，components[0].rate.steps[1].rate: “1,6”不是数字" in answer
    assert "“steep”不可用" in answer
    answer = client_of(olaf).post(reverse("pay_plan_new"), {**facts, "code": "Big Plan", "document": CASH_PLAN})
    assert "“Big Plan”: write small letters" in answer.content.decode().split('id="fld-name"')[0]


def test_components_are_called_by_the_readers_language(paid, rita):
    for language, name in (("en", "Commission on cash"), ("zh-hans", "回款提成")):
        assert name in client_of(rita, language).get(reverse("statement", args=[paid.pk])).content.decode()
