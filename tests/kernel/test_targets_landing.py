"""Landing per measure: the worked tables of docs/kernel/landing.md."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiji.kernel.money import CurrencyMismatch, Money, sum_money
from tiji.kernel.periods import FiscalCalendar
from tiji.kernel.targets import (
    DueItem,
    LineKind,
    OpenDeal,
    PlannedShare,
    cash_landing,
    gross_profit_landing,
    new_customer_landing,
    signed_landing,
    uncovered_gap,
)

Q4 = FiscalCalendar().period("2026-Q4")


def cny(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


def plan(*parts: tuple[date, str]) -> tuple[PlannedShare, ...]:
    return tuple(PlannedShare(due_on, Decimal(share)) for due_on, share in parts)


D1 = OpenDeal(
    "D1", cny("200000.00"), Decimal("0.5"), date(2026, 12, 15), cny("60000.00"),
    plan((date(2026, 12, 20), "0.3"), (date(2027, 3, 20), "0.7")), has_orders=False,
)  # fmt: skip
D2 = OpenDeal("D2", cny("333333.33"), Decimal("0.3"), date(2026, 12, 31))
D3 = OpenDeal(
    "D3", cny("500000.00"), Decimal("0.8"), date(2027, 1, 1), cny("100000.00"),
    plan((date(2026, 12, 30), "0.1"), (date(2027, 1, 30), "0.9")), has_orders=False,
)  # fmt: skip
D4 = OpenDeal(
    "D4", cny("90000.00"), Decimal("0.1"), date(2026, 11, 1), cny("27000.00"), has_orders=False, is_early=True
)
DEALS = [D1, D2, D3, D4]
DUE = [
    DueItem("I1", LineKind.INVOICE, cny("120000.00"), date(2026, 12, 10), Decimal("0.9")),
    DueItem("P1", LineKind.INSTALMENT, cny("50000.00"), date(2026, 12, 31), Decimal("0.75")),
    DueItem("I2", LineKind.INVOICE, cny("80000.00"), date(2027, 1, 5), Decimal("0.9")),
]


def working(landing) -> dict[str, str]:
    return {line.key: str(getattr(line.amount, "amount", line.amount)) for line in landing.lines}


def test_signed_lands_at_what_is_signed_plus_weighted_deals_of_the_period():
    landing = signed_landing(cny("1000000.00"), DEALS, Q4)
    assert working(landing) == {"": "1000000.00", "D1": "100000.00", "D2": "100000.00", "D4": "9000.00"}
    assert (landing.amount, landing.expected, landing.early) == (
        cny("1209000.00"),
        cny("209000.00"),
        cny("9000.00"),
    )
    assert uncovered_gap(cny("1500000.00"), landing) == cny("291000.00")
    assert uncovered_gap(None, landing) is None


def test_gross_profit_lands_without_the_deals_whose_profit_is_not_known():
    landing = gross_profit_landing(cny("250000.00"), DEALS, Q4)
    assert working(landing) == {"": "250000.00", "D1": "30000.00", "D4": "2700.00"}
    assert landing.amount == cny("282700.00")


def test_cash_lands_at_what_came_plus_what_is_due_and_likely_to_be_paid():
    landing = cash_landing(cny("400000.00"), DUE, DEALS, Q4)
    assert working(landing) == {
        "": "400000.00",
        "I1": "108000.00",
        "P1": "37500.00",
        "D1": "30000.00",
        "D3": "40000.00",
    }
    assert landing.amount == cny("615500.00")
    assert [line.kind for line in landing.lines] == [
        LineKind.ACTUAL, LineKind.INVOICE, LineKind.INSTALMENT, LineKind.DEAL, LineKind.DEAL,
    ]  # fmt: skip


def test_new_customers_land_at_the_counted_plus_the_percents_of_customers_without_orders():
    landing = new_customer_landing(Decimal(3), DEALS, Q4)
    assert working(landing) == {"": "3", "D1": "0.50", "D4": "0.10"}
    assert (landing.amount, landing.early) == (Decimal("3.60"), Decimal("0.10"))


def test_a_deal_without_amount_or_day_adds_nothing():
    bare = [OpenDeal("a", None, Decimal(1), date(2026, 12, 1)), OpenDeal("b", cny("5.00"), Decimal(1), None)]
    assert signed_landing(cny("1.00"), bare, Q4).amount == cny("1.00")
    assert cash_landing(cny("1.00"), [], bare, Q4).amount == cny("1.00")


def test_currencies_never_mix():
    dollars = OpenDeal("d", Money(Decimal(1), "USD"), Decimal(1), date(2026, 12, 1))
    with pytest.raises(CurrencyMismatch, match="d is in USD"):
        signed_landing(cny("1.00"), [dollars], Q4)


@given(
    st.integers(0, 10**10),
    st.lists(
        st.tuples(st.integers(0, 10**10), st.decimals(0, 1, places=4), st.dates(date(2026, 9, 1), date(2027, 2, 1)))
    ),
)
def test_a_landing_is_the_sum_of_its_lines_and_never_below_the_actual(signed, rows):
    deals = [OpenDeal(str(n), Money.from_minor(fen, "CNY"), pct, on) for n, (fen, pct, on) in enumerate(rows)]
    landing = signed_landing(Money.from_minor(signed, "CNY"), deals, Q4)
    assert landing.amount == sum_money([line.amount for line in landing.lines], "CNY")
    assert landing.amount >= landing.actual
    assert len(landing.lines) == 1 + sum(Q4.contains(on) for _fen, _pct, on in rows)
