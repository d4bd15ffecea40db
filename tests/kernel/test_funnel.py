"""The worked table of docs/kernel/funnel.md, and both computations against each other on random ledgers."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiji.kernel.engine import DuckEngine
from tiji.kernel.funnel import STAGE_EVENT_SCHEMA, Bottleneck, FunnelReport, StageEvent, funnel, funnel_wide
from worked_tables import minor, worked_table

ENGINE = DuckEngine(threads=1)
APRIL_30 = date(2026, 4, 30)
MOVES = {
    (1, 10_000): [("2026-01-01", 0), ("2026-01-11", 1), ("2026-01-31", 2), ("2026-02-10", 3)],
    (2, 30_000): [("2026-01-05", 0), ("2026-01-25", 2), ("2026-02-14", 3)],
    (3, 5_000): [("2026-01-10", 0), ("2026-01-20", 1), ("2026-01-30", 0), ("2026-02-04", 1)],
    (4, 8_000): [("2026-01-12", 0), ("2026-01-14", -1)],
    (5, 7_000): [("2026-01-20", 0), ("2026-02-01", 1), ("2026-03-03", -1)],
    (6, 4_000): [("2026-03-02", 0), ("2026-05-05", 1)],
}
EVENTS = [
    StageEvent(deal, number, date.fromisoformat(on), stage, amount)
    for (deal, amount), moves in MOVES.items()
    for number, (on, stage) in enumerate(moves)
]


def table_of(events: list[StageEvent]) -> pa.Table:
    rows = [
        {"deal_id": e.deal_id, "event_no": e.event_no, "on": e.on, "stage": e.stage, "amount": e.amount} for e in events
    ]
    return pa.Table.from_pylist(rows, schema=STAGE_EVENT_SCHEMA)


def narrow(events: list[StageEvent], stages: int, **options: date | None) -> FunnelReport:
    return funnel(events, stages, **options)


def wide(events: list[StageEvent], stages: int, **options: date | None) -> FunnelReport:
    return funnel_wide(table_of(events), stages, ENGINE, **options)


@pytest.fixture(params=[narrow, wide], ids=["narrow", "wide"])
def count(request):
    return request.param


def test_the_stages_of_the_worked_table(count) -> None:
    rows = worked_table("funnel.md", "stage", "reached", "amount", "conversion", "median days")
    expected = [
        (
            int(row["stage"]),
            int(row["reached"]),
            minor(row["amount"]),
            None if row["conversion"] == "-" else Fraction(row["conversion"]),
            None if row["median days"] == "-" else int(row["median days"]),
        )
        for row in rows
    ]
    found = count(EVENTS, 4, as_of=APRIL_30).stages
    assert [(row.stage, row.reached, row.amount, row.conversion, row.median_days) for row in found] == expected


def test_outcomes_and_velocity_of_the_worked_table(count) -> None:
    report = count(EVENTS, 4, as_of=APRIL_30)
    assert (report.outcomes.open, report.outcomes.won, report.outcomes.lost) == (2, 2, 2)
    assert (report.win_rate, report.average_amount, report.average_cycle_days) == (Fraction(1, 2), 20_000, 40)
    assert report.velocity == 500
    assert report.conversion_to_end(0) == Fraction(1, 3)


def test_the_bottleneck_falls_shortest_of_its_baseline(count) -> None:
    baseline = {0: Fraction("0.7"), 1: Fraction("0.6"), 2: Fraction("0.9")}
    report = count(EVENTS, 4, as_of=APRIL_30)
    assert report.bottleneck(baseline) == Bottleneck(1, Fraction(1, 2), Fraction(3, 5), Fraction(1, 10), Fraction(2, 5))
    assert report.bottleneck({0: Fraction(1, 2), 2: Fraction(1)}) is None


def test_a_cohort_is_the_deals_that_began_in_its_period(count) -> None:
    march = count(EVENTS, 4, as_of=date(2026, 5, 31), since=date(2026, 3, 1), until=date(2026, 4, 1))
    assert [row.reached for row in march.stages] == [1, 1, 0, 0]
    assert march.win_rate is march.velocity is None
    assert march.stages[2].conversion is None


def test_an_empty_ledger_is_an_empty_funnel(count) -> None:
    report = count([], 3, as_of=APRIL_30)
    assert [(row.reached, row.amount, row.conversion) for row in report.stages] == [(0, 0, None)] * 3


def test_a_stage_outside_the_process_is_refused(count) -> None:
    with pytest.raises(ValueError, match="process"):
        count([StageEvent(1, 1, APRIL_30, 4)], 4, as_of=APRIL_30)


days = st.integers(0, 60).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
moves = st.tuples(st.integers(1, 8), days, st.integers(-1, 4), st.integers(0, 10_000))


@settings(max_examples=60, deadline=None)
@given(st.lists(moves, max_size=40), days, st.one_of(st.none(), days), st.one_of(st.none(), days), st.randoms())
def test_both_computations_agree_and_reached_only_falls(rows, as_of, since, until, random) -> None:
    events = [StageEvent(deal, number, on, stage, amount) for number, (deal, on, stage, amount) in enumerate(rows)]
    one = narrow(events, 5, as_of=as_of, since=since, until=until)
    random.shuffle(events)
    assert wide(events, 5, as_of=as_of, since=since, until=until) == one
    reached = [row.reached for row in one.stages]
    assert reached == sorted(reached, reverse=True)
    assert all(row.conversion is None or 0 <= row.conversion <= 1 for row in one.stages)
