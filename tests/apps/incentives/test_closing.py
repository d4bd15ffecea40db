"""The way of a month: handed in, approved, posted, finalised; two persons open it again; SQL cannot turn it back."""

from decimal import Decimal

import pytest
from django.db import transaction

from makers import moment
from makers_incentives import customer_of, make_plan, make_quota, pay_by, pay_month, post_month, receive, run_month
from tiji.apps.incentives.models import Earning, PayPeriod, PayState, Run, Statement
from tiji.apps.incentives.services.closing import (
    answer_reopening,
    approve_run,
    ask_reopening,
    finalise_month,
    post_run,
    submit_run,
)
from tiji.shared.errors import Conflict, DomainError, NotAllowed, PostedRowError
from tiji.shared.models import AuditEntry

AT = moment("2026-11-18")


@pytest.fixture
def january(olaf, rita, fiona):
    """January of 2026, calculated: 100,000 received, 1,000 earned."""
    version = make_plan(olaf)
    pay_by(olaf, version, rita.person)
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    receive(fiona, customer_of(rita.person), "100000.00", "2026-01-15")
    return run_month(olaf, "2026-M01")


def state() -> str:
    return PayPeriod.objects.get(key="2026-M01").state


def refused(code: str, act, *args, **named) -> None:
    with pytest.raises(DomainError) as caught:
        act(*args, **named)
    assert caught.value.code == code


def test_a_month_goes_its_way_step_by_step(january, olaf, fiona):
    states = [state()]
    submit_run(actor=olaf, run=january, at=AT)
    states.append(state())
    approve_run(actor=fiona, run=january, at=AT)
    states.append(state())
    post_run(actor=fiona, run=january, at=AT)
    states.append(state())
    finalise_month(actor=fiona, period=january.pay_period, at=AT)
    assert [*states, state()] == ["calculated", "in_review", "approved", "posted", "finalised"]
    assert Run.objects.get().state == PayState.POSTED
    done = ("pay_run.reviewed", "pay_run.approved", "pay_run.posted", "pay_period.finalised")
    assert AuditEntry.objects.filter(action__in=done).count() == 4


def test_no_step_is_left_out(january, olaf, fiona):
    refused("not-in-review", approve_run, actor=fiona, run=january, at=AT)
    refused("not-approved", post_run, actor=fiona, run=january, at=AT)
    refused("not-posted", finalise_month, actor=fiona, period=january.pay_period, at=AT)
    submit_run(actor=olaf, run=january, at=AT)
    refused("not-calculated", submit_run, actor=olaf, run=january, at=AT)
    refused("not-approved", post_run, actor=fiona, run=january, at=AT)


def test_each_step_has_its_people(january, rita, max_, olaf, fiona, adam):
    for actor in (rita, max_, fiona, adam):
        with pytest.raises(NotAllowed):
            submit_run(actor=actor, run=january, at=AT)
    submit_run(actor=olaf, run=january, at=AT)
    for actor in (rita, max_, olaf, adam):
        with pytest.raises(NotAllowed):
            approve_run(actor=actor, run=january, at=AT)
        if actor != olaf:
            with pytest.raises(NotAllowed):
                ask_reopening(actor=actor, run=january, reason="漏了", at=AT)
    approve_run(actor=fiona, run=january, at=AT)
    for actor in (rita, max_, olaf, adam):
        with pytest.raises(NotAllowed):
            post_run(actor=actor, run=january, at=AT)
        with pytest.raises(NotAllowed):
            finalise_month(actor=actor, period=january.pay_period, at=AT)


def test_what_is_looked_at_is_not_computed_anew(january, rita, olaf, fiona):
    submit_run(actor=olaf, run=january, at=AT)
    refused("in-review", run_month, olaf, "2026-M01")
    approve_run(actor=fiona, run=january, at=AT)
    refused("in-review", run_month, olaf, "2026-M01")
    post_run(actor=fiona, run=january, at=AT)
    refused("closed", run_month, olaf, "2026-M01")


def test_a_month_before_a_posted_one_is_not_run_any_more(january, olaf, fiona):
    post_month(olaf, fiona, january)
    refused("later-posted", run_month, olaf, "2025-M12")


def test_two_persons_open_a_month_again(january, olaf, fiona):
    submit_run(actor=olaf, run=january, at=AT)
    approve_run(actor=fiona, run=january, at=AT)
    refused("rule", ask_reopening, actor=olaf, run=january, reason=" ", at=AT)
    asked = ask_reopening(actor=olaf, run=january, reason="漏了一笔回款", at=AT)
    refused("asked", ask_reopening, actor=fiona, run=january, reason="另一笔", at=AT)
    refused("same-person", answer_reopening, actor=olaf, asked=asked, agreed=True, at=AT)
    answer_reopening(actor=fiona, asked=asked, agreed=True, at=AT)
    january.refresh_from_db()
    assert (state(), january.reviewed_at, january.approved_by) == ("calculated", None, None)
    with pytest.raises(Conflict):
        answer_reopening(actor=fiona, asked=asked, agreed=False, at=AT)
    assert run_month(olaf, "2026-M01") == january  # nothing changed, so nothing is written


def test_a_declined_reopening_changes_nothing_and_may_be_asked_again(january, olaf, fiona):
    submit_run(actor=olaf, run=january, at=AT)
    asked = ask_reopening(actor=olaf, run=january, reason="漏了一笔回款", at=AT)
    answer_reopening(actor=fiona, asked=asked, agreed=False, at=AT)
    assert state() == "in_review"
    assert ask_reopening(actor=olaf, run=january, reason="真的漏了", at=AT).pk != asked.pk


def test_what_is_posted_is_not_opened_again(january, olaf, fiona):
    submit_run(actor=olaf, run=january, at=AT)
    asked = ask_reopening(actor=olaf, run=january, reason="漏了一笔回款", at=AT)
    approve_run(actor=fiona, run=january, at=AT)
    post_run(actor=fiona, run=january, at=AT)
    refused("not-in-review", answer_reopening, actor=fiona, asked=asked, agreed=True, at=AT)
    refused("not-in-review", ask_reopening, actor=olaf, run=january, reason="漏了", at=AT)


def test_months_are_posted_and_finalised_in_their_order(january, rita, olaf, fiona):
    receive(fiona, customer_of(rita.person, "海蓝"), "50000.00", "2026-02-15")
    february = run_month(olaf, "2026-M02")
    for run in (february, january):
        submit_run(actor=olaf, run=run, at=AT)
        approve_run(actor=fiona, run=run, at=AT)
    refused("order", post_run, actor=fiona, run=february, at=AT)
    post_run(actor=fiona, run=january, at=AT)
    post_run(actor=fiona, run=february, at=AT)
    refused("order", finalise_month, actor=fiona, period=february.pay_period, at=AT)
    finalise_month(actor=fiona, period=january.pay_period, at=AT)
    finalise_month(actor=fiona, period=february.pay_period, at=AT)


def test_whoever_hands_in_does_not_approve(january, olaf, fiona):
    submit_run(actor=olaf, run=january, at=AT)
    Run.objects.filter(pk=january.pk).update(reviewed_by=fiona)
    refused("same-person", approve_run, actor=fiona, run=january, at=AT)


def test_an_older_version_goes_nowhere(january, rita, olaf):
    make_quota(olaf, rita.person, "2026-Q1", "900000")
    run_month(olaf, "2026-M01")
    with pytest.raises(Conflict):
        submit_run(actor=olaf, run=january, at=AT)


@pytest.mark.parametrize("finalised", [False, True])
def test_sql_of_the_application_cannot_turn_a_closed_month_back(january, olaf, fiona, finalised):
    post_month(olaf, fiona, january)
    if finalised:
        finalise_month(actor=fiona, period=january.pay_period, at=AT)
    attempts = [
        lambda: Run.objects.update(state=PayState.CALCULATED),
        lambda: Run.objects.update(posted_by=olaf),
        lambda: PayPeriod.objects.update(state=PayState.OPEN),
        lambda: PayPeriod.objects.update(current=None),
        lambda: PayPeriod.objects.all()._raw_delete("default"),
        lambda: Statement.objects.update(paid=Decimal(1)),
        lambda: Earning.objects.update(delta=Decimal(1)),
        lambda: Earning.objects.all()._raw_delete("default"),
    ]
    for attempt in attempts:
        with pytest.raises(PostedRowError), transaction.atomic():
            attempt()
    if finalised:
        with pytest.raises(PostedRowError), transaction.atomic():
            PayPeriod.objects.update(finalised_by=olaf)


def test_posted_months_pay_what_they_say(january, olaf, fiona):
    run = post_month(olaf, fiona, january)
    row = Statement.objects.get(run=run)
    assert (row.amount, row.corrections, row.adjustments, row.due, row.paid) == (1000, 0, 0, 1000, 1000)
    assert pay_month(olaf, fiona, "2026-M02").pay_period.state == PayState.POSTED
