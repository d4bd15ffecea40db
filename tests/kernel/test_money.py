"""Money: tables from docs/kernel/money.md, and what is never lost."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.money import CurrencyMismatch, Money, largest_remainder, minor_units, round_half_away, sum_money

WHOLE = st.integers(-(10**15), 10**15)
WEIGHTS = st.lists(
    st.one_of(st.integers(0, 10**6), st.decimals(0, 1000, places=4), st.fractions(0, 50, max_denominator=97)),
    min_size=1,
    max_size=20,
).filter(any)


def money(amount: str, currency: str = "CNY") -> Money:
    return Money(Decimal(amount), currency)


@pytest.mark.parametrize(("currency", "decimals"), [("CNY", 2), ("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_a_currency_is_paid_in_its_own_decimals(currency, decimals):
    assert minor_units(currency) == decimals


def test_an_unknown_currency_is_refused():
    with pytest.raises(ValueError, match="RMB"):
        money("1", "RMB")


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Decimal("0.124"), 2, "0.12"),
        (Decimal("0.125"), 2, "0.13"),
        (Decimal("-0.125"), 2, "-0.13"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-0.004"), 2, "0.00"),
        (Fraction(2, 3), 4, "0.6667"),
    ],
)
def test_halves_are_rounded_away_from_zero(value, places, rounded):
    assert str(round_half_away(value, places)) == rounded


def test_rounding_keeps_every_digit_of_a_long_amount():
    long = Decimal("123456789012345678901234567890123456.785")
    assert str(round_half_away(long, 2)) == "123456789012345678901234567890123456.79"


@pytest.mark.parametrize(
    ("amount", "rate", "result"),
    [
        (money("1234.56"), Decimal("0.0333"), money("41.11")),
        (money("0.05"), Decimal("0.1"), money("0.01")),
        (money("-0.05"), Decimal("0.1"), money("-0.01")),
        (money("999", "JPY"), Decimal("0.005"), money("5", "JPY")),
        (money("1.000", "KWD"), Fraction(1, 3), money("0.333", "KWD")),
    ],
)
def test_an_amount_times_a_rate_is_rounded_once_to_the_minor_unit(amount, rate, result):
    assert amount.times(rate) == result


def test_an_amount_is_divided_once():
    assert money("100.00").divided_by(3) == money("33.33")
    with pytest.raises(ZeroDivisionError):
        money("1.00").divided_by(0)


@pytest.mark.parametrize("act", [lambda: money("1") * 2, lambda: 2 * money("1"), lambda: money("1").times(0.1)])
def test_money_is_not_multiplied_by_the_way_nor_by_a_float(act):
    with pytest.raises(TypeError):
        act()


@pytest.mark.parametrize("amount", [1, 1.5, "1"])
def test_an_amount_is_a_decimal(amount):
    with pytest.raises(TypeError, match="Decimal"):
        Money(amount, "CNY")


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_an_amount_is_finite(amount):
    with pytest.raises(ValueError):
        money(amount)


@pytest.mark.parametrize(
    "act",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a >= b,
        lambda a, b: a.ratio_to(b),
        lambda a, b: sum_money([a, b], "CNY"),
    ],
)
def test_currencies_never_mix(act):
    with pytest.raises(CurrencyMismatch):
        act(money("1.00"), money("1.00", "USD"))


def test_the_same_amount_in_another_currency_is_not_the_same():
    assert money("1") != money("1", "USD")
    assert money("1.0") == money("1.00")


def test_nothing_sums_to_zero_of_the_currency_asked_for():
    assert str(sum_money([], "JPY")) == "0 JPY"
    assert str(Money.zero("CNY")) == "0.00 CNY"


def test_negative_zero_is_zero():
    assert str(-Money.zero("CNY")) == "0.00 CNY"


def test_signs_and_order_are_told():
    assert (money("0.01").is_positive, money("-0.01").is_negative, money("0").is_zero) == (True, True, True)
    assert sorted([money("2"), money("-3"), money("1")]) == [money("-3"), money("1"), money("2")]
    assert abs(money("-3")) == money("3")


def test_minor_units_of_a_price_with_four_decimals_are_refused_until_it_is_rounded():
    price = money("0.0125")
    assert not price.is_whole_minor
    with pytest.raises(ValueError, match="round"):
        price.to_minor()
    assert price.rounded().to_minor() == 1


@given(WHOLE, st.sampled_from(["CNY", "JPY", "KWD"]))
def test_minor_units_there_and_back_are_the_same_amount(minor, currency):
    assert Money.from_minor(minor, currency).to_minor() == minor


@given(st.lists(WHOLE, max_size=30))
def test_a_sum_is_the_sum_of_its_minor_units(minors):
    assert sum_money([Money.from_minor(minor, "CNY") for minor in minors], "CNY").to_minor() == sum(minors)


def test_the_units_left_over_go_to_the_largest_remainders():
    assert largest_remainder(money("10.00"), [1, 2, 4]) == [money("1.43"), money("2.86"), money("5.71")]
    assert largest_remainder(money("-10.00"), [1, 2, 4]) == [money("-1.43"), money("-2.86"), money("-5.71")]


def test_equal_remainders_go_in_the_order_given():
    assert largest_remainder(money("100.00"), [1, 1, 1]) == [money("33.34"), money("33.33"), money("33.33")]
    assert largest_remainder(money("100", "JPY"), [1, 1, 1]) == [money(a, "JPY") for a in ("34", "33", "33")]


@given(WHOLE, WEIGHTS)
def test_shares_add_up_and_lie_within_one_unit_of_the_exact_share(total, weights):
    shares = largest_remainder(total, weights)
    assert sum(shares) == total
    exact = [Fraction(weight) * total / sum(map(Fraction, weights)) for weight in weights]
    assert all(abs(share - want) < 1 for share, want in zip(shares, exact, strict=True))


@given(WHOLE, WEIGHTS)
def test_a_negative_total_is_split_like_its_opposite(total, weights):
    assert largest_remainder(-total, weights) == [-share for share in largest_remainder(total, weights)]


def test_a_weight_of_zero_gets_nothing():
    assert largest_remainder(1, [0, 3, 0]) == [0, 1, 0]


def test_what_cannot_be_split_is_refused():
    with pytest.raises(ValueError, match="no weight"):
        largest_remainder(5, [0, 0])
    with pytest.raises(ValueError, match="negative"):
        largest_remainder(5, [1, -1])
    with pytest.raises(ValueError, match="negative"):
        largest_remainder(5, [Decimal(1), Decimal(-1)])
    assert largest_remainder(0, [0, 0]) == [0, 0]
