"""Whose an event is: shares that split an amount, shares for oneself, subjects of a role's own, shares held elsewhere.

Source: docs/kernel/commission-pipeline.md, "Roles"
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tiji.kernel.commission import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    QUOTA_SCHEMA,
    InputError,
    PlanError,
    Results,
    compute,
    compute_narrow,
    plan_from_dict,
    plan_to_dict,
    subject_column,
)
from tiji.kernel.engine import DuckEngine

RITA, RAY, MAX, ERIN, PETRA = 1, 2, 3, 4, 5
HALF, WHOLE = 50_000_000, 100_000_000
OVERLAY = "product_manager"
EVENTS = pa.schema([*EVENT_SCHEMA, pa.field(subject_column(OVERLAY), pa.int64())])
BOTH = [(1, "owner", 1, RITA, HALF), (1, "owner", 2, RAY, HALF)]


def plan_of(*credits: dict[str, Any], rate: str = "0.02"):
    """One component for each credit rule."""
    parts = [
        {
            "code": f"c{number}",
            "credit": {"event": "receipt", **credit},
            "measure": {"interval": "month"},
            "rate": {"mode": "flat", "steps": [{"from": "0", "rate": rate}]},
        }
        for number, credit in enumerate(credits)
    ]
    return plan_from_dict({"code": "roles", "currency": "CNY", "components": parts})


def event(number: int, amount: int, subject: int = 1, own: int | None = None, **facts: Any) -> dict[str, Any]:
    row = {"event_id": number, "event_on": date(2026, 1, 15), "kind": "receipt", "subject_id": subject}
    return {**row, "amount": amount, "currency": "CNY", subject_column(OVERLAY): own, **facts}


def share(subject: int, role: str, seq: int, payee: int | None, part: int, **days: date) -> dict[str, Any]:
    row = {"subject_id": subject, "role": role, "seq": seq, "payee_id": payee, "share": part}
    return {**row, "valid_from": None, "valid_until": None, **days}


def run(plan, events: list[dict[str, Any]], shares: list[tuple]) -> Results:
    """Computed on the engine and in fractions, which must agree."""
    rows = [share(*one) if isinstance(one, tuple) else one for one in shares]
    tables = (
        pa.Table.from_pylist(events, schema=EVENTS),
        pa.Table.from_pylist(rows, schema=ASSIGNMENT_SCHEMA),
        pa.Table.from_pylist([], schema=QUOTA_SCHEMA),
    )
    wide, narrow = compute(plan, *tables, DuckEngine(threads=1)), compute_narrow(plan, events, rows, [])
    assert sorted(credits_of(wide)) == sorted(
        (line.component, line.event_id, line.payee_id, line.credit) for line in narrow.lines
    )
    assert uncredited(wide) == narrow.uncredited
    return wide


def credits_of(results: Results) -> list[tuple[str, int, int, int]]:
    names = ("component", "event_id", "payee_id", "credit")
    return [tuple(row[name] for name in names) for row in results.credits.to_pylist()]


def uncredited(results: Results) -> dict[tuple[str, int], int]:
    return {(row["component"], row["event_id"]): row["amount"] for row in results.uncredited.to_pylist()}


def test_everybody_above_gets_the_whole_for_himself_and_nothing_is_left():
    plan = plan_of({"role": "manager", "sharing": "each"})
    above = [(1, "manager", 1, MAX, WHOLE), (1, "manager", 2, ERIN, WHOLE)]
    found = run(plan, [event(1, 10_000_001)], above)
    assert credits_of(found) == [("c0", 1, MAX, 10_000_001), ("c0", 1, ERIN, 10_000_001)]
    assert (uncredited(found), sum(found.earnings["amount"].to_pylist())) == ({}, 400_000)


def test_shares_for_oneself_are_rounded_each_and_those_that_split_together():
    # Half a cent each: 0.005 rounds to 0.01 for each; one cent that is split goes to the first.
    assert credits_of(run(plan_of({"sharing": "each"}), [event(1, 1)], BOTH)) == [("c0", 1, RITA, 1), ("c0", 1, RAY, 1)]
    assert credits_of(run(plan_of({}), [event(1, 1)], BOTH)) == [("c0", 1, RITA, 1), ("c0", 1, RAY, 0)]


def test_shares_for_oneself_may_be_more_than_the_whole_together_but_no_one_of_them():
    three = [(1, "owner", seq, seq, WHOLE) for seq in (1, 2, 3)]
    assert len(credits_of(run(plan_of({"sharing": "each"}), [event(1, 100)], three))) == 3
    with pytest.raises(InputError, match="more than 1 together"):
        run(plan_of({}), [event(1, 100)], three)
    with pytest.raises(InputError, match="more than 1 together"):
        run(plan_of({"sharing": "each"}), [event(1, 100)], [(1, "owner", 1, RITA, WHOLE + 1)])


def test_an_event_whose_owner_nobody_leads_is_left_whole():
    plan = plan_of({"role": "manager", "sharing": "each"})
    past = share(1, "manager", 1, MAX, WHOLE, valid_until=date(2026, 1, 1))
    gone = share(1, "manager", 2, ERIN, WHOLE, valid_until=date(2025, 1, 1))
    assert uncredited(run(plan, [event(1, 500), event(2, 700, subject=9)], [past, gone])) == {
        ("c0", 1): 500,
        ("c0", 2): 700,
    }


def test_a_role_has_subjects_of_its_own_beside_the_owners():
    # Document 77 is 60% of Petra's line; event 2 has no document, and nobody holds subject 2 as product manager.
    plan = plan_of({}, {"role": OVERLAY})
    shares = [(1, "owner", 1, RITA, WHOLE), (2, "owner", 1, RAY, WHOLE), (77, OVERLAY, 1, PETRA, 60_000_000)]
    found = run(plan, [event(1, 1001, own=77), event(2, 500, subject=2)], shares)
    # 60% of 10.01 is 6.006.
    assert credits_of(found) == [("c0", 1, RITA, 1001), ("c0", 2, RAY, 500), ("c1", 1, PETRA, 601)]
    assert uncredited(found) == {("c1", 1): 400, ("c1", 2): 500}


@pytest.mark.parametrize(("mine", "other", "credit"), [(1, 2, 1), (2, 1, 0)])
def test_what_somebody_outside_of_the_plan_holds_takes_its_cents_with_it(mine, other, credit):
    # One cent is shared by two: whoever comes first has it, paid by this plan or not; never both, never neither.
    shares = [(1, "owner", mine, RITA, HALF), (1, "owner", other, None, HALF)]
    found = run(plan_of({}), [event(1, 1)], shares)
    assert credits_of(found) == [("c0", 1, RITA, credit)]
    assert uncredited(found) == ({} if credit else {("c0", 1): 1})


def test_what_only_others_hold_is_not_credited_here():
    assert uncredited(run(plan_of({}), [event(1, 900)], [(1, "owner", 1, None, WHOLE)])) == {("c0", 1): 900}


def test_a_reversal_gives_back_exactly_what_each_role_was_credited():
    plan = plan_of({"role": "manager", "sharing": "each"}, {"role": OVERLAY})
    shares = [
        share(1, "manager", 1, MAX, WHOLE, valid_until=date(2026, 2, 1)),
        share(1, "manager", 1, ERIN, WHOLE, valid_from=date(2026, 2, 1)),
        share(77, OVERLAY, 1, PETRA, 33_333_333),
    ]
    there = event(1, 99_999, own=77)
    back = event(2, -99_999, own=77, event_on=date(2026, 2, 20), credit_on=date(2026, 1, 15), reverses_id=1)
    sums: dict[tuple[str, int], int] = {}
    for component, _event, payee, credit in credits_of(run(plan, [there, back], shares)):
        sums[component, payee] = sums.get((component, payee), 0) + credit
    assert sums == {("c0", MAX): 0, ("c1", PETRA): 0}


def test_the_choices_of_a_roll_up_stand_in_the_document():
    plan = plan_of({"role": "manager", "sharing": "each", "levels": 2, "hierarchy": "period_end"})
    written = plan_to_dict(plan)["components"][0]["credit"]
    assert (written["sharing"], written["levels"], written["hierarchy"]) == ("each", 2, "period_end")
    assert plan_from_dict(plan_to_dict(plan)) == plan
    plain = plan_to_dict(plan_of({}))["components"][0]["credit"]
    assert (plain["sharing"], plain["levels"], plain["hierarchy"]) == ("split", None, "event")


@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        ({"levels": 0}, "components[0].credit.levels", "whole"),
        ({"levels": "all"}, "components[0].credit.levels", "whole"),
        ({"hierarchy": "yesterday"}, "components[0].credit.hierarchy", "choice"),
        ({"sharing": "some"}, "components[0].credit.sharing", "choice"),
    ],
)
def test_what_a_roll_up_cannot_say_is_named_at_its_place(given, path, code):
    with pytest.raises(PlanError) as refused:
        plan_of(given)
    assert [(problem.path, problem.code) for problem in refused.value.problems] == [(path, code)]
