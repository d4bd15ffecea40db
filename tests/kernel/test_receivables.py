"""The worked tables of docs/kernel/cash-application.md, ageing.md and dso.md."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tiji.kernel.money import CurrencyMismatch, Money
from tiji.kernel.receivables import (
    Instalment,
    ItemHistory,
    MonthSales,
    Movement,
    OpenItem,
    PlanProblem,
    age_items,
    ageing_buckets,
    apply_cash,
    apply_credit_note,
    bucket_of,
    collection_rate,
    count_back_dso,
    days_sales_outstanding,
    instalment_amounts,
    overdue_share,
    plan_problems,
    reverse_application,
)
from worked_tables import worked_table


def cny(text: str) -> Money:
    return Money(Decimal(text.replace(",", "")), "CNY")


ITEMS = [
    OpenItem(3, date(2026, 2, 28), cny("30.00")),
    OpenItem(2, date(2026, 2, 28), cny("50.00")),
    OpenItem(1, date(2026, 1, 31), cny("100.00")),
]
CHOSEN = "chosen: 2 gets 40.00 of 120.00"


@pytest.mark.parametrize(
    ("column", "amount", "chosen"),
    [
        ("receipt of 120.00", "120.00", None),
        ("receipt of 200.00", "200.00", None),
        (CHOSEN, "120.00", {2: cny("40.00")}),
    ],
)
def test_a_receipt_pays_as_in_the_worked_table(column, amount, chosen) -> None:
    table = worked_table(
        "cash-application.md", "item", "due", "balance", "receipt of 120.00", "receipt of 200.00", CHOSEN
    )
    *rows, left_over = [(row["item"], row[column]) for row in table]
    cash = apply_cash(cny(amount), ITEMS, chosen)
    assert cash.applied == {int(item): cny(paid) for item, paid in rows if paid != "-"}
    assert cash.unapplied == cny(left_over[1])


def test_the_earliest_due_is_paid_first_and_equal_dates_by_key() -> None:
    assert list(apply_cash(cny("170.00"), ITEMS).applied) == [1, 2, 3]


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_a_receipt_must_be_positive(amount) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        apply_cash(cny(amount), ITEMS)


def test_an_item_of_another_currency_is_refused() -> None:
    dollars = OpenItem(4, date(2026, 1, 1), Money(Decimal("10.00"), "USD"))
    with pytest.raises(CurrencyMismatch):
        apply_cash(cny("10.00"), [*ITEMS, dollars])


def test_an_item_given_twice_or_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        apply_cash(cny("10.00"), [ITEMS[0], ITEMS[0]])
    with pytest.raises(ValueError, match="negative balance"):
        apply_cash(cny("10.00"), [OpenItem(5, date(2026, 1, 1), cny("-1.00"))])


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({9: cny("1.00")}, "not open"),
        ({1: cny("0.00")}, "must be positive"),
        ({2: cny("50.01")}, "only 50.00 CNY open"),
        ({1: cny("100.00"), 2: cny("20.01")}, "more than the 120.00 CNY"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(chosen, message) -> None:
    with pytest.raises(ValueError, match=message):
        apply_cash(cny("120.00"), ITEMS, chosen)


def test_a_credit_note_goes_to_its_invoice_first() -> None:
    (row,) = worked_table(
        "cash-application.md",
        "credit note of 70.00 for invoice 2 (items as above)",
        "item 1",
        "item 2",
        "item 3",
        "left over",
    )
    cash = apply_credit_note(cny("70.00"), ITEMS, invoice=2)
    assert cash.applied == {1: cny(row["item 1"]), 2: cny(row["item 2"])}
    assert cash.unapplied == cny(row["left over"])
    assert apply_credit_note(cny("20.00"), ITEMS, invoice=2).applied == {2: cny("20.00")}


def test_a_credit_note_for_a_paid_invoice_goes_to_the_earliest_due() -> None:
    assert apply_credit_note(cny("20.00"), ITEMS, invoice=99).applied == {1: cny("20.00")}
    assert apply_credit_note(cny("20.00"), [], invoice=99).unapplied == cny("20.00")


def test_a_reversal_takes_the_application_back() -> None:
    cash = apply_cash(cny("120.00"), ITEMS)
    back = reverse_application(cash)
    assert back.applied == {1: cny("-100.00"), 2: cny("-20.00")}
    assert back.unapplied == cny("120.00")
    assert reverse_application(cash, only=[2]).unapplied == cny("20.00")
    with pytest.raises(ValueError, match="not paid by this receipt"):
        reverse_application(cash, only=[3])


def histories() -> tuple[list[ItemHistory], list[dict[str, str]]]:
    rows = worked_table("ageing.md", "item", "issued", "due", "amount", "movements", "balance", "days", "bucket")
    items = []
    for row in rows:
        moves = [part.strip().split(": ") for part in row["movements"].split(";") if part.strip()]
        items.append(
            ItemHistory(
                int(row["item"]),
                date.fromisoformat(row["issued"]),
                date.fromisoformat(row["due"]),
                cny(row["amount"]),
                [Movement(date.fromisoformat(on), cny(amount)) for on, amount in moves],
            )
        )
    return items, rows


def test_the_ageing_of_the_worked_table() -> None:
    items, rows = histories()
    report = age_items(items, date(2026, 6, 30), "CNY")
    expected = {
        (int(row["item"]), cny(row["balance"]), int(row["days"]), row["bucket"]) for row in rows if row["bucket"]
    }
    assert {(item.key, item.balance, item.days_past_due, str(item.bucket)) for item in report.items} == expected
    assert [(str(bucket), str(total.amount)) for bucket, total in report.totals.items()] == [
        ("not due", "1200.00"),
        ("1-30", "600.00"),
        ("31-60", "500.00"),
        ("61-90", "600.00"),
        ("91+", "700.00"),
    ]
    assert (report.total, report.overdue) == (cny("3600.00"), cny("2400.00"))


def test_a_later_day_sees_the_later_payment_and_no_day_sees_the_unissued() -> None:
    items, _ = histories()
    assert 4 not in [item.key for item in age_items(items, date(2026, 7, 2), "CNY").items]
    assert 9 in [item.key for item in age_items(items, date(2026, 7, 1), "CNY").items]


def test_items_of_another_currency_are_not_aged_together() -> None:
    with pytest.raises(CurrencyMismatch):
        age_items(histories()[0], date(2026, 6, 30), "USD")


def test_the_bucket_ends_are_a_parameter() -> None:
    buckets = ageing_buckets((30, 60, 90, 180))
    assert [str(bucket) for bucket in buckets] == ["not due", "1-30", "31-60", "61-90", "91-180", "181+"]
    assert [str(bucket_of(days, buckets)) for days in (-3, 0, 1, 180, 181)] == [
        *("not due", "not due", "1-30", "91-180", "181+")
    ]
    for wrong in [(), (0, 30), (30, 30), (60, 30)]:
        with pytest.raises(ValueError, match="rising"):
            ageing_buckets(wrong)


def test_dso_of_the_worked_table() -> None:
    for row in worked_table("dso.md", "receivables", "sales", "days", "DSO"):
        expected = None if row["DSO"] == "-" else Fraction(row["DSO"])
        assert days_sales_outstanding(cny(row["receivables"]), cny(row["sales"]), int(row["days"])) == expected


def test_count_back_of_the_worked_table() -> None:
    rows = worked_table("dso.md", "month", "days", "sales", "still to cover before", "days counted")
    months = [MonthSales(int(row["days"]), cny(row["sales"])) for row in rows]
    assert count_back_dso(cny("500000.00"), months) == sum(int(row["days counted"]) for row in rows)
    assert count_back_dso(cny("500000.00"), months[:2]) is None
    assert count_back_dso(cny("450000.00"), months[:2]) == 61
    assert count_back_dso(cny("0.00"), months) == 0


def test_rates_of_nothing_have_no_answer() -> None:
    assert collection_rate(cny("700.00"), cny("1000.00")) == Fraction(7, 10)
    assert overdue_share(cny("2400.00"), cny("3600.00")) == Fraction(2, 3)
    assert collection_rate(cny("0.00"), cny("0.00")) is overdue_share(cny("0.00"), cny("0.00")) is None
    with pytest.raises(CurrencyMismatch):
        days_sales_outstanding(cny("1.00"), Money(Decimal(0), "USD"), 30)


def test_instalments_of_the_worked_table() -> None:
    for row in worked_table("cash-application.md", "contract", "shares", "instalments"):
        shares = [Fraction(share.strip()) for share in row["shares"].split(",")]
        expected = [cny(part.strip()) for part in row["instalments"].split("·")]
        amounts = instalment_amounts(cny(row["contract"]), shares)
        assert amounts == expected
        plan = [Instalment(date(2026, month, 1), amount) for month, amount in enumerate(amounts, 2)]
        assert plan_problems(cny(row["contract"]), date(2026, 1, 15), plan) == []
    with pytest.raises(ValueError, match="100%"):
        instalment_amounts(cny("100.00"), [Fraction(1, 2), Fraction(1, 3)])


SIGNED = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("plan", "problems"),
    [
        ([], [PlanProblem("empty")]),
        ([Instalment(SIGNED, cny("60.00"))], [PlanProblem("sum", difference=cny("40.00"))]),
        ([Instalment(SIGNED, cny("101.00"))], [PlanProblem("sum", difference=cny("-1.00"))]),
        ([Instalment(date(2026, 1, 14), cny("100.00"))], [PlanProblem("order", 0)]),
        (
            [Instalment(date(2026, 3, 1), cny("50.00")), Instalment(date(2026, 2, 1), cny("50.00"))],
            [PlanProblem("order", 1)],
        ),
        ([Instalment(SIGNED, cny("100.00")), Instalment(SIGNED, cny("0.00"))], [PlanProblem("amount", 1)]),
        (
            [Instalment(SIGNED, cny("99.995")), Instalment(SIGNED, cny("0.005"))],
            [PlanProblem("amount", 0), PlanProblem("amount", 1)],
        ),
        ([Instalment(SIGNED, Money(Decimal(100), "USD"))], [PlanProblem("currency", 0)]),
    ],
)
def test_a_plan_that_does_not_stand_says_why(plan, problems) -> None:
    assert plan_problems(cny("100.00"), SIGNED, plan) == problems
