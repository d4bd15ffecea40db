"""The tables of docs/kernel/stage-moves.md."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.money import Money
from tiji.kernel.pipeline import (
    Move,
    days_between,
    days_over,
    forecast_category,
    is_put_off,
    move_between,
    stalls_on,
    steps_skipped,
    weighted,
)
from tiji.kernel.pipeline.funnel import bottleneck, conversions, median_of_counts, reached_or_later

NINE = range(1, 10)


@pytest.mark.parametrize(
    ("start", "end", "kind", "skipped"),
    [
        (2, 3, Move.MOVED, 0),
        (2, 4, Move.SKIPPED, 1),
        (2, 8, Move.SKIPPED, 5),
        (5, 3, Move.RETURNED, 0),
        (4, 4, Move.STAYED, 0),
    ],
)
def test_steps_of_the_nine_stages(start, end, kind, skipped):
    assert (move_between(NINE, start, end), steps_skipped(NINE, start, end)) == (kind, skipped)


def test_an_archived_stage_is_not_skipped():
    assert move_between([1, 2, 4, 5], 2, 4) == Move.MOVED


def test_a_stage_of_another_process_is_refused():
    with pytest.raises(ValueError, match="12 is not a stage position"):
        move_between(NINE, 2, 12)


@given(st.sets(st.integers(0, 50), min_size=2), st.data())
def test_a_step_and_its_way_back_are_never_both_forward(positions, data):
    start, end = data.draw(st.sampled_from(sorted(positions))), data.draw(st.sampled_from(sorted(positions)))
    forward = {Move.MOVED, Move.SKIPPED}
    kinds = {move_between(positions, start, end), move_between(positions, end, start)}
    assert kinds == {Move.STAYED} if start == end else len(kinds & forward) == 1 and Move.RETURNED in kinds


@pytest.mark.parametrize(
    ("entered", "allows", "on", "days", "over"),
    [
        ("2026-11-01", 30, "2026-11-01", 0, 0),
        ("2026-11-01", 30, "2026-12-01", 30, 0),
        ("2026-11-01", 30, "2026-12-02", 31, 1),
        ("2026-02-20", 7, "2026-03-05", 13, 6),
        ("2026-11-01", None, "2027-11-01", 365, 0),
    ],
)
def test_days_in_a_stage_and_over_its_limit(entered, allows, on, days, over):
    start, day = date.fromisoformat(entered), date.fromisoformat(on)
    assert (days_between(start, day), days_over(start, allows, day)) == (days, over)


def test_the_day_on_which_a_deal_stalls():
    assert stalls_on(date(2026, 11, 1), 30) == date(2026, 12, 2)
    assert stalls_on(date(2026, 2, 20), 7) == date(2026, 2, 28)
    assert stalls_on(date(2026, 11, 1), None) is None


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 400), st.integers(0, 800))
def test_stalled_days_begin_on_the_day_it_stalls(entered, allows, later):
    on = date.fromordinal(entered.toordinal() + later)
    first = stalls_on(entered, allows)
    assert first is not None
    assert (days_over(entered, allows, on) > 0) == (on >= first)


@pytest.mark.parametrize(
    ("before", "after", "slip"),
    [
        (None, "2026-12-12", False),
        ("2026-11-28", "2026-12-12", True),
        ("2026-12-12", "2026-12-01", False),
        ("2026-12-12", None, False),
    ],
)
def test_a_slip_is_a_known_date_set_later(before, after, slip):
    assert is_put_off(*(date.fromisoformat(text) if text else None for text in (before, after))) is slip


@pytest.mark.parametrize(
    ("amount", "currency", "percent", "result"),
    [
        ("4120000.00", "CNY", 60, "2472000.00"),
        ("100.01", "CNY", 65, "65.01"),
        ("0.05", "CNY", 10, "0.01"),
        ("1001", "JPY", 25, "250"),
    ],
)
def test_weighted_amounts(amount, currency, percent, result):
    assert weighted(Money(Decimal(amount), currency), percent) == Money(Decimal(result), currency)


def test_a_percent_beyond_a_hundred_is_refused():
    with pytest.raises(ValueError, match="between 0 and 100"):
        weighted(Money(Decimal(1), "CNY"), 101)


@pytest.mark.parametrize(
    ("status", "chosen", "stage", "category"),
    [
        ("open", "", "pipeline", "pipeline"),
        ("open", "commit", "best_case", "commit"),
        ("won", "commit", "commit", "closed"),
        ("lost", "best_case", "best_case", "omitted"),
        ("paused", "", "pipeline", "omitted"),
    ],
)
def test_forecast_category(status, chosen, stage, category):
    assert forecast_category(status, chosen, stage) == category


def test_a_funnel_counts_ever_reached_or_later():
    reached = reached_or_later([1, 2, 3, 4, 5], [1, 1, 2, 3, 3, 4, 5, 5, 5, 5])
    assert reached == [10, 8, 7, 5, 4]
    assert conversions(reached) == [Fraction(8, 10), Fraction(7, 8), Fraction(5, 7), Fraction(4, 5), None]
    assert bottleneck(reached) == 2


def test_a_few_deals_make_no_bottleneck():
    assert bottleneck([4, 1, 0]) is None


@given(st.lists(st.integers(1, 9), max_size=40))
def test_a_funnel_never_widens(tops):
    reached = reached_or_later(NINE, tops)
    assert reached == sorted(reached, reverse=True)
    assert reached[0] == len(tops)


def test_median_days():
    assert median_of_counts([(2, 2), (3, 1), (10, 1)]) == Fraction(5, 2)
    assert median_of_counts([(30, 1), (4, 1), (9, 1)]) == 9
    assert median_of_counts([]) is None
