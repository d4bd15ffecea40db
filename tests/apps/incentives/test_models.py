"""Models of pay: the figures of docs/how-to/pay-models.md, whom they pay, and that nobody is ever paid by one."""

from decimal import Decimal

import pytest
from django.db import transaction

from makers import day, moment
from makers_incentives import CASH_PLAN, customer_of, receive, run_month
from makers_models import AT, CHANGED, model_of
from tiji.apps.incentives.models import (
    Earning,
    PayModel,
    PayModelGrowth,
    PayModelPerson,
    PayModelResult,
    PayPeriod,
    PlanVersion,
    Run,
    Statement,
)
from tiji.apps.incentives.services.modelling import make_model, run_model_again
from tiji.apps.incentives.services.runs import run_pay
from tiji.shared.errors import DomainError, NotAllowed, PostedRowError
from tiji.shared.models import AuditEntry


@pytest.fixture
def version(paid):
    return PlanVersion.objects.get()


@pytest.fixture
def compute(django_capture_on_commit_callbacks):
    """Makes a model and has it computed at once."""

    def made(*args, **more):
        with django_capture_on_commit_callbacks(execute=True):
            model = model_of(*args, **more)
        model.refresh_from_db()
        assert model.state == "done", (model.code, model.message)
        return model

    return made


def months(model):
    return {
        (row.period, row.person.name): (row.amount, row.then_amount)
        for row in PayModelResult.objects.filter(model=model).select_related("person")
    }


def yuan(*amounts):
    return tuple(Decimal(amount) for amount in amounts)


def test_the_worked_example(version, compute, olaf):
    model = compute(olaf, version)
    assert months(model) == {
        ("2026-M01", "Rita"): yuan(4500, 5000),
        ("2026-M02", "Rita"): yuan(7100, 6400),
        ("2026-M01", "Ray"): yuan(900, 1000),
        ("2026-M02", "Ray"): yuan(0, 0),
    }
    people = PayModelPerson.objects.filter(model=model).select_related("person")
    assert {(row.person.name, row.amount, row.then_amount, row.change, row.credit) for row in people} == {
        ("Rita", *yuan(11600, 11400, 200, 900000)),
        ("Ray", *yuan(900, 1000, -100, "100000.01")),
    }
    assert {row.person.name: row.attainment for row in people} == {"Rita": Decimal("0.9"), "Ray": Decimal("0.10000001")}
    assert (model.amount, model.then_amount, model.replayed_amount) == yuan(12500, 12400, 12400)
    assert (model.credit, model.replayed_credit) == yuan("1000000.01", "1000000.01")


def test_growths_and_where_the_model_costs_the_same(version, compute, olaf):
    rows = PayModelGrowth.objects.filter(model=compute(olaf, version))
    assert {row.growth: (row.amount, row.replayed_amount) for row in rows} == {
        Decimal("-0.2"): yuan(8520, 8720),
        Decimal("-0.1"): yuan(10430, 10320),
        # 12,500 less 207 for every percent: 900,000 × 2.2% and 100,000 × 0.9%
        Decimal("-0.0049"): (Decimal("12398.57"), None),
        Decimal("-0.0048"): (Decimal("12400.64"), None),
        Decimal(0): yuan(12500, 12400),
        Decimal("0.1"): yuan(14570, 14480),
        Decimal("0.2"): yuan(17280, 17200),
    }


def test_an_unchanged_document_gives_what_the_runs_earned(version, compute, olaf, fiona, rita, ray):
    """Over two quarters, for each person and month, with a receipt taken back and lines of odd cents."""
    account = customer_of(rita.person, "三号客户")
    for amount, on in (("333333.33", "2026-03-02"), ("211111.17", "2026-04-07"), ("0.07", "2026-04-08")):
        receive(fiona, account, amount, on)
    for key in ("2026-M03", "2026-M04"):
        run_month(olaf, key)
    model = compute(olaf, version, CASH_PLAN, last="2026-M04")
    found = PayModelResult.objects.filter(model=model)
    assert found.count() == 8
    assert [row for row in found if not row.amount == row.then_amount == row.replayed_amount] == []
    assert sum(row.amount for row in found) == sum(Earning.objects.current().values_list("amount", flat=True))
    assert PayModelGrowth.objects.filter(model=model).count() == 5  # no growth is no search


def test_a_receipt_that_came_late_shows_between_then_and_today(version, compute, olaf, fiona, rita):
    """Rita's January total becomes 600,000; 100,000 × 1% more in January, and 60,000 × 0.6% … in February."""
    receive(fiona, customer_of(rita.person, "迟到客户"), "100000.00", "2026-01-30")
    model = compute(olaf, version, CASH_PLAN)
    # F(600,000) = 6,000; F(1,000,000) = 6,000 + 3,200 + 4,400 = 13,600; with Ray's 1,000.
    assert (model.then_amount, model.replayed_amount, model.amount) == yuan(12400, 14600, 14600)


def test_a_model_with_growth_compares_grown_events_with_what_was_earned(version, compute, olaf):
    model = compute(olaf, version, growth=Decimal("0.1"))
    assert (model.amount, model.then_amount, model.credit) == yuan(14570, 12400, "1100000.01")


def test_a_model_pays_whom_it_is_told_instead(version, compute, olaf, rita, ray):
    model = compute(olaf, version, person=ray.person)
    assert months(model)["2026-M01", "Rita"] == yuan(0, 5000)
    assert (model.amount, model.then_amount, model.people) == (*yuan(900, 12400), 2)


def test_two_components_credit_a_receipt_once(version, compute, olaf):
    """A bonus of 0.1% of the quarter's receipts beside the commission: March pays it, and sees no money twice."""
    for key in ("2026-M03",):
        run_month(olaf, key)
    bonus = """
  - code: bonus
    credit: {event: receipt}
    measure: {interval: quarter}
    rate: {mode: flat, steps: [{from: "0", rate: "0.001"}]}
    pay: {interval: quarter}
"""
    model = compute(olaf, version, CASH_PLAN + bonus, last="2026-M03")
    assert months(model)["2026-M03", "Rita"] == yuan(900, 0)
    assert (model.amount - model.then_amount, model.credit) == yuan(1000, "1000000.01")


def test_nothing_of_a_model_reaches_a_run_or_a_statement(version, compute, paid, olaf, fiona):
    before = [
        list(table.objects.order_by("pk").values()) for table in (Run, Statement, Earning, PayPeriod, PlanVersion)
    ]
    compute(olaf, version)
    after = [list(table.objects.order_by("pk").values()) for table in (Run, Statement, Earning, PayPeriod, PlanVersion)]
    assert before == after
    assert not run_pay(actor=olaf, period="2026-M02", on=day("2026-11-18")).written


def test_the_results_stay_as_they_were_computed(version, compute, olaf):
    model = compute(olaf, version)
    changes = [
        lambda: PayModelResult.objects.filter(model=model).update(amount=1),
        lambda: PayModelPerson.objects.filter(model=model).delete(),
        lambda: PayModelGrowth.objects.filter(model=model).update(credit=1),
        lambda: PayModel.objects.filter(pk=model.pk).update(document={}),
    ]
    for change in changes:
        with pytest.raises(PostedRowError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"name": " "}, "name", "名字"),
        ({"first": "2025-M11"}, "first", "2025-M11, 2025-M12"),
        ({"first": "2026-Q1", "last": "2026-Q1"}, "first", "2026-M10"),
        ({"first": "January"}, "first", "2026-M10"),
        ({"first": "2026-M02", "last": "2026-M01"}, "last", "早于"),
        ({"first": "2020-M01"}, "last", "24"),
        ({"growth": Decimal("2.01")}, "growth", "200%"),
        ({"growth": Decimal("0.00001")}, "growth", "小数"),
        ({"document": "components: []"}, "document", "components"),
        ({"document": CHANGED + "currency: USD\n"}, "document", "CNY"),
        ({"role": "king"}, "role", "角色"),
    ],
)
def test_what_cannot_be_modelled_is_told_at_its_field(version, olaf, given, field, said):
    with pytest.raises(DomainError) as refused:
        model_of(olaf, version, **given)
    assert said in str(refused.value.fields[field])
    assert not PayModel.objects.exists()


def test_those_who_write_plans_model_them_and_nobody_else(version, olaf, dora, adam, fiona, rita, hanna):
    for planner in (olaf, dora, adam):
        model_of(planner, version)
    for other in (fiona, rita, hanna):
        with pytest.raises(NotAllowed):
            model_of(other, version)


def test_whoever_does_not_see_all_pay_cannot_choose_whom_it_pays(version, adam, rita):
    """The sums of a model of one person are that person's pay."""
    with pytest.raises(NotAllowed):
        model_of(adam, version, person=rita.person)


def test_a_model_of_months_without_a_payee_says_so(paid, version, olaf, ray, django_capture_on_commit_callbacks):
    plan = version.plan
    for row in plan.assignments.all():
        row.valid_from = day("2027-01-01")
        row.save()
    with django_capture_on_commit_callbacks(execute=True):
        model = model_of(olaf, version)
    model.refresh_from_db()
    assert (model.state, model.code, PayModelResult.objects.exists()) == ("failed", "model-nobody", False)
    assert "请换月份" in model.refusal
    with pytest.raises(DomainError):
        run_model_again(actor=olaf, model=make_model_done(olaf, version), at=AT)


def make_model_done(olaf, version):
    model = model_of(olaf, version)
    PayModel.objects.filter(pk=model.pk).update(state="done")
    model.refresh_from_db()
    return model


def test_what_is_done_with_a_model_is_in_the_log(version, compute, olaf):
    model = compute(olaf, version)
    actions = AuditEntry.objects.filter(object_id=str(model.pk), action__startswith="pay_model.")
    assert set(actions.values_list("action", flat=True)) == {"pay_model.created", "pay_model.finished"}


def test_make_model_takes_a_dictionary_as_the_api_sends_it(version, olaf):
    model = make_model(
        actor=olaf,
        version=version,
        name="x",
        document=version.document,
        first="2026-M01",
        last="2026-M01",
        at=moment("2026-11-18"),
    )
    assert model.digest == version.digest
