"""What is never lost: money applied, reversed, aged and planned adds up, in any order and in one currency."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiji.kernel.money import CurrencyMismatch, Money, sum_money
from tiji.kernel.receivables import (
    CashApplication,
    ItemHistory,
    Movement,
    OpenItem,
    age_items,
    apply_cash,
    apply_credit_note,
    instalment_amounts,
    reverse_application,
)

days = st.integers(0, 400).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
positive = st.integers(1, 10_000_000).map(lambda fen: Money.from_minor(fen, "CNY"))
balances = st.integers(0, 10_000_000).map(lambda fen: Money.from_minor(fen, "CNY"))
items = st.lists(st.builds(OpenItem, st.integers(1, 50), days, balances), max_size=12, unique_by=lambda item: item.key)


def total(cash: CashApplication) -> Money:
    return sum_money(cash.applied.values(), "CNY") + cash.unapplied


@given(positive, items)
def test_no_money_is_lost_or_created(amount, open_items) -> None:
    cash = apply_cash(amount, open_items)
    owed = {item.key: item.balance for item in open_items}
    assert total(cash) == amount
    assert all(Money.zero("CNY") < paid <= owed[key] for key, paid in cash.applied.items())
    everything = sum_money(owed.values(), "CNY")
    assert cash.unapplied == max(amount - everything, Money.zero("CNY"))


@given(positive, items)
def test_nothing_later_is_paid_while_something_earlier_is_open(amount, open_items) -> None:
    cash = apply_cash(amount, open_items)
    left_open = [item for item in open_items if cash.applied.get(item.key, Money.zero("CNY")) < item.balance]
    if left_open:
        earliest = min((item.due_on, item.key) for item in left_open)
        paid = [(item.due_on, item.key) for item in open_items if item.key in cash.applied]
        assert all(key <= earliest for key in paid)


@given(positive, items, st.randoms(use_true_random=False))
def test_the_order_of_the_items_changes_nothing(amount, open_items, random) -> None:
    once = apply_cash(amount, open_items)
    random.shuffle(open_items)
    assert apply_cash(amount, open_items) == once


@given(positive, positive, items)
def test_two_receipts_pay_what_one_of_their_sum_pays(first, second, open_items) -> None:
    one = apply_cash(first, open_items)
    zero = Money.zero("CNY")
    rest = [OpenItem(item.key, item.due_on, item.balance - one.applied.get(item.key, zero)) for item in open_items]
    two = apply_cash(second, rest)
    together = apply_cash(first + second, open_items)
    keys = one.applied.keys() | two.applied.keys()
    assert {key: one.applied.get(key, zero) + two.applied.get(key, zero) for key in keys} == together.applied
    assert one.unapplied + two.unapplied == together.unapplied


@given(positive, items, st.data())
def test_a_choice_is_followed_exactly(amount, open_items, data) -> None:
    chosen, left = {}, amount
    for item in open_items:
        most = min(left, item.balance)
        if most.is_positive:
            chosen[item.key] = Money.from_minor(data.draw(st.integers(1, most.to_minor())), "CNY")
            left -= chosen[item.key]
    cash = apply_cash(amount, open_items, chosen)
    assert (cash.applied, cash.unapplied) == (chosen, left)


@given(positive, items, st.integers(1, 50))
def test_a_credit_note_is_neither_lost_nor_doubled(amount, open_items, invoice) -> None:
    cash = apply_credit_note(amount, open_items, invoice=invoice)
    owed = {item.key: item.balance for item in open_items}
    assert total(cash) == amount
    assert all(paid <= owed[key] for key, paid in cash.applied.items())
    if invoice in owed:
        assert cash.applied.get(invoice, Money.zero("CNY")) == min(amount, owed[invoice])


@given(positive, items)
def test_a_reversal_and_its_application_are_nothing_together(amount, open_items) -> None:
    cash = apply_cash(amount, open_items)
    back = reverse_application(cash)
    assert total(back) == Money.zero("CNY")
    assert all(cash.applied[key] + taken == Money.zero("CNY") for key, taken in back.applied.items())
    assert cash.unapplied + back.unapplied == amount


@given(positive, items, st.integers(0, 11))
def test_currencies_are_never_mixed(amount, open_items, position) -> None:
    foreign = OpenItem(99, date(2026, 1, 1), Money(Decimal("1.00"), "USD"))
    open_items.insert(min(position, len(open_items)), foreign)
    with pytest.raises(CurrencyMismatch):
        apply_cash(amount, open_items)


histories = st.lists(
    st.builds(
        ItemHistory,
        st.integers(1, 99),
        days,
        days,
        balances,
        st.lists(
            st.builds(Movement, days, st.integers(-5000, 5000).map(lambda fen: Money.from_minor(fen, "CNY"))),
            max_size=4,
        ),
    ),
    max_size=10,
)


@settings(max_examples=60)
@given(histories, days, st.randoms(use_true_random=False))
def test_an_ageing_adds_up_to_what_is_owed_that_day(items_owed, as_of, random) -> None:
    owed = sum_money((item.balance_on(as_of) for item in items_owed), "CNY")
    report = age_items(items_owed, as_of, "CNY")
    assert report.total == owed == sum_money((item.balance for item in report.items), "CNY")
    random.shuffle(items_owed)
    assert age_items(items_owed, as_of, "CNY").totals == report.totals


@given(positive, st.lists(st.integers(0, 100), min_size=1, max_size=8).filter(any))
def test_instalments_add_up_to_the_contract(amount, weights) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    assert sum_money(instalment_amounts(amount, shares), "CNY") == amount
