"""A company's month with facts, cells and steps of payment: balances go on from month to month.

The plan pays what is received. A draw of 2,000 is advanced where the month earns less, and repaid from what is above
it; 10% of what is then due is held until a month in which the fact `released` is true.
"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makers import day, moment
from makers_incentives import customer_of, make_plan, pay_by, pay_month, receive, run_month
from tiji.apps.incentives.models import Earning, PayFact, PaymentStep, Run, Statement
from tiji.apps.incentives.selectors.balances import standing_balances
from tiji.apps.incentives.services.closing import submit_run
from tiji.apps.incentives.services.facts import FactValue, set_pay_fact, set_pay_facts
from tiji.apps.incentives.services.plans import end_plan_assignment
from tiji.shared.errors import Conflict, DomainError, NotAllowed, PostedRowError

AT = moment("2026-01-02")
DRAW = """
components:
  - code: cash
    credit: {event: receipt}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "1"}]}
payment:
  - {code: draw, draw: "2000"}
"""
MONTHS = ["2750.00", "3000.00", "1500.00", "2375.00", "3000.00", "2750.00"]


@pytest.fixture
def acme(rita):
    return customer_of(rita.person)


def months(count: int) -> list[str]:
    return [f"2026-M{number:02d}" for number in range(1, count + 1)]


def pay(olaf, fiona, acme, amounts) -> list[Statement]:
    """Every month received, run and posted; its statements."""
    found = []
    for key, amount in zip(months(len(amounts)), amounts, strict=True):
        receive(fiona, acme, amount, f"2026-{key[-2:]}-10")
        found.append(Statement.objects.get(run=pay_month(olaf, fiona, key)))
    return found


def test_a_draw_is_advanced_and_repaid_over_the_months(olaf, fiona, rita, acme):
    # The worked table of docs/kernel/pay-sheet.md, "Payment".
    pay_by(olaf, make_plan(olaf, "draw", DRAW), rita.person)
    statements = pay(olaf, fiona, acme, MONTHS)
    assert [row.amount for row in statements] == [Decimal(amount) for amount in MONTHS]
    assert [row.paid for row in statements] == [2750, 3000, 2000, 2000, 2875, 2750]
    steps = PaymentStep.objects.filter(balance="draw").order_by("run__pay_period__starts_on")
    assert [step.closing for step in steps] == [0, 0, 500, 125, 0, 0]
    assert [step.opening for step in steps] == [0, 0, 0, 500, 125, 0]


def test_what_is_owed_stays_while_nobody_is_paid(olaf, fiona, rita, acme):
    version = make_plan(olaf, "draw", DRAW)
    pay_by(olaf, version, rita.person)
    pay(olaf, fiona, acme, ["2750.00", "3000.00", "1500.00"])
    end_plan_assignment(actor=olaf, assignment=version.plan.assignments.get(), valid_until=day("2026-04-01"))
    pay_by(olaf, make_plan(olaf, "other", DRAW.replace("2000", "0")), rita.person, "2026-04-01")
    pay_month(olaf, fiona, "2026-M04")
    assert standing_balances(rita.person_id)[version.plan_id, "draw"] == 500
    pay_by(olaf, version, rita.person, "2026-05-01")
    receive(fiona, acme, "2375.00", "2026-05-10")
    run = run_month(olaf, "2026-M05")
    step = PaymentStep.objects.get(run=run, plan_version=version)
    assert (step.opening, step.closing) == (500, 125)


def test_a_correction_goes_through_the_steps_of_payment(olaf, fiona, rita, acme):
    pay_by(olaf, make_plan(olaf, "draw", DRAW), rita.person)
    pay(olaf, fiona, acme, ["2750.00", "3000.00", "1500.00"])
    receive(fiona, acme, "300.00", "2026-03-20")
    receive(fiona, acme, "2375.00", "2026-04-10")
    row = Statement.objects.get(run=run_month(olaf, "2026-M04"))
    # 2,375 and 300 from March are due; of the 675 above the draw 500 repay what is owed.
    assert (row.amount, row.corrections, row.due, row.paid) == (2375, 300, 2675, 2175)


def test_a_month_that_was_run_again_asks_for_the_next_one_to_be_run_again(olaf, fiona, rita, acme):
    pay_by(olaf, make_plan(olaf, "draw", DRAW), rita.person)
    receive(fiona, acme, "1500.00", "2026-01-10")
    run_month(olaf, "2026-M01")
    february = run_month(olaf, "2026-M02")
    receive(fiona, acme, "100.00", "2026-01-11")
    run_month(olaf, "2026-M01")
    with pytest.raises(Conflict) as caught:
        submit_run(actor=olaf, run=february, at=AT)
    assert caught.value.code == "basis"
    again = run_month(olaf, "2026-M02")
    assert again.number == 2
    assert PaymentStep.objects.get(run=again).opening == 400


CELLS = """
facts: {grade: text, target: money, score: {kind: rate, optional: true}}
tables:
  by_grade: {kind: words, rows: [{word: A, value: "1.2"}, {word: B, value: "1"}]}
components:
  - code: cash
    credit: {event: receipt}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "0.01"}]}
cells:
  - {code: bonus, pays: "round(target * 0.1 * at(by_grade, grade) * coalesce(score, 1), 2)"}
"""


def know(olaf, user, name, value, start="2026-01-01"):
    return set_pay_fact(actor=olaf, person=user.person, name=name, valid_from=day(start), value=value, at=AT)


def test_cells_pay_by_what_is_known_of_the_payee(olaf, fiona, rita, ray, acme):
    version = make_plan(olaf, "cells", CELLS)
    for user in (rita, ray):
        pay_by(olaf, version, user.person)
    know(olaf, rita, "grade", "A")
    know(olaf, rita, "target", "15000.00")
    know(olaf, ray, "target", "10000")
    receive(fiona, acme, "100000.00", "2026-01-10")
    run = run_month(olaf, "2026-M01")
    # Rita: 1% of 100,000, and 15,000 × 10% × 1.2. Nobody knows Ray's grade, so nothing can be told of his month.
    row = Statement.objects.get(run=run, person=rita.person)
    assert (row.amount, row.paid) == (2800, 2800)
    amounts = dict(Earning.objects.filter(run=run, person=rita.person).values_list("component", "amount"))
    assert amounts == {"cash": 1000, "bonus": 1800}
    assert [(cell["part"], cell["value"], cell["earned"]) for cell in row.cells] == [("bonus", "180000", 180000)]
    lacking = Statement.objects.get(run=run, person=ray.person)
    assert (lacking.amount, lacking.paid, run.problems) == (0, 0, 1)
    assert [(one["code"], one["name"]) for one in lacking.problems] == [("fact_missing", "grade")]


def test_a_fact_holds_from_its_day_until_the_next(olaf, fiona, rita, acme):
    pay_by(olaf, make_plan(olaf, "cells", CELLS), rita.person)
    know(olaf, rita, "grade", "B")
    know(olaf, rita, "target", "10000")
    know(olaf, rita, "grade", "A", "2026-02-15")
    know(olaf, rita, "score", "0.5", "2026-03-01")
    know(olaf, rita, "score", "", "2026-04-01")
    amounts = [Statement.objects.get(run=run_month(olaf, key)).amount for key in months(4)]
    assert amounts == [1000, 1200, 600, 1200]


def test_a_fact_that_comes_late_corrects_the_closed_month(olaf, fiona, rita, acme):
    pay_by(olaf, make_plan(olaf, "cells", CELLS), rita.person)
    know(olaf, rita, "target", "10000")
    assert Statement.objects.get(run=pay_month(olaf, fiona, "2026-M01")).paid == 0
    know(olaf, rita, "grade", "B")
    row = Statement.objects.get(run=run_month(olaf, "2026-M02"))
    assert (row.amount, row.corrections, row.paid) == (1000, 1000, 2000)


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("weather", "fine", "name"),
        ("target", "viel", "value"),
        ("target", "1.005", "value"),
        ("score", "1e99", "value"),
    ],
)
def test_a_fact_that_is_none_is_refused_at_its_field(olaf, rita, name, value, field):
    make_plan(olaf, "cells", CELLS)
    with pytest.raises(DomainError) as caught:
        know(olaf, rita, name, value)
    assert list(caught.value.fields) == [field]
    assert not PayFact.objects.exists()


def test_facts_are_set_by_operations_and_nobody_overwrites_another(olaf, fiona, rita):
    make_plan(olaf, "cells", CELLS)
    for actor in (rita, fiona):
        with pytest.raises(NotAllowed):
            know(actor, rita, "grade", "A")
    first = know(olaf, rita, "grade", "A")
    assert know(olaf, rita, "grade", "A") == first
    facts = {"person": rita.person, "name": "grade", "valid_from": day("2026-01-01"), "at": AT}
    second = set_pay_fact(actor=olaf, value="B", expected=1, **facts)
    assert (second.number, PayFact.objects.count()) == (2, 2)
    with pytest.raises(Conflict):
        set_pay_fact(actor=olaf, value="C", expected=1, **facts)
    with pytest.raises(PostedRowError):
        PayFact.objects.update(value="Z")


def test_many_facts_go_in_together_or_not_at_all(olaf, rita, ray, django_assert_max_num_queries):
    make_plan(olaf, "cells", CELLS)
    start = day("2026-01-01")
    rows = [FactValue(user.person_id, "grade", start, "A") for user in (rita, ray)]
    with pytest.raises(DomainError) as caught:
        set_pay_facts(actor=olaf, rows=[*rows, FactValue(rita.person_id, "target", start, "x")], at=AT)
    assert "3" in str(caught.value)
    assert not PayFact.objects.exists()
    with django_assert_max_num_queries(12):
        assert set_pay_facts(actor=olaf, rows=rows, at=AT) == 2
    assert set_pay_facts(actor=olaf, rows=rows, at=AT) == 0


def test_a_run_of_many_people_reads_and_writes_in_sets(olaf, fiona, rita, ray, acme):
    version = make_plan(olaf, "cells", CELLS + 'payment: [{code: draw, draw: "2000"}]\n')
    counts = []
    for number, user in enumerate((rita, ray), 1):
        pay_by(olaf, version, user.person)
        know(olaf, user, "grade", "A")
        know(olaf, user, "target", "1000")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run: Run = run_month(olaf, "2026-M01")
        assert run.number == number
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1
