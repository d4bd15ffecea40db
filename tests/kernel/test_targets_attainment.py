"""Attainment: the worked table of docs/kernel/attainment.md."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.periods import ChineseCalendar, FiscalCalendar, TimeProgress, time_progress
from tiji.kernel.targets import Status, attainment, coverage, pace_status, required_pipeline, rolling_target

TARGET = Decimal("3100000.00")
HALF = TimeProgress(31, 62)


@pytest.mark.parametrize(
    ("actual", "percent", "points", "status", "days_ahead", "gap", "daily", "needed"),
    [
        ("1550000.00", 50, 0, Status.GOOD, "0.0", "1550000.00", "50000.00", "50000.00"),
        ("1271000.00", 41, -9, Status.WARN, "-5.6", "1829000.00", "41000.00", "59000.00"),
        ("1240000.00", 40, -10, Status.BAD, "-6.2", "1860000.00", "40000.00", "60000.00"),
        ("3255000.00", 105, 55, Status.GOOD, "34.1", "-155000.00", "105000.00", "0.00"),
    ],
)
def test_the_worked_table(actual, percent, points, status, days_ahead, gap, daily, needed):
    progress = time_progress(FiscalCalendar().period("2026-Q4"), date(2026, 11, 18), ChineseCalendar())
    found = attainment(Decimal(actual), TARGET, progress)
    assert (found.completion, found.pace_gap) == (Fraction(percent, 100), Fraction(points, 100))
    assert (found.status, str(found.days_ahead)) == (status, days_ahead)
    assert (str(found.gap), str(found.daily_so_far), str(found.needed_per_day)) == (gap, daily, needed)


def test_without_a_target_nothing_is_said_about_it():
    found = attainment(Decimal("5.00"), None, HALF)
    assert found.daily_so_far == Decimal("0.16")
    assert {
        found.target, found.completion, found.pace_gap, found.status, found.days_ahead, found.gap, found.needed_per_day
    } == {None}  # fmt: skip


def test_a_target_of_zero_has_a_gap_and_no_completion():
    found = attainment(Decimal("5.00"), Decimal(0), HALF)
    assert (found.completion, found.status, found.gap, found.needed_per_day) == (None, None, -5, 0)


def test_there_is_no_daily_figure_before_the_first_day_and_none_needed_after_the_last():
    assert attainment(Decimal(0), TARGET, TimeProgress(0, 62)).daily_so_far is None
    assert attainment(Decimal(0), TARGET, TimeProgress(62, 62)).needed_per_day is None


def test_the_line_between_warn_and_bad_is_a_setting():
    assert pace_status(Fraction(-4, 100), Fraction(-5, 100)) is Status.WARN
    assert pace_status(Fraction(-5, 100), Fraction(-5, 100)) is Status.BAD


def test_a_rolling_target_adds_what_the_months_before_fell_short_by_together():
    hundred = Decimal(100)
    assert rolling_target(hundred, [(hundred, Decimal(80)), (hundred, Decimal(110))]) == 110
    assert rolling_target(hundred, [(hundred, Decimal(80)), (hundred, Decimal(150))]) == 100
    assert rolling_target(hundred, [(None, Decimal(80)), (hundred, Decimal(60))]) == 140
    assert rolling_target(None, [(hundred, Decimal(80))]) is None


def test_open_pipeline_covers_the_gap_so_many_times():
    assert coverage(Decimal("4650000.00"), Decimal("1860000.00")) == Fraction(5, 2)
    assert coverage(Decimal(1), Decimal(0)) is None
    assert coverage(Decimal(1), None) is None


def test_the_pipeline_a_gap_needs():
    gap, quarter = Decimal("1860000.00"), Decimal("0.25")
    assert required_pipeline(gap, quarter) == Decimal("7440000.00")
    assert required_pipeline(gap, quarter, factor=Decimal("1.2")) == Decimal("8928000.00")
    assert required_pipeline(Decimal(-1), quarter) == 0
    assert required_pipeline(gap, Decimal(0)) is None
    assert required_pipeline(gap, None) is None
    assert required_pipeline(None, quarter) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        required_pipeline(gap, 25)


@given(
    st.decimals(0, 10**9, places=2), st.decimals("0.01", 10**9, places=2), st.integers(1, 260), st.integers(0, 260)
)  # fmt: skip
def test_ahead_in_days_and_ahead_in_points_agree(actual, target, total, elapsed):
    found = attainment(actual, target, TimeProgress(min(elapsed, total), total))
    assert found.actual + found.gap == target
    assert (found.status is Status.GOOD) == (found.pace_gap >= 0)
    assert abs(found.pace_gap * total - Fraction(found.days_ahead)) <= Fraction(1, 20)
