"""Payout curves: the rule itself along its running total, and where people stood on it."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from makers import day
from makers_incentives import CASH_PLAN, SECOND_PLAN
from tiji.apps.incentives.pages.plan_preview import preview_of
from tiji.apps.incentives.selectors.attainments import alike, stood_last_quarter
from tiji.apps.incentives.services.documents import from_yaml
from tiji.kernel.commission import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    QUOTA_SCHEMA,
    compute,
    curve_totals,
    payout_curve,
    plan_from_dict,
)
from tiji.kernel.engine import DuckEngine

FACTOR = """
fields: {days_past_due: count}
components:
  - code: half
    credit: {event: [signed, receipt], business: [new], share: "0.5", valid_from: "2026-04-01"}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "0.03"}]}
    factor: case when days_past_due > 30 then 0.5 else 1 end
"""


def plan(text: str):
    return plan_from_dict(from_yaml(text) | {"code": "x", "currency": "CNY"})


def paid(points) -> dict[int, int]:
    return {point.total: point.pay for point in points}


def test_the_curve_of_the_worked_example(company):
    """Slice by slice, for a quota of 1,000,000: 1% to 600,000, 1.6% to 800,000, 2.2% to 1,000,000, then 3% and 3.5%."""
    said = plan(CASH_PLAN)
    totals = [60_000_000, 80_000_000, 100_000_000, 120_000_000, 150_000_000]
    # 6,000; + 3,200; + 4,400; + 200,000 × 3% = 6,000; + 300,000 × 3.5% = 10,500.
    assert paid(payout_curve(said, said.components[0], totals, 100_000_000)) == {
        0: 0,
        60_000_000: 600_000,
        80_000_000: 920_000,
        100_000_000: 1_360_000,
        120_000_000: 1_960_000,
        150_000_000: 3_010_000,
    }


def test_a_retroactive_table_jumps_and_a_cap_holds(company):
    said = plan(SECOND_PLAN)
    points = paid(payout_curve(said, said.components[1], [30_000_000, 30_000_001, 50_000_001, 90_000_000]))
    # 0.5% of 300,000; 0.8% of 300,000.01; 1% of 500,000.01 is 5,000.0001, of which the cap leaves 5,000.
    assert points == {0: 0, 30_000_000: 150_000, 30_000_001: 240_000, 50_000_001: 500_000, 90_000_000: 500_000}
    assert {30_000_000, 30_000_001, 50_000_000, 50_000_001} <= set(curve_totals(said.components[1], 2, None))


def test_a_formula_is_drawn_for_plain_events(company):
    said = plan(FACTOR)
    assert paid(payout_curve(said, said.components[0], [1_000_000])) == {0: 0, 1_000_000: 30_000}
    never = plan(FACTOR.replace("business: [new]", "when: days_past_due > 5"))
    assert payout_curve(never, never.components[0], [1_000_000]) == []


@pytest.mark.parametrize(
    ("text", "at", "quota"), [(CASH_PLAN, 0, 77_777_700), (SECOND_PLAN, 1, None), (SECOND_PLAN, 0, None)]
)
def test_the_engine_pays_what_the_curve_shows(company, text, at, quota):
    """The same totals as events of one payee, computed by DuckDB."""
    said = plan(text)
    part = said.components[at]
    totals = curve_totals(part, 2, quota)
    events = [
        {
            "event_id": number,
            "event_on": date(2026, 1, 5),
            "kind": part.credit.events[0],
            "business": "new",
            "subject_id": 1,
            "amount": total - before,
            "currency": "CNY",
        }
        for number, (before, total) in enumerate(zip([0, *totals], totals, strict=False), 1)
    ]
    shares = [{"subject_id": 1, "role": "owner", "seq": 1, "payee_id": 1, "share": 10**8}]
    quotas = [{"payee_id": 1, "code": "cash", "amount": quota}] if quota else []
    found = compute(
        said,
        pa.Table.from_pylist(events, schema=EVENT_SCHEMA),
        pa.Table.from_pylist(shares, schema=ASSIGNMENT_SCHEMA),
        pa.Table.from_pylist(quotas, schema=QUOTA_SCHEMA),
        DuckEngine(threads=1, memory_limit="256MB"),
    ).trace.to_pylist()
    lines = sorted((row for row in found if row["component"] == part.code), key=lambda row: row["event_id"])
    paid_so_far, expected = 0, {0: 0}
    for row in lines:
        paid_so_far += row["amount"]
        expected[row["after"]] = paid_so_far
    assert len(expected) == len(totals) + 1
    assert paid(payout_curve(said, part, totals, quota)) == expected


def test_people_stand_on_the_curve_where_they_stood(paid_quarter, olaf, rita, adam):
    """Rita had 900,000 of 1,000,000 in the first quarter, Ray 100,000.01."""
    said = plan(CASH_PLAN)
    stood = alike(stood_last_quarter(olaf, day("2026-05-05")), said.components[0])
    assert [(one.total, one.quota, one.quarter) for one in stood] == [
        (10_000_001, 100_000_000, "2026-Q1"),
        (90_000_000, 100_000_000, "2026-Q1"),
    ]
    assert alike(stood, plan(SECOND_PLAN).components[1]) == []
    (curve,) = preview_of(said, [], viewer=olaf, on=day("2026-05-05"), last=None).curves
    # F(900,000) = 6,000 + 3,200 + 2,200.
    assert curve.data["people"][1]["value"] == [Decimal("0.9"), Decimal(11400)]
    assert rita.person.name in curve.data["people"][1]["name"]


def test_nobodys_point_is_shown_to_whom_his_pay_is_not_open(paid_quarter, adam, rita):
    """An administrator writes plans and sees nobody's pay; whoever sees only his own sees only himself."""
    assert stood_last_quarter(adam, day("2026-05-05")) == []
    assert {one.person_id for one in stood_last_quarter(rita, day("2026-05-05"))} == {rita.person_id}
    assert stood_last_quarter(adam, day("2027-12-05")) == []


def test_the_api_draws_a_document_that_is_not_kept(olaf, client):
    client.force_login(olaf)

    def drawn(document, **more):
        return client.post("/api/v1/pay-plan-curves", {"document": document, **more}, "application/json")

    body = drawn(CASH_PLAN, quota="500000").json()
    (curve,) = body["curves"]
    points = {Decimal(one["total"]): Decimal(one["pay"]) for one in curve["points"]}
    # 1% of the first 300,000, 1.6% of the next 100,000.
    assert (points[Decimal(300000)], points[Decimal(400000)]) == (Decimal(3000), Decimal(4600))
    assert [one["quota"] for one in drawn(SECOND_PLAN).json()["curves"]] == [None, None]
    refused = drawn(CASH_PLAN.replace("mode: marginal", "mode: steep"))
    assert refused.status_code == 422
    assert "rate.mode" in refused.json()["detail"]
