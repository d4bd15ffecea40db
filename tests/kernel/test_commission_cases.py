"""Published and derived pay cases (tests/kernel/cases/commission.yaml) on both computations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from tiji.kernel.commission import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    QUOTA_SCHEMA,
    Plan,
    Results,
    compute,
    compute_narrow,
    diff,
    explain,
    plan_from_dict,
)
from tiji.kernel.engine import DuckEngine
from tiji.kernel.money import Money
from tiji.kernel.receivables import OpenItem, apply_cash

ENGINE = DuckEngine(threads=1)
CASES = yaml.safe_load((Path(__file__).parent / "cases" / "commission.yaml").read_text("utf-8"))


def cents(text: str, digits: int = 2) -> int:
    return int(Decimal(text).scaleb(digits))


def plan_of(case: dict[str, Any], **changes: object) -> Plan:
    component = {
        "code": "pay",
        "credit": {"event": "receipt"},
        "measure": {"interval": case.get("measure", "quarter")},
        "quota": {"code": "q"} if "quota" in case else None,
        "rate": case["rate"],
        "rounding": case.get("rounding", "payout"),
        "pay": {"basis": case.get("basis", "credit")},
        "cap": {"amount": case["cap"]} if "cap" in case else None,
    }
    return plan_from_dict({"code": "case", "currency": "CNY", "components": [component | changes]})


def tables_of(case: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    events = [
        {
            "event_id": number,
            "event_on": date.fromisoformat(on),
            "kind": "receipt",
            "subject_id": 1,
            "amount": cents(amount, case.get("amount_digits", 2)),
            "currency": "CNY",
        }
        for number, (on, amount) in enumerate(case["events"], 1)
    ]
    shares = [
        {"subject_id": 1, "role": "owner", "seq": seq, "payee_id": seq, "share": share}
        for seq, share in enumerate(case.get("shares", [100_000_000]))
    ]
    quotas = [{"payee_id": 0, "code": "q", "amount": cents(case["quota"])}] if "quota" in case else []
    return events, shares, quotas


def wide(plan: Plan, events: list[Any], shares: list[Any], quotas: list[Any], **options: Any) -> Results:
    return compute(
        plan,
        pa.Table.from_pylist(events, schema=EVENT_SCHEMA),
        pa.Table.from_pylist(shares, schema=ASSIGNMENT_SCHEMA),
        pa.Table.from_pylist(quotas, schema=QUOTA_SCHEMA),
        ENGINE,
        **options,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['origin']} {case['name']}")
def test_a_case_pays_to_the_cent(case) -> None:
    plan, tables = plan_of(case), tables_of(case)
    results = wide(plan, *tables, amount_digits=case.get("amount_digits"))
    narrow = compute_narrow(plan, *tables, amount_digits=case.get("amount_digits"))
    expected = [cents(amount) for amount in case["pays"]]
    assert [row["amount"] for row in results.trace.to_pylist()] == expected
    assert [line.amount for line in narrow.lines] == expected
    if "credits" in case:
        assert [row["credit"] for row in results.credits.to_pylist()] == [cents(amount) for amount in case["credits"]]
    if "slices" in case:
        parts = [(part.to_total - part.from_total, part.rate) for part in explain(results, 0)[0].slices]
        assert parts == [(cents(size), cents(rate, 8)) for size, rate in case["slices"]]


def test_v19_a_refund_after_settlement_nets_to_zero() -> None:
    case = {"rate": {"mode": "flat", "steps": [{"from": "0", "rate": "0.10"}]}}
    events, shares, _ = tables_of({**case, "events": [["2026-01-10", "1000.00"], ["2026-03-10", "-1000.00"]]})
    earned = wide(plan_of(case), events, shares, []).earnings.to_pylist()
    assert [row["amount"] for row in earned] == [10_000, -10_000]


def test_d05_an_overlay_is_credited_in_full_beside_the_owner() -> None:
    flat = {"mode": "flat", "steps": [{"from": "0", "rate": "0.06"}]}
    overlay = {"mode": "flat", "steps": [{"from": "0", "rate": "0.015"}]}
    document = {
        "code": "overlay",
        "currency": "CNY",
        "components": [
            {"code": "owner", "credit": {"event": "receipt"}, "measure": {"interval": "month"}, "rate": flat},
            {
                "code": "overlay",
                "credit": {"event": "receipt", "role": "overlay"},
                "measure": {"interval": "month"},
                "rate": overlay,
            },
        ],
    }
    events, shares, _ = tables_of({"rate": flat, "events": [["2026-01-10", "200000.00"]]})
    shares.append({"subject_id": 1, "role": "overlay", "seq": 0, "payee_id": 5, "share": 100_000_000})
    results = wide(plan_from_dict(document), events, shares, [])
    paid = {row["payee_id"]: (row["credit"], row["amount"]) for row in results.earnings.to_pylist()}
    assert paid == {0: (20_000_000, 1_200_000), 5: (20_000_000, 300_000)}


def test_d09_one_receipt_over_two_invoices_pays_each_owner_at_his_rate() -> None:
    def cny(text: str) -> Money:
        return Money(Decimal(text), "CNY")

    items = [OpenItem(1, date(2026, 1, 31), cny("40000.00")), OpenItem(2, date(2026, 2, 28), cny("60000.00"))]
    cash = apply_cash(cny("70000.00"), items)
    assert cash.applied == {1: cny("40000.00"), 2: cny("30000.00")}
    events = [
        {
            "event_id": key,
            "event_on": date(2026, 3, 1),
            "kind": "receipt",
            "subject_id": key,
            "amount": paid.to_minor(),
            "currency": "CNY",
        }
        for key, paid in cash.applied.items()
    ]
    shares = [{"subject_id": key, "role": "owner", "seq": 0, "payee_id": key, "share": 100_000_000} for key in (1, 2)]
    paid = {}
    for payee, rate in ((1, "0.03"), (2, "0.05")):
        plan = plan_of({"rate": {"mode": "flat", "steps": [{"from": "0", "rate": rate}]}})
        earned = {row["payee_id"]: row["amount"] for row in wide(plan, events, shares, []).earnings.to_pylist()}
        paid[payee] = earned[payee]
    assert paid == {1: 120_000, 2: 150_000}


def test_d24_a_rate_changes_inside_a_month() -> None:
    parts = [("old", None, "2026-02-15", "0.04"), ("new", "2026-02-15", None, "0.05")]
    components = [
        {
            "code": code,
            "credit": {"event": "receipt", "valid_from": start, "valid_until": end},
            "measure": {"interval": "month"},
            "rate": {"mode": "flat", "steps": [{"from": "0", "rate": rate}]},
        }
        for code, start, end, rate in parts
    ]
    plan = plan_from_dict({"code": "dated", "currency": "CNY", "components": components})
    tables = tables_of({"rate": {}, "events": [["2026-02-14", "10000.00"], ["2026-02-15", "10000.00"]]})
    assert [row["amount"] for row in wide(plan, *tables).trace.to_pylist()] == [40_000, 50_000]


def test_d32_a_correction_of_a_closed_month_is_a_delta() -> None:
    case = {"rate": {"mode": "flat", "steps": [{"from": "0", "rate": "0.05"}]}}
    paid = wide(plan_of(case), *tables_of({**case, "events": [["2026-01-10", "100000.00"]]}))
    again = wide(plan_of(case), *tables_of({**case, "events": [["2026-01-10", "110000.00"]]}))
    assert [(delta.before, delta.after, delta.amount) for delta in diff(paid, again)] == [(500_000, 550_000, 50_000)]
