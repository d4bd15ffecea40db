"""What becomes known of a closed month is paid by the next one, as a line that names its cause; nothing is paid twice.

The plan pays 1% of a quarter's receipts up to 60% of the quota of 1,000,000, then 1.6% up to 80%.
"""

from decimal import Decimal

import pytest

from makers import day, moment
from makers_incentives import (
    SECOND_PLAN,
    customer_of,
    make_plan,
    make_quota,
    pay_by,
    pay_month,
    post_month,
    receive,
    run_month,
)
from tiji.apps.incentives.models import Earning, Run, Statement
from tiji.apps.incentives.services.closing import approve_run, submit_run
from tiji.apps.incentives.services.plans import add_plan_version, end_plan_assignment
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.settings_store import change_setting

AT = moment("2026-11-18")


@pytest.fixture
def acme(rita):
    return customer_of(rita.person)


@pytest.fixture
def cash(olaf, rita, fiona, acme):
    """January of 2026 is posted: 100,000 received, 1,000 earned and paid."""
    version = make_plan(olaf)
    pay_by(olaf, version, rita.person)
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    make_quota(olaf, rita.person, "2026-Q2", "1000000")
    receive(fiona, acme, "100000.00", "2026-01-15")
    pay_month(olaf, fiona, "2026-M01")
    return version


def statement(run: Run, user) -> Statement:
    return Statement.objects.get(run=run, person=user.person)


def corrections(run: Run) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    rows = Earning.objects.filter(run=run, of_period__isnull=False).order_by("of_period__starts_on")
    return list(rows.values_list("of_period__key", "amount", "prior_amount", "delta"))


def test_a_late_receipt_is_paid_by_the_open_month_and_names_itself(cash, acme, rita, fiona, olaf):
    late = receive(fiona, acme, "50000.00", "2026-01-30")
    receive(fiona, acme, "200000.00", "2026-02-10")
    run = run_month(olaf, "2026-M02")
    row = statement(run, rita)
    # February: 200,000 × 1%; January earned 1,500 and was paid 1,000.
    assert (row.amount, row.corrections, row.due, row.paid) == (2000, 500, 2500, 2500)
    assert corrections(run) == [("2026-M01", Decimal(1500), Decimal(1000), Decimal(500))]
    cause = Earning.objects.get(run=run, of_period__isnull=False).causes
    assert [(one["what"], one["credit"], one["amount"]) for one in cause] == [("new", [0, 5000000], [0, 50000])]
    assert f"receipt:{late.pk}>" in cause[0]["refs"]


def test_it_is_paid_once(cash, acme, rita, fiona, olaf):
    receive(fiona, acme, "50000.00", "2026-01-30")
    february = run_month(olaf, "2026-M02")
    again = run_month(olaf, "2026-M02")
    assert again == february
    post_month(olaf, fiona, february)
    march = run_month(olaf, "2026-M03")
    assert (corrections(march), march.checked.keys()) == ([], {"2026-M01", "2026-M02"})
    receive(fiona, acme, "10000.00", "2026-01-31")
    march = run_month(olaf, "2026-M03")
    assert corrections(march) == [("2026-M01", Decimal(1600), Decimal(1500), Decimal(100))]


def test_two_open_months_do_not_both_pay_it(cash, acme, rita, fiona, olaf):
    receive(fiona, acme, "50000.00", "2026-01-30")
    february, march = run_month(olaf, "2026-M02"), run_month(olaf, "2026-M03")
    assert corrections(february) == [("2026-M01", Decimal(1500), Decimal(1000), Decimal(500))]
    assert corrections(march) == []
    receive(fiona, acme, "10000.00", "2026-01-31")
    february = run_month(olaf, "2026-M02")
    with pytest.raises(Conflict) as caught:
        submit_run(actor=olaf, run=march, at=AT)
    assert caught.value.code == "basis"
    post_month(olaf, fiona, february)
    post_month(olaf, fiona, run_month(olaf, "2026-M03"))
    assert sum(Statement.objects.filter(run__state="posted").values_list("corrections", flat=True)) == 600


def test_all_payments_of_a_month_come_to_what_it_earns(cash, acme, rita, fiona, olaf):
    """Σ paid over months and corrections = what every month earns as known in the end."""
    receive(fiona, acme, "550000.00", "2026-01-30")
    pay_month(olaf, fiona, "2026-M02")
    receive(fiona, acme, "100000.00", "2026-02-27")
    receive(fiona, acme, "33333.33", "2026-01-31")
    pay_month(olaf, fiona, "2026-M03")
    paid = sum(Statement.objects.filter(run__state="posted").values_list("paid", flat=True))
    # 783,333.33 in the quarter: 600,000 × 1% + 183,333.33 × 1.6% = 8,933.33
    assert paid == Decimal("8933.33")


def test_a_later_month_whose_running_total_moved_says_so(cash, acme, rita, fiona, olaf):
    receive(fiona, acme, "500000.00", "2026-02-10")
    pay_month(olaf, fiona, "2026-M02")
    receive(fiona, acme, "100000.00", "2026-01-20")
    run = run_month(olaf, "2026-M03")
    # January 200,000: 2,000. February from 200,000 to 700,000: 4,000 + 1,600 instead of 5,000.
    assert corrections(run) == [
        ("2026-M01", Decimal(2000), Decimal(1000), Decimal(1000)),
        ("2026-M02", Decimal(5600), Decimal(5000), Decimal(600)),
    ]
    february = Earning.objects.get(run=run, of_period__key="2026-M02")
    assert [(one["what"], one["amount"]) for one in february.causes] == [("moved", [500000, 560000])]


def test_whoever_lost_the_plan_gives_back_what_was_paid(cash, acme, rita, fiona, olaf, ray):
    pay_by(olaf, cash, ray.person)
    mine = cash.plan.assignments.get(person=rita.person)
    end_plan_assignment(actor=olaf, assignment=mine, valid_until=day("2025-12-01"))
    row = statement(run_month(olaf, "2026-M02"), rita)
    assert (row.amount, row.corrections, row.paid) == (0, -1000, -1000)
    cause = Earning.objects.get(person=rita.person, of_period__isnull=False).causes
    assert [(one["what"], one["amount"]) for one in cause] == [("gone", [100000, 0])]


def test_a_plan_that_is_worded_anew_for_a_closed_month_corrects_it(cash, rita, fiona, olaf):
    flat = SECOND_PLAN.replace("0.02", "0.05").replace("month-cash", "cash")
    add_plan_version(actor=olaf, plan=cash.plan, document=flat, valid_from=day("2026-01-01"), at=AT)
    run = run_month(olaf, "2026-M02")
    # 100,000 × 0.5% is 500 where 1,000 was paid.
    assert corrections(run) == [("2026-M01", Decimal(500), Decimal(1000), Decimal(-500))]
    assert [one["what"] for one in Earning.objects.get(run=run, of_period__isnull=False).causes] == ["terms"]


def test_a_month_that_was_never_run_before_a_posted_one_is_paid_as_a_correction(cash, acme, rita, fiona, olaf):
    receive(fiona, acme, "40000.00", "2026-02-10")
    pay_month(olaf, fiona, "2026-M03")
    assert corrections(run_month(olaf, "2026-M04")) == [("2026-M02", Decimal(400), Decimal(0), Decimal(400))]


def test_how_far_back_is_a_setting(cash, acme, rita, fiona, olaf, adam):
    pay_month(olaf, fiona, "2026-M02")
    receive(fiona, acme, "50000.00", "2026-01-30")
    change_setting(actor=adam, key="incentives.look_back_months", value=1, valid_from=day("2026-03-01"))
    assert corrections(run_month(olaf, "2026-M03")) == []
    change_setting(actor=adam, key="incentives.look_back_months", value=2, valid_from=day("2026-03-01"))
    assert corrections(run_month(olaf, "2026-M03")) == [("2026-M01", Decimal(1500), Decimal(1000), Decimal(500))]


def test_a_month_is_computed_anew_when_one_that_it_corrects_was_posted_meanwhile(cash, acme, fiona, olaf):
    february = run_month(olaf, "2026-M02")
    march = run_month(olaf, "2026-M03")
    assert list(march.checked) == ["2026-M01"]
    post_month(olaf, fiona, february)
    receive(fiona, acme, "50000.00", "2026-02-20")
    assert corrections(run_month(olaf, "2026-M03")) == [("2026-M02", Decimal(500), Decimal(0), Decimal(500))]


def test_the_lines_of_a_corrected_month_are_kept_with_the_run(cash, acme, fiona, olaf):
    receive(fiona, acme, "50000.00", "2026-01-30")
    run = run_month(olaf, "2026-M02")
    assert run.artifacts["closed-2026-M01-trace.parquet"]["rows"] == 2


def test_nothing_is_approved_over_a_correction_that_is_missing(cash, acme, fiona, olaf):
    """What comes to light while a month is in review waits for the next month, or for it to be opened again."""
    february = run_month(olaf, "2026-M02")
    submit_run(actor=olaf, run=february, at=AT)
    receive(fiona, acme, "50000.00", "2026-01-30")
    with pytest.raises(DomainError):
        run_month(olaf, "2026-M02")
    approve_run(actor=fiona, run=february, at=AT)
    assert corrections(february) == []
