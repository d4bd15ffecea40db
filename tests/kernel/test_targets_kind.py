"""Existing or new: the table of docs/kernel/existing-or-new.md."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.targets import BusinessKind, business_kind

EXISTING, NEW = BusinessKind.EXISTING, BusinessKind.NEW
OLD, LAST = date(2020, 3, 15), date(2024, 3, 15)


@pytest.mark.parametrize(
    ("signed", "on", "kind"),
    [
        ([], date(2026, 3, 1), NEW),
        ([date(2026, 3, 1)], date(2026, 3, 1), NEW),
        ([date(2025, 3, 15)], date(2026, 3, 14), NEW),
        ([date(2025, 3, 15)], date(2026, 3, 15), EXISTING),
        ([date(2024, 2, 29)], date(2025, 2, 28), EXISTING),
        ([OLD, LAST], date(2026, 3, 15), EXISTING),
        ([LAST, OLD], date(2026, 3, 16), NEW),
        ([OLD, date(2026, 3, 16)], date(2026, 4, 20), EXISTING),
    ],
)
def test_a_customer_is_new_for_a_year_and_again_after_two_years_of_silence(signed, on, kind):
    assert business_kind(signed, on) is kind


@pytest.mark.parametrize(
    ("on", "kind"), [(date(2025, 9, 14), NEW), (date(2025, 9, 15), EXISTING), (date(2026, 9, 16), NEW)]
)
def test_the_months_are_settings(on, kind):
    assert business_kind([date(2025, 3, 15)], on, new_for_months=6, win_back_months=18) is kind


DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(st.lists(DAYS), DAYS)
def test_what_is_signed_on_the_day_or_later_changes_nothing(signed, on):
    assert business_kind(signed, on) is business_kind([day for day in signed if day < on], on)
