"""The demo company: the same every time, true to every rule, with its stories in sight."""

from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Sum

from tiji.apps.commerce.models import (
    Contract,
    ContractShare,
    Invoice,
    Measure,
    MeasureFact,
    Receipt,
    ReceiptApplication,
)
from tiji.apps.customers.models import Account
from tiji.apps.customers.models.credit_codes import check_letter
from tiji.apps.exchange.demo.simulate import simulate
from tiji.apps.exchange.services.demo.build import build_demo
from tiji.apps.exchange.services.demo.pay import PLANS
from tiji.apps.incentives.models import Earning, PayPeriod, PlanVersion, Run
from tiji.apps.organization.models import Assignment, Company, Person, UnitPath
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.targets.models import TargetCell, TargetVersion
from tiji.shared.statistics import refresh_statistics

TODAY = date(2026, 11, 18)
LATE = "补录"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The demo company at a third of its size, made once and thrown away."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        yield build_demo(today=TODAY, customers=700)
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


@pytest.fixture
def demo(db, world):
    return world


def test_the_same_day_gives_the_same_company():
    first, second = simulate(TODAY, customers=120), simulate(TODAY, customers=120)
    assert [deal.key for deal in first.deals] == [deal.key for deal in second.deals]
    assert sum(row.amount for row in first.contracts) == sum(row.amount for row in second.contracts)
    assert [row.name for row in first.customers.values()] == [row.name for row in second.customers.values()]


def test_nothing_happens_after_today_or_before_somebody_was_hired():
    world = simulate(TODAY, customers=300)
    assert max(step.on for deal in world.deals for step in deal.steps) <= TODAY
    assert max(on for row in world.contracts for bill in row.invoices for on, _amount in bill.paid) <= TODAY
    assert all(deal.created_on >= world.people[deal.owner].hired_on for deal in world.deals)
    for deal in world.deals:
        days = [step.on for step in deal.steps]
        assert days == sorted(days)


def test_plans_bills_and_money_add_up_in_every_contract():
    for row in simulate(TODAY, customers=300).contracts:
        assert sum(amount for _label, _due, amount, _condition in row.instalments) == row.amount
        assert sum(bill.amount for bill in row.invoices) <= row.amount
        assert all(sum(amount for _on, amount in bill.paid) <= bill.amount for bill in row.invoices)


def test_the_company_is_there_with_its_people_and_a_team_that_moved(demo):
    assert Company.objects.get().is_demo
    assert 110 <= Person.objects.count() <= 140
    moved = Counter(UnitPath.objects.filter(depth=1).values_list("unit_id", flat=True))
    assert 2 in moved.values(), "one team hung under two regions"
    twice = Counter(Assignment.objects.values_list("person_id", flat=True))
    assert 2 in twice.values(), "one person held two positions"
    assert Person.objects.filter(left_on__isnull=False).exists()


def test_every_deal_stands_where_its_ledger_says(demo):
    assert Opportunity.objects.count() == len(demo.deals)
    last = {event.opportunity_id: event for event in StageEvent.objects.order_by("at", "pk")}
    for deal in Opportunity.objects.all():
        assert (deal.stage_id, deal.status) == (last[deal.pk].to_stage_id, last[deal.pk].to_status)


def test_money_is_neither_lost_nor_created(demo):
    def total(rows, field="amount"):
        return rows.aggregate(total=Sum(field))["total"] or Decimal(0)

    assert total(Contract.objects.all()) == sum(row.amount for row in demo.contracts)
    assert total(Receipt.objects.all()) == total(ReceiptApplication.objects.all())
    assert total(MeasureFact.objects.filter(measure=Measure.CASH)) == total(Receipt.objects.all())
    assert total(MeasureFact.objects.filter(measure=Measure.SIGNED)) == total(Contract.objects.all())
    assert total(Invoice.objects.all(), "balance") == total(Invoice.objects.all()) - total(Receipt.objects.all())


def test_derived_figures_are_found_again(demo):
    out = StringIO()
    call_command("check_figures", stdout=out)
    assert "DIFFERENT" not in out.getvalue()


def test_every_measure_has_an_active_plan_whose_people_add_up_to_the_company(demo):
    versions = TargetVersion.objects.filter(status="active", plan__fiscal_year=2026)
    assert {version.plan.measure for version in versions} == set(Measure.values)
    for version in versions:
        year = TargetCell.objects.filter(version=version, period="2026")
        top = year.filter(node__depth=0).aggregate(total=Sum("amount"))["total"]
        people = year.filter(node__person__isnull=False).aggregate(total=Sum("amount"))["total"]
        assert top == people > 0


def test_the_stories_are_in_sight(demo):
    stalled = Opportunity.objects.get(name="二期产线智控系统")
    assert stalled.amount == Decimal("4120000")
    assert stalled.stalls_on < TODAY
    overdue = Invoice.objects.get(account__short_name="瓯江阀门", balance__gt=0, contract__name="瓯江阀门铸造线监控")
    assert (overdue.balance, (TODAY - overdue.due_on).days) == (Decimal("1260000"), 47)


def test_credit_codes_carry_their_check_letter(demo):
    for code in Account.objects.values_list("credit_code", flat=True):
        assert check_letter(code[:17]) == code[17]


def test_the_planner_looks_at_the_tables_once_the_demo_company_is_there(demo):
    waiting = [getattr(work, "func", None) for _savepoints, work, _robust in connection.run_on_commit]
    assert refresh_statistics in waiting


def credited(month: str) -> dict[str, Decimal]:
    """Plan → what the month's newest run credits by it."""
    rows = Earning.objects.filter(run__pay_period__key=month, run=F("run__pay_period__current"))
    sums = rows.values("plan_version__plan__code").order_by().annotate(together=Sum("credit"))
    return dict(sums.values_list("plan_version__plan__code", "together"))


def test_three_plans_pay_every_month_of_two_years(demo):
    assert PayPeriod.objects.count() == 23
    for month, days in (("2026-M09", (date(2026, 9, 1), date(2026, 10, 1))), ("2026-M10", (date(2026, 10, 1), TODAY))):
        came = ReceiptApplication.objects.filter(applied_on__gte=days[0], applied_on__lt=days[1])
        came = came.exclude(receipt__bank_reference__startswith=LATE)
        cash = came.filter(applied_on__lt=date(2026, 11, 1)).aggregate(total=Sum("amount"))["total"]
        found = credited(month)
        # Every receipt has an owner, a lead and a head of a region above him, and products of lines that are kept.
        assert found == {"cash-commission": cash, "manager-override": 2 * cash, "product-overlay": cash}


def test_the_stories_of_pay_are_in_sight(demo):
    shared, handed = ContractShare.objects.filter(share_rate__lt=1), ContractShare.objects.filter(share_rate=1)
    assert [row.share_rate for row in shared] == [Decimal("0.8"), Decimal("0.2")]
    leaver = Person.objects.get(left_on__isnull=False)
    assert {row.valid_from for row in handed} <= {leaver.left_on}
    assert ReceiptApplication.objects.filter(reverses__isnull=False).count() == 1
    assert [row.valid_from for row in PlanVersion.objects.filter(plan__code="cash-commission")] == [
        date(2026, 7, 1),
        date(2025, 1, 1),
    ]
    # What came to light after September was posted is a correction of October, by all three plans.
    assert PayPeriod.objects.get(key="2026-M09").state == "posted"
    late = ReceiptApplication.objects.get(receipt__bank_reference__startswith=LATE)
    corrected = Earning.objects.filter(of_period__key="2026-M09", run__pay_period__key="2026-M10")
    assert {row.plan_version.plan.code for row in corrected} == {row[0] for row in PLANS}
    assert all(f"application:{late.pk}>" in cause["refs"] for row in corrected for cause in row.causes)
    assert not Run.objects.filter(uncredited__gt=0).exists()
