"""Where weights come from: the worked table of docs/kernel/target-weights.md, and sums by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tiji.kernel.periods import FiscalCalendar
from tiji.kernel.targets import Ramp, Seat, blend, capacity, percent_weights, shares_of

YEAR = FiscalCalendar().year(2026)


def test_who_is_there_all_year_is_one_seller_and_half_a_seat_is_half():
    assert capacity([Seat(date(2020, 1, 1), None)], YEAR) == 1
    assert capacity([Seat(date(2020, 1, 1), None, Fraction(1, 2))], YEAR) == Fraction(1, 2)
    assert capacity([], YEAR) == 0


def test_a_joiner_counts_from_his_day_and_less_during_his_ramp():
    """From 1 July: 184 days of 365. 90 of them at half: 139 days."""
    seats = [Seat(date(2026, 7, 1), None)]
    assert capacity(seats, YEAR) == Fraction(184, 365)
    assert capacity(seats, YEAR, Ramp(90, Fraction(1, 2))) == Fraction(45 + 94, 365)


def test_a_ramp_begun_last_year_ends_in_this_one_and_a_change_of_seat_begins_none():
    """From 1 December 2025, 90 days end on 1 March: 59 days of 2026 at half, 306 in full."""
    assert capacity([Seat(date(2025, 12, 1), None)], YEAR, Ramp(90, Fraction(1, 2))) == (Fraction(59, 2) + 306) / 365
    moved = [Seat(date(2020, 1, 1), date(2026, 7, 1)), Seat(date(2026, 7, 1), None)]
    assert capacity(moved, YEAR, Ramp(90, Fraction(1, 2))) == 1


def test_who_leaves_counts_until_his_day():
    assert capacity([Seat(date(2020, 1, 1), date(2026, 4, 1))], YEAR) == Fraction(90, 365)


def test_the_worked_mix():
    """Results 600, 300, 100 at half; open business 100, 100, 200 at 0.3; capacity 1, 1, 0.5 at 0.2."""
    mixed = blend(
        [
            (Decimal("0.5"), {"ann": 600, "ben": 300, "cem": 100}),
            (Decimal("0.3"), {"ann": 100, "ben": 100, "cem": 200}),
            (Decimal("0.2"), {"ann": 1, "ben": 1, "cem": Fraction(1, 2)}),
        ]
    )
    assert mixed == {"ann": Fraction(455, 1000), "ben": Fraction(305, 1000), "cem": Fraction(24, 100)}
    assert percent_weights(mixed) == {"ann": Decimal("45.50"), "ben": Decimal("30.50"), "cem": Decimal("24.00")}


def test_a_basis_nobody_has_anything_in_is_left_out():
    mixed = blend([(Decimal("0.5"), {"ann": 0, "ben": 0}), (Decimal("0.2"), {"ann": 1, "ben": 3})])
    assert percent_weights(mixed) == {"ann": Decimal("25.00"), "ben": Decimal("75.00")}


def test_weights_come_to_a_hundred():
    assert percent_weights({"a": 1, "b": 1, "c": 1}) == {
        "a": Decimal("33.34"),
        "b": Decimal("33.33"),
        "c": Decimal("33.33"),
    }
    assert percent_weights({"a": 0, "b": 0}) == {"a": Decimal("50.00"), "b": Decimal("50.00")}
    assert percent_weights({}) == {}


def test_what_is_below_nothing_counts_as_nothing():
    assert shares_of({"a": -50, "b": 50}) == {"a": 0, "b": 1}
    with pytest.raises(ValueError, match="negative"):
        blend([(Decimal(-1), {"a": 1})])
