"""The worked example of docs/kernel/commission-pipeline.md and tiers.md, on the wide and the narrow computation."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pyarrow as pa
import pytest

from tiji.kernel.commission import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    QUOTA_SCHEMA,
    Delta,
    InputError,
    Plan,
    Results,
    Window,
    compute,
    compute_narrow,
    diff,
    events_from,
    explain,
    interval_dates,
    interval_no,
    parse_refs,
    plan_from_dict,
)
from tiji.kernel.engine import DuckEngine, EngineError
from worked_tables import minor, worked_table

PAGE = "commission-pipeline.md"
ENGINE = DuckEngine(threads=1)
RITA, RAY = 7, 8
WHOLE = 100_000_000
QUARTER = interval_no(date(2026, 1, 1), "quarter")


def cash_plan(**changes: object) -> Plan:
    component = {
        "code": "cash",
        "credit": {"event": "receipt"},
        "measure": {"interval": "quarter"},
        "quota": {"code": "cash"},
        "rate": {
            "mode": "marginal",
            "unit": "attainment",
            "steps": [
                {"from": "0", "to": "0.6", "rate": "0.01"},
                {"from": "0.6", "to": "1", "rate": "0.02"},
                {"from": "1", "to": "1.2", "rate": "0.035"},
                {"from": "1.2", "rate": "0.05"},
            ],
        },
    }
    return plan_from_dict({"code": "cash-2026", "currency": "CNY", "components": [component | changes]})


SECOND_PLAN = plan_from_dict(
    {
        "code": "second",
        "currency": "CNY",
        "components": [
            {
                "code": "new-customers",
                "credit": {"event": "signed", "business": ["new"]},
                "measure": {"interval": "month"},
                "rate": {"mode": "flat", "steps": [{"from": "0", "rate": "0.02"}]},
            },
            {
                "code": "monthly",
                "credit": {"event": "receipt"},
                "measure": {"interval": "month"},
                "rate": {
                    "mode": "retroactive",
                    "steps": [
                        {"from": "0", "to": "300000", "rate": "0.005"},
                        {"from": "300000", "to": "500000", "rate": "0.008"},
                        {"from": "500000", "rate": "0.01"},
                    ],
                },
                "cap": {"amount": "5000"},
            },
        ],
    }
)


def event(event_id: int, on: str, amount: int, **changes: object) -> dict[str, object]:
    row = {"event_id": event_id, "event_on": date.fromisoformat(on), "kind": "receipt", "business": "existing"}
    return (
        row | {"subject_id": 1, "amount": amount, "currency": "CNY", "refs": f"receipt:{event_id}>invoice:9"} | changes
    )


EVENTS = [
    event(1, "2026-01-15", 40_000_000),
    event(2, "2026-02-10", 35_000_000),
    event(3, "2026-03-05", 50_000_000, subject_id=2),
    event(4, "2026-03-20", 3_333_333),
    event(5, "2026-03-25", 10_000_001),
    event(6, "2026-03-28", -35_000_000, credit_on=date(2026, 2, 10), reverses_id=2),
    event(11, "2026-02-03", 60_000_000, kind="signed", business="new"),
    event(12, "2026-02-20", 20_000_000, kind="signed"),
    event(13, "2026-03-02", -5_000_000, kind="signed", business="new"),
]
SHARES = [
    {"subject_id": 1, "role": "owner", "seq": 1, "payee_id": RITA, "share": WHOLE},
    {"subject_id": 2, "role": "owner", "seq": 1, "payee_id": RITA, "share": WHOLE * 8 // 10},
    {"subject_id": 2, "role": "owner", "seq": 2, "payee_id": RAY, "share": WHOLE * 2 // 10},
]
QUOTAS = [
    {"payee_id": RITA, "code": "cash", "amount": 100_000_000},
    {"payee_id": RAY, "code": "cash", "amount": 50_000_000},
]


def run(plan: Plan, events=EVENTS, shares=SHARES, quotas=QUOTAS, **options: object) -> Results:
    return compute(
        plan,
        pa.Table.from_pylist(events, schema=EVENT_SCHEMA),
        pa.Table.from_pylist(shares, schema=ASSIGNMENT_SCHEMA),
        pa.Table.from_pylist(quotas, schema=QUOTA_SCHEMA),
        ENGINE,
        **options,
    )


def test_the_quarter_of_the_worked_example() -> None:
    rows = worked_table(
        PAGE, "event", "on", "contract", "amount", "Rita's credit", "before", "after", "F(after)", "line"
    )
    expected = [
        (int(row["event"]), *(minor(row[name]) for name in ("Rita's credit", "before", "after", "line")))
        for row in rows
    ]
    results = run(cash_plan())
    rita = explain(results, RITA)
    assert [(line.event_id, line.credit, line.before, line.after, line.amount) for line in rita] == expected
    narrow = [line for line in compute_narrow(cash_plan(), EVENTS, SHARES, QUOTAS).lines if line.payee_id == RITA]
    assert [(line.event_id, line.credit, line.before, line.after, line.amount) for line in narrow] == expected


def test_the_slices_of_the_worked_example_add_up_to_their_lines() -> None:
    rows = worked_table(PAGE, "event", "from", "to", "rate", "amount")
    expected = [
        (
            int(row["event"]),
            minor(row["from"]),
            minor(row["to"]),
            int(Fraction(row["rate"]) * WHOLE),
            minor(row["amount"]),
        )
        for row in rows
    ]
    lines = explain(run(cash_plan()), RITA)
    sliced = [
        (line.event_id, part.from_total, part.to_total, part.rate, part.amount)
        for line in lines
        for part in line.slices
    ]
    assert sorted(sliced) == sorted(expected)
    assert all(sum(part.amount for part in line.slices) == line.amount for line in lines)


def test_the_earnings_of_each_month_and_of_ray() -> None:
    results = run(cash_plan())
    months = {
        (row["payee_id"], interval_dates(row["pay_no"], "month")[0].month): row["amount"]
        for row in results.earnings.to_pylist()
    }
    assert months == {(RITA, 1): 400_000, (RITA, 2): 500_000, (RITA, 3): 366_667, (RAY, 3): 100_000}
    measures = {row["payee_id"]: (row["total"], row["quota"], row["earned"]) for row in results.measures.to_pylist()}
    assert measures == {RITA: (93_333_334, 100_000_000, 1_266_667), RAY: (10_000_000, 50_000_000, 100_000)}


def test_a_line_names_its_event_its_parents_and_what_it_takes_back() -> None:
    line = explain(run(cash_plan()), RITA)[-1]
    assert (line.event_id, line.reverses_id, line.parents) == (6, 2, (("receipt", 6), ("invoice", 9)))
    assert (line.share, line.event_amount, line.quota) == (WHOLE, -35_000_000, 100_000_000)
    assert parse_refs(None) == ()


def test_a_different_plan_is_only_another_document() -> None:
    rows = worked_table(PAGE, "event", "on", "kind", "business", "Rita's credit", "month's total", "F, capped", "line")
    expected = {int(row["event"]): minor(row["line"]) for row in rows if row["line"] != "-"}
    results = run(SECOND_PLAN)
    assert {line.event_id: line.amount for line in explain(results, RITA)} == expected
    parts = {line.event_id: sorted(part.amount for part in line.slices) for line in explain(results, RITA, "monthly")}
    assert parts[5] == [-33_333, 86_666, 100_000]
    assert parts[6] == [-266_666, -175_000, 33_333]


def test_a_window_pays_its_month_on_top_of_the_earlier_totals() -> None:
    march = Window(date(2026, 3, 1), date(2026, 4, 1))
    assert events_from(cash_plan(), march.from_) == date(2026, 1, 1)
    results = run(cash_plan(), window=march)
    assert {row["payee_id"]: row["amount"] for row in results.earnings.to_pylist()} == {RITA: 366_667, RAY: 100_000}
    assert [line.event_id for line in explain(results, RITA)] == [3, 4, 5, 6]
    assert explain(results, RITA)[0].before == 75_000_000
    february = run(cash_plan(), window=Window(date(2026, 2, 1), date(2026, 3, 1)))
    assert [row["total"] for row in february.measures.to_pylist()] == [75_000_000]


def test_amounts_may_come_with_the_four_decimals_of_the_database() -> None:
    finer = [row | {"amount": row["amount"] * 100} for row in EVENTS]
    assert run(cash_plan(), events=finer, amount_digits=4).earnings.equals(run(cash_plan()).earnings)
    with pytest.raises(InputError, match="need 2 decimals"):
        run(cash_plan(), amount_digits=0)


@pytest.mark.parametrize(
    ("amount", "shares", "credits", "uncredited"),
    [
        (10_000_001, [33_333_333, 33_333_333, 33_333_334], [3_333_334, 3_333_333, 3_333_334], 0),
        (10_000_001, [25_000_000, 25_000_000, 50_000_000], [2_500_000, 2_500_000, 5_000_001], 0),
        (-10_000_001, [25_000_000, 25_000_000, 50_000_000], [-2_500_000, -2_500_000, -5_000_001], 0),
        (100_000, [60_000_000], [60_000], 40_000),
    ],
)
def test_shares_are_cut_by_largest_remainder(amount, shares, credits, uncredited) -> None:
    rows = [
        {"subject_id": 1, "role": "owner", "seq": seq, "payee_id": seq, "share": share}
        for seq, share in enumerate(shares)
    ]
    results = run(cash_plan(), events=[event(1, "2026-01-15", amount)], shares=rows)
    assert [row["credit"] for row in results.credits.to_pylist()] == credits
    assert sum(row["amount"] for row in results.uncredited.to_pylist()) == uncredited


def test_shares_follow_the_day_and_a_reversal_goes_to_those_who_had_the_credit() -> None:
    shares = [
        {"subject_id": 1, "role": "owner", "seq": 1, "payee_id": RITA, "share": WHOLE, "valid_until": date(2026, 3, 1)},
        {"subject_id": 1, "role": "owner", "seq": 1, "payee_id": RAY, "share": WHOLE, "valid_from": date(2026, 3, 1)},
    ]
    events = [
        event(1, "2026-02-28", 10_000),
        event(2, "2026-03-01", 20_000),
        event(3, "2026-03-05", -10_000, credit_on=date(2026, 2, 28), reverses_id=1),
    ]
    results = run(cash_plan(), events=events, shares=shares)
    assert [(row["event_id"], row["payee_id"], row["credit"]) for row in results.credits.to_pylist()] == [
        (1, RITA, 10_000),
        (3, RITA, -10_000),
        (2, RAY, 20_000),
    ]


@pytest.mark.parametrize("event_id", [1, 2**40])
def test_two_shares_of_one_payee_are_paid_in_the_order_of_seq(event_id) -> None:
    """Also where the event's number is too large for the packed order."""
    shares = [
        {"subject_id": 1, "role": "owner", "seq": seq, "payee_id": RITA, "share": share}
        for seq, share in ((3, 70_000_000), (1, 10_000_000), (2, 20_000_000))
    ]
    lines = explain(run(cash_plan(), events=[event(event_id, "2026-01-15", 1_000)], shares=shares), RITA)
    assert [(line.seq, line.before, line.after) for line in lines] == [(1, 0, 100), (2, 100, 300), (3, 300, 1_000)]


def test_an_event_nobody_owns_is_listed_and_not_lost() -> None:
    results = run(cash_plan(), events=[event(1, "2026-01-15", 500, subject_id=99)])
    assert results.uncredited.to_pylist() == [{"component": "cash", "event_id": 1, "amount": 500}]
    assert results.credits.num_rows == results.trace.num_rows == 0


@pytest.mark.parametrize(
    ("quota", "code"), [(None, "quota_missing"), (0, "quota_not_positive"), (-1, "quota_not_positive")]
)
def test_without_a_quota_nothing_is_paid_and_the_reason_is_given(quota, code) -> None:
    quotas = [{"payee_id": RAY, "code": "cash", "amount": quota}] if quota is not None else []
    results = run(cash_plan(), quotas=[QUOTAS[0], *quotas])
    assert {row["payee_id"] for row in results.earnings.to_pylist()} == {RITA}
    assert results.problems.to_pylist() == [
        {"component": "cash", "payee_id": RAY, "interval_no": QUARTER, "code": code, "total": 10_000_000}
    ]
    assert RAY in [row["payee_id"] for row in results.credits.to_pylist()]


def test_rounding_each_line_by_itself_is_a_choice_of_the_plan() -> None:
    """Three receipts of 0.50 at 1%: 0.005 each. By line 0.01 + 0.01 + 0.01; at the payout 0.015 makes 0.02."""
    events = [event(number, "2026-01-15", 50) for number in (1, 2, 3)]
    rate = {"mode": "flat", "steps": [{"from": "0", "rate": "0.01"}]}
    by_line = run(cash_plan(rounding="line", rate=rate, quota=None), events=events)
    at_payout = run(cash_plan(rate=rate, quota=None), events=events)
    assert [row["amount"] for row in by_line.trace.to_pylist()] == [1, 1, 1]
    assert [row["amount"] for row in at_payout.trace.to_pylist()] == [1, 0, 1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currency": "USD"}, "pays in CNY; convert the events in USD"),
        ({"event_id": 2}, "event_id is given twice"),
    ],
)
def test_events_that_do_not_stand_are_refused(changes, message) -> None:
    with pytest.raises(InputError, match=message):
        run(cash_plan(), events=[EVENTS[0] | changes, EVENTS[1]])


def test_shares_and_quotas_that_do_not_stand_are_refused() -> None:
    with pytest.raises(InputError, match="more than 1 together"):
        run(cash_plan(), shares=[SHARES[0], {**SHARES[0], "seq": 2, "payee_id": RAY, "share": 1}])
    with pytest.raises(InputError, match="same seq"):
        run(cash_plan(), shares=[SHARES[0] | {"share": 1}, SHARES[0] | {"payee_id": RAY, "share": 1}])
    with pytest.raises(InputError, match="not above 0"):
        run(cash_plan(), shares=[SHARES[0] | {"share": 0}])
    with pytest.raises(InputError, match="two quotas cash"):
        run(cash_plan(), quotas=[QUOTAS[0], QUOTAS[0]])
    with pytest.raises(InputError, match="lacks the column amount"):
        compute(
            cash_plan(),
            EVENT_SCHEMA.empty_table().drop(["amount"]),
            ASSIGNMENT_SCHEMA.empty_table(),
            QUOTA_SCHEMA.empty_table(),
            ENGINE,
        )


def test_empty_tables_pay_nothing() -> None:
    results = run(cash_plan(), events=[], shares=[], quotas=[])
    assert results.earnings.num_rows == results.trace.num_rows == results.problems.num_rows == 0


def test_very_large_amounts_are_exact_or_refused_never_wrapped() -> None:
    """A total of 9 × 10^16 yuan times rates of 8 decimals leaves 64 bits in between and is still exact."""
    large = 9 * 10**18
    rate = {"mode": "flat", "steps": [{"from": "0", "rate": "0.33333333"}]}
    results = run(cash_plan(quota=None, rate=rate), events=[event(1, "2026-01-15", large)])
    assert results.trace.to_pylist()[0]["amount"] == 2_999_999_970_000_000_000
    with pytest.raises(EngineError):
        run(cash_plan(quota=None, rate=rate), events=[event(1, "2026-01-15", large), event(2, "2026-01-16", large)])


def test_the_difference_of_two_runs_is_what_changed() -> None:
    first = run(cash_plan())
    assert diff(first, run(cash_plan())) == []
    corrected = [EVENTS[0] | {"amount": 41_000_000}, *EVENTS[1:]]
    january = interval_no(date(2026, 1, 1), "month")
    deltas = diff(first, run(cash_plan(), events=corrected))
    # 10,000 more at 1% in January; 10,000 less at 1% and more at 2% in February; March ends 10,000 higher at 2%.
    assert deltas[0] == Delta("cash", RITA, january, 400_000, 410_000)
    assert sum(delta.amount for delta in deltas) == 20_000
    assert sum(delta.after for delta in diff(None, first)) == 1_366_667


def test_tiers_of_the_worked_table() -> None:
    steps = [
        {"from": "0", "to": "10000", "rate": "0.01"},
        {"from": "10000", "to": "50000", "rate": "0.02"},
        {"from": "50000", "to": "100000", "rate": "0.03"},
        {"from": "100000", "rate": "0.04"},
    ]
    columns = {
        "marginal": {"mode": "marginal"},
        "retroactive, lower": {"mode": "retroactive"},
        "retroactive, upper": {"mode": "retroactive", "tie": "upper"},
    }
    for row in worked_table("tiers.md", "total", *columns):
        for name, table in columns.items():
            plan = cash_plan(quota=None, rate=table | {"steps": steps})
            rows = [event(1, "2026-01-15", minor(row["total"]))]
            assert [line["amount"] for line in run(plan, events=rows).trace.to_pylist()] == [minor(row[name])]
            assert [line.amount for line in compute_narrow(plan, rows, SHARES, []).lines] == [minor(row[name])]
