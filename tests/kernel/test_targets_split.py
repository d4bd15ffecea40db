"""One amount over parts: tables from docs/kernel/target-split.md, and what is never lost."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.money import CurrencyMismatch, Money
from tiji.kernel.targets import Excess, Origin, Part, TypedExceedsTotal, even, seasonal, split, weighted

SEASON = [Decimal(w) for w in ("5.5", "4", "8.5", "7.5", "8", "9.5", "7.5", "8.5", "11", "8", "9.5", "12.5")]
REPS = {"rita": 1, "ray": 2, "rose": 3, "ron": 1, "ruth": 1}


def cny(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


def test_typed_parts_keep_their_amount_and_the_rest_is_shared_by_weight():
    result = split(cny("1000.00"), weighted(REPS, {"rose": cny("400.00"), "ron": cny("0.00")}))
    assert [str(share.amount.amount) for share in result.shares] == ["150.00", "300.00", "400.00", "0.00", "150.00"]
    assert [share.origin for share in result.shares] == [
        Origin.DERIVED, Origin.DERIVED, Origin.TYPED, Origin.TYPED, Origin.DERIVED,
    ]  # fmt: skip
    assert (result.gap, result.over_assignment) == (cny("0.00"), 0)


def test_typed_parts_above_the_total_are_refused_with_both_amounts():
    with pytest.raises(TypedExceedsTotal, match=r"1100\.00") as refused:
        split(cny("1000.00"), weighted(REPS, {"rose": cny("1100.00")}))
    assert (refused.value.total, refused.value.typed) == (cny("1000.00"), cny("1100.00"))


def test_typed_parts_above_the_total_can_be_kept_and_nobody_goes_below_zero():
    result = split(cny("1000.00"), weighted(REPS, {"rose": cny("1100.00")}), Excess.KEEP)
    assert result.amounts() == {**dict.fromkeys(REPS, cny("0.00")), "rose": cny("1100.00")}
    assert (result.gap, result.over_assignment) == (cny("-100.00"), Fraction(1, 10))


def test_where_everything_is_typed_the_rest_is_a_gap():
    result = split(1000, weighted(REPS, {"rita": 100, "ray": 200, "rose": 300, "ron": 0, "ruth": 100}))
    assert (result.assigned, result.gap, result.over_assignment) == (700, 300, Fraction(-3, 10))


def test_where_nobody_has_a_weight_the_rest_is_a_gap():
    result = split(10, weighted({"rita": 0, "ray": 0}))
    assert (result.amounts(), result.gap) == ({"rita": 0, "ray": 0}, 10)


def test_the_season_splits_a_year_over_quarters_and_months():
    quarters = split(cny("1000.00"), seasonal(["Q1", "Q2", "Q3", "Q4"], SEASON))
    assert list(quarters.amounts().values()) == [cny("180.00"), cny("250.00"), cny("270.00"), cny("300.00")]
    months = split(cny("1000.00"), seasonal([f"M{n}" for n in range(1, 13)], SEASON))
    assert [share.amount for share in months.shares] == [cny(f"{weight * 10}") for weight in SEASON]


def test_a_season_is_twelve_weights_for_months_or_quarters():
    with pytest.raises(ValueError, match="twelve"):
        seasonal(["a", "b"], SEASON)
    with pytest.raises(ValueError, match="twelve"):
        seasonal(["Q1", "Q2", "Q3", "Q4"], SEASON[:11])


def test_counts_are_split_into_whole_numbers():
    assert split(10, even(["a", "b", "c"])).amounts() == {"a": 4, "b": 3, "c": 3}


def test_a_total_of_zero_has_no_over_assignment():
    assert split(0, even(["a"])).over_assignment is None


@pytest.mark.parametrize(
    ("total", "parts"),
    [(-1, [Part("a")]), (1, [Part("a", 1, -1)]), (1, [Part("a", -1)]), (1, [Part("a"), Part("a")])],
)
def test_negative_amounts_and_doubles_are_refused(total, parts):
    with pytest.raises(ValueError):
        split(total, parts)


def test_currencies_never_mix():
    with pytest.raises(CurrencyMismatch):
        split(cny("1.00"), [Part("a", 1, Money(Decimal(1), "USD"))])


PARTS = st.lists(
    st.tuples(st.integers(0, 1000), st.none() | st.integers(0, 10**8)), min_size=1, max_size=20
).map(lambda rows: [Part(str(key), weight, typed) for key, (weight, typed) in enumerate(rows)])  # fmt: skip


@given(st.integers(0, 10**12), PARTS)
def test_nothing_is_lost_and_typed_parts_never_change(total, parts):
    result = split(total, parts, Excess.KEEP)
    by_key = result.amounts()
    assert sum(by_key.values()) == result.assigned
    assert result.assigned + result.gap == total
    assert all(by_key[part.key] == part.typed for part in parts if part.typed is not None)
    assert all(amount >= 0 for amount in by_key.values())
    if result.gap > 0:
        assert all(part.weight == 0 for part in parts if part.typed is None)
    if result.gap < 0:
        assert all(by_key[part.key] == 0 for part in parts if part.typed is None)
