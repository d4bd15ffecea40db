"""Fiscal periods, working days and time progress: tables from docs/kernel/periods.md."""

import csv
import gzip
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.periods import (
    ChineseCalendar,
    CountryCalendar,
    FiscalCalendar,
    PeriodKind,
    WeekdayCalendar,
    add_months,
    time_progress,
)

CHINA = ChineseCalendar()
DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("start_month", "day", "year", "quarter", "month", "first_of_month"),
    [
        (1, date(2026, 11, 22), 2026, "2026-Q4", "2026-M11", date(2026, 11, 1)),
        (4, date(2026, 3, 31), 2026, "2026-Q4", "2026-M12", date(2026, 3, 1)),
        (4, date(2026, 4, 1), 2027, "2027-Q1", "2027-M01", date(2026, 4, 1)),
        (4, date(2027, 2, 14), 2027, "2027-Q4", "2027-M11", date(2027, 2, 1)),
        (7, date(2013, 7, 1), 2014, "2014-Q1", "2014-M01", date(2013, 7, 1)),
    ],
)
def test_a_day_lies_in_the_fiscal_year_named_by_the_year_it_ends_in(
    start_month, day, year, quarter, month, first_of_month
):
    fiscal = FiscalCalendar(start_month)
    assert fiscal.year_of(day) == year
    assert fiscal.period_of(day, PeriodKind.QUARTER).key == quarter
    assert fiscal.period_of(day, PeriodKind.MONTH).key == month
    assert fiscal.period(month).start == first_of_month


def test_periods_are_half_open():
    quarter = FiscalCalendar().period("2026-Q4")
    assert (quarter.start, quarter.end, quarter.last_day) == (date(2026, 10, 1), date(2027, 1, 1), date(2026, 12, 31))
    assert quarter.contains(date(2026, 10, 1))
    assert quarter.contains(date(2026, 12, 31))
    assert not quarter.contains(date(2027, 1, 1))


def test_the_neighbours_of_a_period_cross_the_year():
    fiscal = FiscalCalendar(4)
    first = fiscal.period("2027-Q1")
    assert fiscal.previous(first).key == "2026-Q4"
    assert fiscal.next(fiscal.period("2026-Q4")) == first
    assert fiscal.same_last_year(fiscal.period("2027-M11")).key == "2026-M11"
    assert [month.key for month in fiscal.months_of(first)] == ["2027-M01", "2027-M02", "2027-M03"]


@pytest.mark.parametrize("key", ["2026-11", "2026-Q5", "2026-M13", "2026-M00", "26", "2026-Q4 ", "2026-q4", ""])
def test_what_is_no_period_is_refused(key):
    with pytest.raises(ValueError, match="not a period"):
        FiscalCalendar().period(key)


@pytest.mark.parametrize("month", [0, 13])
def test_a_fiscal_year_starts_in_a_month(month):
    with pytest.raises(ValueError, match="1 to 12"):
        FiscalCalendar(month)


@given(st.integers(1, 12), st.integers(1990, 2100))
def test_quarters_and_months_tile_the_year(start_month, number):
    fiscal = FiscalCalendar(start_month)
    year = fiscal.year(number)
    for parts in (fiscal.quarters(number), fiscal.months(number)):
        assert parts[0].start == year.start
        assert parts[-1].end == year.end
        assert all(one.end == other.start for one, other in pairwise(parts))
        assert all(fiscal.period(part.key) == part for part in parts)
        assert {fiscal.year_of(part.start) for part in parts} == {number}


def test_a_month_after_the_thirty_first_is_the_last_day():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)


@pytest.mark.parametrize(("period", "days"), [("2026-M10", 18), ("2026-M11", 21), ("2026-M12", 23), ("2026-Q4", 62)])
def test_the_fourth_quarter_of_2026_in_china(period, days):
    found = FiscalCalendar().period(period)
    assert CHINA.workdays_between(found.start, found.end) == days


def test_a_make_up_day_is_worked_and_a_holiday_is_not():
    assert CHINA.is_workday(date(2026, 10, 10))
    assert not CHINA.is_workday(date(2026, 10, 7))
    assert CHINA.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CHINA.add_workdays(date(2026, 10, 8), -1) == date(2026, 9, 30)


def test_no_working_day_added_gives_the_day_or_the_next_one_that_is_worked():
    assert CHINA.add_workdays(date(2026, 10, 3), 0) == date(2026, 10, 8)
    assert CHINA.add_workdays(date(2026, 10, 8), 0) == date(2026, 10, 8)


@pytest.mark.parametrize("year", [1999, 2003, 2090])
def test_a_year_not_announced_is_monday_to_friday_and_provisional(year):
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    assert CHINA.provisional(year)
    assert CHINA.workdays_between(start, end) == WeekdayCalendar().workdays_between(start, end)


def test_an_announced_year_is_not_provisional():
    assert not CHINA.provisional(2026)


def test_the_company_s_own_days_come_first():
    own = ChineseCalendar({date(2026, 10, 10): False, date(2026, 10, 4): True})
    assert not own.is_workday(date(2026, 10, 10))
    assert own.is_workday(date(2026, 10, 4))
    assert own.workdays_between(date(2026, 10, 1), date(2026, 11, 1)) == 18
    assert own.workdays_between(date(2026, 10, 1), date(2026, 10, 6)) == 1


@given(DAYS, DAYS, DAYS)
def test_counts_of_working_days_add_up_whatever_the_order(a, b, c):
    between = CHINA.workdays_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(st.dates(date(2005, 1, 1), date(2027, 12, 31)), st.integers(0, 400))
def test_a_count_is_the_number_of_days_that_are_worked(start, length):
    days = [start + timedelta(days=step) for step in range(length)]
    assert CHINA.workdays_between(start, start + timedelta(days=length)) == sum(map(CHINA.is_workday, days))


@given(st.dates(date(2005, 1, 1), date(2027, 12, 31)), st.integers(1, 60))
def test_the_nth_working_day_after_a_day_does_not_count_the_day(start, count):
    found = CHINA.add_workdays(start, count)
    assert CHINA.is_workday(found)
    assert CHINA.workdays_between(start + timedelta(days=1), found + timedelta(days=1)) == count


def test_other_countries_have_their_own_week_and_holidays():
    america, arabia = CountryCalendar("US"), CountryCalendar("SA")
    assert not america.is_workday(date(2026, 12, 25))
    assert america.is_workday(date(2026, 10, 1))
    assert not arabia.is_workday(date(2026, 11, 20))
    assert arabia.is_workday(date(2026, 11, 22))
    assert america.provisional(2500)
    assert not america.provisional(2026)
    with pytest.raises(ValueError, match="Atlantis"):
        CountryCalendar("Atlantis")


@pytest.mark.parametrize(
    ("as_of", "elapsed", "share"),
    [
        (date(2026, 9, 30), 0, Fraction(0)),
        (date(2026, 10, 31), 18, Fraction(9, 31)),
        (date(2026, 11, 18), 31, Fraction(1, 2)),
        (date(2026, 12, 31), 62, Fraction(1)),
        (date(2027, 6, 1), 62, Fraction(1)),
    ],
)
def test_time_progress_counts_the_day_itself(as_of, elapsed, share):
    progress = time_progress(FiscalCalendar().period("2026-Q4"), as_of, CHINA)
    assert (progress.elapsed, progress.total, progress.left) == (elapsed, 62, 62 - elapsed)
    assert progress.share == share


@pytest.mark.real_data
def test_every_day_agrees_with_the_published_calendar(real_data):
    path = real_data / "china_calendar" / "cn_workday_calendar.csv.gz"
    if not path.is_file():
        pytest.skip("the published calendar is not here")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [(date.fromisoformat(row["date"]), row["is_workday"] == "1") for row in csv.DictReader(lines)]
    assert len(rows) == 8401
    assert [day for day, works in rows if CHINA.is_workday(day) != works] == []
