"""An estimate is what two runs, one with the supposed events and one without them, differ by: to the cent, always."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_commission_agreement import assignment_rows, event_rows, plans, quota_rows, relaxed, run

from tiji.kernel.commission import Estimator, InputError, SheetInputs, Standing, plan_from_dict

LAST = date(2026, 6, 29)  # no event of event_rows lies after 240 days


@st.composite
def supposed_rows(draw: st.DrawFn) -> list[dict[str, object]]:
    """Up to three events after all the others, over two quarters."""
    rows = draw(event_rows())[:3]
    for place, row in enumerate(rows):
        row["event_id"] = 100_000 + place
        row["event_on"] = LAST + timedelta(days=draw(st.integers(0, 120)))
    return rows


def difference(before, after, payee: int) -> dict[tuple[str, int, int], int]:
    """What payee's earnings of two runs differ by, by component, interval and pay interval."""
    found: dict[tuple[str, int, int], int] = {}
    for sign, results in ((-1, before), (1, after)):
        for row in results.earnings.to_pylist():
            if row["payee_id"] == payee:
                key = (row["component"], row["interval_no"], row["pay_no"])
                found[key] = found.get(key, 0) + sign * row["amount"]
    return {key: amount for key, amount in found.items() if amount}


@relaxed
@given(plans(), event_rows(), supposed_rows(), assignment_rows(), quota_rows, st.sampled_from([None, 4]))
def test_an_estimate_is_the_difference_of_two_runs(plan, events, supposed, shares, quotas, digits) -> None:
    before = run(plan, events, shares, quotas, amount_digits=digits)
    after = run(plan, events + supposed, shares, quotas, amount_digits=digits)
    estimator = Estimator(plan, amount_digits=digits)
    for payee in (1, 2, 3):
        standings = estimator.stand(payee, events, shares, quotas)
        estimate = estimator.estimate(payee, standings, supposed, shares, quotas)
        told: dict[tuple[str, int, int], int] = {}
        for line in estimate.lines:
            key = (line.component, line.interval_no, line.pay_no)
            told[key] = told.get(key, 0) + line.amount
        assert {key: amount for key, amount in told.items() if amount} == difference(before, after, payee)
        wide = {
            (row["component"], row["event_id"], row["seq"]): row
            for row in after.trace.to_pylist()
            if row["payee_id"] == payee and row["event_id"] >= 100_000
        }
        assert {(line.component, line.event_id, line.seq) for line in estimate.lines} == set(wide)
        for line in estimate.lines:
            row = wide[line.component, line.event_id, line.seq]
            for name in ("credit", "before", "after", "quota", "amount", "rate"):
                assert getattr(line, name) == row[name], name
            assert sum(part.amount for part in line.slices) == line.amount


# The plan, quotas, contracts and events of docs/kernel/commission-pipeline.md, "Worked example".
STEPS = [("0", "0.6", "0.01"), ("0.6", "1", "0.02"), ("1", "1.2", "0.035"), ("1.2", None, "0.05")]
CASH = {
    "code": "cash",
    "credit": {"event": "receipt"},
    "measure": {"interval": "quarter"},
    "quota": {"code": "cash"},
    "rate": {
        "mode": "marginal",
        "unit": "attainment",
        "steps": [{"from": low, **({"to": high} if high else {}), "rate": rate} for low, high, rate in STEPS],
    },
}
RITA, RAY = 1, 2
SHARES = [
    {"subject_id": 1, "role": "owner", "seq": 1, "payee_id": RITA, "share": 100_000_000},
    {"subject_id": 2, "role": "owner", "seq": 1, "payee_id": RITA, "share": 80_000_000},
    {"subject_id": 2, "role": "owner", "seq": 2, "payee_id": RAY, "share": 20_000_000},
]
QUOTAS = [
    {"payee_id": RITA, "code": "cash", "amount": 100_000_000, "valid_from": None, "valid_until": date(2026, 4, 1)},
    {"payee_id": RAY, "code": "cash", "amount": 50_000_000, "valid_from": None, "valid_until": date(2026, 4, 1)},
]


def a_plan(component=CASH, **more):
    return plan_from_dict({"code": "cash-2026", "currency": "CNY", "components": [component], **more})


def event(number: int, on: str, contract: int, amount: int) -> dict[str, object]:
    day = date.fromisoformat(on)
    return {
        "event_id": number,
        "event_on": day,
        "kind": "receipt",
        "subject_id": contract,
        "amount": amount,
        "currency": "CNY",
    }


HAPPENED = [event(1, "2026-01-15", 1, 40_000_000), event(2, "2026-02-10", 1, 35_000_000)]
TO_COME = [
    event(3, "2026-03-05", 2, 50_000_000),
    event(4, "2026-03-20", 1, 3_333_333),
    event(5, "2026-03-25", 1, 10_000_001),
]


def test_the_worked_example_is_told_before_it_happens() -> None:
    estimator = Estimator(a_plan())
    standings = estimator.stand(RITA, HAPPENED, SHARES, QUOTAS)
    estimate = estimator.estimate(RITA, standings, TO_COME, SHARES, QUOTAS)
    assert [line.amount for line in estimate.lines] == [1_025_000, 116_667, 475_000]
    assert [part.amount for part in estimate.lines[0].slices] == [500_000, 525_000]
    assert estimate.amount == 1_616_667
    assert estimate.of_event(4) == 116_667


def test_the_next_step_says_how_far_it_is_and_what_the_way_pays() -> None:
    """From 1,150,000 it is 50,000 to 120%, at 3.5%; from there on 5%."""
    estimator = Estimator(a_plan())
    standings = estimator.stand(RITA, HAPPENED, SHARES, QUOTAS)
    (reached,) = estimator.estimate(RITA, standings, TO_COME[:1], SHARES, QUOTAS).reached
    assert (reached.before, reached.after) == (75_000_000, 115_000_000)
    assert (reached.next.distance, reached.next.way, str(reached.next.value)) == (5_000_000, 175_000, "0.05")
    (above,) = estimator.estimate(RITA, standings, TO_COME, SHARES, QUOTAS).reached
    assert above.next is None


# The table of docs/kernel/tiers.md.
RETROACTIVE = {
    "code": "month",
    "credit": {"event": "receipt"},
    "measure": {"interval": "month"},
    "rate": {
        "mode": "retroactive",
        "steps": [
            {"from": "0", "to": "10000", "rate": "0.01"},
            {"from": "10000", "to": "50000", "rate": "0.02"},
            {"from": "50000", "to": "100000", "rate": "0.03"},
            {"from": "100000", "rate": "0.04"},
        ],
    },
}


@pytest.mark.parametrize(
    ("tie", "distance", "way"),
    [
        ("lower", 100_001, 11_000),  # 10,000.01 × 2% = 200.00, less the 90.00 of 9,000.00 at 1%
        ("upper", 100_000, 11_000),  # 10,000.00 × 2% = 200.00, less the same
    ],
)
def test_a_retroactive_step_pays_earlier_money_again(tie, distance, way) -> None:
    component = {**RETROACTIVE, "rate": {**RETROACTIVE["rate"], "tie": tie}}
    estimator = Estimator(a_plan(component))
    (reached,) = estimator.estimate(RITA, {}, [event(1, "2026-01-15", 1, 900_000)], SHARES).reached
    assert (reached.amount, reached.next.distance, reached.next.way) == (9_000, distance, way)
    jump = event(2, "2026-01-16", 1, distance)
    standings = estimator.stand(RITA, [event(1, "2026-01-15", 1, 900_000)], SHARES, ())
    assert estimator.estimate(RITA, standings, [jump], SHARES).amount == way


def test_where_the_cap_is_reached_the_estimate_says_so() -> None:
    component = {**RETROACTIVE, "cap": {"amount": "150"}}
    estimator = Estimator(a_plan(component))
    estimate = estimator.estimate(RITA, {}, [event(1, "2026-01-15", 1, 1_200_000)], SHARES)
    assert (estimate.amount, estimate.reached[0].capped) == (15_000, True)  # 240.00, of which 150.00 are paid
    below = estimator.estimate(RITA, {}, [event(1, "2026-01-15", 1, 900_000)], SHARES)
    assert (below.amount, below.reached[0].capped) == (9_000, False)


def test_without_a_quota_there_is_a_reason_and_no_zero() -> None:
    estimator = Estimator(a_plan())
    estimate = estimator.estimate(RITA, {}, [event(9, "2026-05-01", 1, 100)], SHARES, QUOTAS)
    assert [(one.component, one.code) for one in estimate.problems] == [("cash", "quota_missing")]
    assert (estimate.lines, estimate.uncounted) == ((), ())


def test_what_the_plan_does_not_count_is_named() -> None:
    signed = {**event(9, "2026-02-01", 1, 100), "kind": "signed"}
    estimate = Estimator(a_plan()).estimate(RITA, {}, [signed], SHARES, QUOTAS)
    assert estimate.uncounted == (9,)
    assert Estimator(a_plan()).estimate(3, {}, TO_COME, SHARES, QUOTAS).uncounted == (3, 4, 5)


def test_events_in_another_currency_are_refused() -> None:
    with pytest.raises(InputError, match="CNY"):
        Estimator(a_plan()).estimate(RITA, {}, [{**TO_COME[0], "currency": "USD"}], SHARES, QUOTAS)


def test_the_month_is_paid_more_only_by_what_its_draw_leaves() -> None:
    """1,500 are earned and the draw lifts them to 2,000; 1,000 more earn 2,500, of which 500 are paid more."""
    component = {**RETROACTIVE, "rate": {"mode": "flat", "steps": [{"from": "0", "rate": "0.1"}]}}
    plan = a_plan(component, payment=[{"code": "advance", "draw": "2000", "recoverable": True}])
    totals = [{"component": "month", "payee_id": RITA, "month_no": 2026 * 12, "credit": 1_500_000, "amount": 150_000}]
    sheet = SheetInputs(totals, [{"payee_id": RITA, "valid_from": None, "valid_until": None}])
    estimator = Estimator(plan)
    standings = {("month", 2026 * 12): Standing(1_500_000)}
    estimate = estimator.estimate(RITA, standings, [event(2, "2026-01-16", 1, 1_000_000)], SHARES, sheet=sheet)
    assert estimate.amount == 100_000
    assert dict(estimate.paid_more) == {2026 * 12: 50_000}
