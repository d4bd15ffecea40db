"""Moves: what a gate refuses, what the ledger keeps, what the deal says afterwards."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from makers import make_account, make_person, moment
from makers_pipeline import make_opportunity, make_processes, move, reason, stage
from tiji.apps.organization.models import Role
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.pipeline.selectors.processes import known_stages
from tiji.apps.pipeline.services.moves import (
    lose_opportunity,
    move_many,
    move_opportunity,
    pause_opportunity,
    reopen_opportunity,
    take_back_step,
    win_opportunity,
)
from tiji.shared.errors import Conflict, DomainError, NotAllowed, PostedRowError
from tiji.shared.models import AuditEntry
from tiji.shared.request_context import acting


@pytest.fixture
def acme(rita):
    return make_account("澄湖精密", rita.person)


@pytest.fixture
def deal(rita, acme):
    """A deal of rita in 立项 since 1 November, complete."""
    return make_opportunity(rita, stage_code="project", account=acme, amount="4120000", expected_on="2026-12-12")


def ledger(deal):
    return list(deal.stage_events.order_by("at", "pk"))


def refused(field, code):
    return pytest.raises(DomainError, check=lambda error: error.field == field and error.code == code)


def test_a_step_forward_writes_the_ledger_and_the_deal(rita, deal):
    moved = move(rita, deal, "contact", "2026-11-10")
    born, step = ledger(deal)
    assert (born.cause, born.from_stage_id, born.to_stage.code) == ("created", None, "project")
    assert (step.cause, step.from_stage.code, step.to_stage.code) == ("moved", "project", "contact")
    assert (step.days_in_stage, step.amount, step.currency, step.percent) == (9, Decimal(4120000), "CNY", 25)
    assert (step.by, step.owner, step.unit_id) == (rita, rita.person, deal.unit_id)
    assert (step.at, step.on) == (moment("2026-11-10"), date(2026, 11, 10))
    assert (moved.percent, moved.entered_stage_at, moved.stalls_on) == (25, moment("2026-11-10"), date(2026, 12, 26))
    assert moved.version == deal.version + 1
    assert Opportunity.objects.get(pk=deal.pk).stage.code == "contact"


def test_a_move_is_in_the_audit_log_with_both_states(rita, deal):
    move(rita, deal, "contact")
    entry = AuditEntry.objects.get(action="opportunity.move")
    assert (entry.actor, entry.object_id) == (rita, deal.pk)
    assert (entry.before["percent"], entry.after["percent"]) == (10, 25)


def test_the_business_date_of_a_late_evening_is_the_companys(rita, deal):
    """17:30 in UTC on the 9th is half past one on the 10th in Shanghai."""
    move(rita, deal, "contact", "2026-11-09T17:30:00")
    assert ledger(deal)[-1].on == date(2026, 11, 10)


def test_a_skip_without_a_reason_is_refused_and_says_how_many(rita, deal):
    with refused("reason", "skip-reason") as caught:
        move(rita, deal, "solution")
    assert caught.value.extra["skipped"] == 2
    assert len(ledger(deal)) == 1


def test_a_skip_with_a_reason_is_counted(rita, deal):
    move(rita, deal, "solution", why="客户直接邀请陈述")
    step = ledger(deal)[-1]
    assert (step.cause, step.reason) == ("skipped", "客户直接邀请陈述")


def test_going_back_asks_for_a_cause(rita, deal):
    there = move(rita, deal, "contact")
    with refused("reason", "return-cause"):
        move(rita, there, "project", "2026-11-12")
    move(rita, there, "project", "2026-11-12", why="预算被收回")
    step = ledger(deal)[-1]
    assert (step.cause, step.percent, step.days_in_stage) == ("returned", 10, 2)


def test_the_same_stage_is_refused(rita, deal):
    with refused("stage", "same-stage"):
        move(rita, deal, "project")


def test_a_stage_asks_for_its_fields_at_their_names(rita):
    bare = make_opportunity(rita, "没有客户")
    with refused("account", "required-fields"):
        move(rita, bare, "project")
    with pytest.raises(DomainError) as caught:
        move(rita, bare, "solution", why="跳过")
    assert set(caught.value.fields) == {"account", "expected_on", "amount"}


def test_an_early_deal_needs_nothing(rita):
    assert make_opportunity(rita, "没有客户").stalls_on == date(2026, 11, 9)


def test_going_back_or_losing_asks_for_no_fields(rita, deal):
    Opportunity.objects.filter(pk=deal.pk).update(amount=None, account=None)
    lost = lose_opportunity(actor=rita, opportunity=deal, at=moment("2026-11-10"), close_reason=reason("lost-budget"))
    assert (lost.status, lost.percent, lost.closed_on) == ("lost", 0, date(2026, 11, 10))


def test_a_stage_of_another_process_is_refused(rita, deal):
    with refused("stage", "other-process"):
        move_opportunity(actor=rita, opportunity=deal, to_stage=stage("quote", "efficiency"), at=moment("2026-11-10"))


def test_a_step_before_the_last_one_is_refused(rita, deal):
    with refused("at", "before-last-step"):
        move(rita, deal, "contact", "2026-10-31")


def test_winning_goes_to_the_won_stage_with_a_hundred_percent(rita, deal):
    there = move(rita, deal, "closing", why="老客户")
    won = win_opportunity(actor=rita, opportunity=there, at=moment("2026-11-20"), close_reason=reason("won-solution"))
    step = ledger(deal)[-1]
    assert (won.status, won.stage.code, won.percent, won.closed_on) == ("won", "signed", 100, date(2026, 11, 20))
    assert (step.cause, step.to_status, step.percent, step.days_in_stage) == ("closed", "won", 100, 10)
    assert won.stalls_on is None


def test_moving_into_the_won_stage_wins(rita, deal):
    there = move(rita, deal, "closing", why="老客户")
    assert move(rita, there, "signed", "2026-11-20").status == "won"


def test_winning_over_stages_needs_a_reason_too(rita, deal):
    with refused("reason", "skip-reason"):
        win_opportunity(actor=rita, opportunity=deal, at=moment("2026-11-20"))


def test_losing_needs_a_reason_and_some_reasons_the_competitor(rita, deal):
    at = moment("2026-11-20")
    with refused("close_reason", "lost-reason"):
        lose_opportunity(actor=rita, opportunity=deal, at=at, close_reason=None)
    with refused("rival", "lost-rival"):
        lose_opportunity(actor=rita, opportunity=deal, at=at, close_reason=reason("lost-price"))
    with refused("close_reason", "other-reason"):
        lose_opportunity(actor=rita, opportunity=deal, at=at, close_reason=reason("won-price"))


def test_a_lost_deal_stays_in_its_stage_and_keeps_why(rita, deal):
    lose_opportunity(
        actor=rita, opportunity=deal, at=moment("2026-11-20"), close_reason=reason("lost-budget"), note="明年再议"
    )
    found, step = Opportunity.objects.get(pk=deal.pk), ledger(deal)[-1]
    assert (found.stage.code, found.close_reason.code, found.close_note) == ("project", "lost-budget", "明年再议")
    assert (step.to_status, step.percent, step.reason) == ("lost", 0, "lost-budget: 明年再议")


def test_a_pause_asks_for_the_day_to_wake_up(rita, deal):
    at = moment("2026-11-20")
    with refused("resume_on", "resume-on"):
        pause_opportunity(actor=rita, opportunity=deal, at=at, resume_on=None)
    with refused("resume_on", "resume-on"):
        pause_opportunity(actor=rita, opportunity=deal, at=at, resume_on=date(2026, 11, 20))
    paused = pause_opportunity(actor=rita, opportunity=deal, at=at, resume_on=date(2027, 1, 4))
    assert (paused.status, paused.resume_on, paused.percent, paused.stalls_on) == ("paused", date(2027, 1, 4), 10, None)


def test_a_closed_deal_does_not_move(rita, deal):
    pause_opportunity(actor=rita, opportunity=deal, at=moment("2026-11-20"), resume_on=date(2027, 1, 4))
    with refused(None, "not-open"):
        move(rita, Opportunity.objects.get(pk=deal.pk), "contact", "2026-11-21")


def test_the_owner_reopens_a_pause_and_the_days_begin_anew(rita, deal):
    paused = pause_opportunity(actor=rita, opportunity=deal, at=moment("2026-11-20"), resume_on=date(2027, 1, 4))
    back = reopen_opportunity(actor=rita, opportunity=paused, at=moment("2026-12-01"))
    step = ledger(deal)[-1]
    assert (back.status, back.stage.code, back.resume_on) == ("open", "project", None)
    assert (back.stalls_on, step.cause, step.days_in_stage) == (date(2027, 1, 1), "reopened", 11)


def test_only_a_manager_reopens_a_lost_deal_and_says_why(rita, max_, deal):
    lost = lose_opportunity(actor=rita, opportunity=deal, at=moment("2026-11-20"), close_reason=reason("lost-timing"))
    with pytest.raises(NotAllowed):
        reopen_opportunity(actor=rita, opportunity=lost, at=moment("2026-11-21"), reason="客户回头")
    with refused("reason", "reopen-reason"):
        reopen_opportunity(actor=max_, opportunity=lost, at=moment("2026-11-21"))
    back = reopen_opportunity(actor=max_, opportunity=lost, at=moment("2026-11-21"), reason="客户回头")
    assert (back.status, back.percent, back.close_reason) == ("open", 10, None)


def test_a_reopened_won_deal_stands_before_the_won_stage(rita, max_, deal):
    won = win_opportunity(actor=rita, opportunity=deal, at=moment("2026-11-20"), note="框架协议直接下单")
    back = reopen_opportunity(actor=max_, opportunity=won, at=moment("2026-11-25"), reason="合同未盖章")
    assert (back.stage.code, back.percent, back.closed_on) == ("closing", 90, None)


def test_a_lost_deal_cannot_be_moved_round_the_rule_of_reopening(rita, deal):
    lost = lose_opportunity(actor=rita, opportunity=deal, at=moment("2026-11-20"), close_reason=reason("lost-timing"))
    with refused(None, "not-open"):
        move(rita, lost, "contact", "2026-11-21")


def test_two_who_move_at_once_see_both(rita, deal):
    move(rita, deal, "contact")
    with pytest.raises(Conflict) as caught:
        move_opportunity(
            actor=rita, opportunity=deal, to_stage=stage("needs"), at=moment("2026-11-11"),
            expected_version=deal.version,
        )  # fmt: skip
    assert "接触" in caught.value.current.values()
    assert "需求锁定" in caught.value.attempted.values()


@pytest.mark.parametrize("who", ["ray", "zoe", "milo", "fiona", "axel", "hanna"])
def test_others_do_not_move_it(request, deal, who):
    with pytest.raises(NotAllowed):
        move(request.getfixturevalue(who), deal, "contact")


@pytest.mark.parametrize("who", ["max_", "erin", "dora", "olaf"])
def test_those_above_move_it(request, deal, who):
    assert move(request.getfixturevalue(who), deal, "contact").percent == 25


def test_a_set_moves_what_may_move_and_tells_the_rest(rita, max_, acme, deal):
    bare = make_opportunity(rita, "没有客户", stage_code="lead")
    ready = make_opportunity(rita, "三期", stage_code="project", account=acme)
    report = move_many(
        actor=max_, opportunities=[deal, bare, ready], to_stage=stage("contact"), at=moment("2026-11-10")
    )
    assert {row.pk for row in report.moved} == {deal.pk, ready.pk}
    assert [(row.pk, error.field) for row, error in report.refused] == [(bare.pk, "account")]
    assert StageEvent.objects.filter(cause="moved").count() == 2
    assert AuditEntry.objects.filter(action="opportunity.move").count() == 2


def test_a_set_costs_the_same_queries_whatever_its_size(rita, max_, acme, django_assert_max_num_queries):
    deals = [make_opportunity(rita, f"项目 {n}", stage_code="project", account=acme) for n in range(30)]
    with django_assert_max_num_queries(16):  # one asks whether scopes kept in memory still hold, one holds the stages
        move_many(actor=max_, opportunities=deals, to_stage=stage("contact"), at=moment("2026-11-10"))


CLOSINGS = {
    "won": lambda actor, deal, at: win_opportunity(actor=actor, opportunity=deal, at=at, note="跳过"),
    "lost": lambda actor, deal, at: lose_opportunity(
        actor=actor, opportunity=deal, at=at, close_reason=reason("lost-timing")
    ),
    "paused": lambda actor, deal, at: pause_opportunity(
        actor=actor, opportunity=deal, at=at, resume_on=date(2026, 12, 1)
    ),
    "skipped": lambda actor, deal, at: move(actor, deal, "needs", at, "客户直接锁定需求"),
}
TEN = moment("2026-11-10")


@pytest.mark.parametrize(
    ("how", "cause"), [(how, "reopened") for how in ("won", "lost", "paused")] + [("skipped", "returned")]
)
def test_who_took_a_step_takes_it_back(rita, deal, how, cause):
    done = CLOSINGS[how](rita, deal, TEN)
    back = take_back_step(actor=rita, opportunity=done, at=TEN + timedelta(seconds=8), expected_version=done.version)
    assert (back.stage.code, back.status, back.percent, back.closed_on, back.close_reason) == (
        "project",
        "open",
        10,
        None,
        None,
    )
    step = ledger(deal)[-1]
    assert (len(ledger(deal)), step.cause, step.to_status, step.percent, step.by) == (3, cause, "open", 10, rita)


def test_after_five_minutes_and_of_another_only_a_manager_takes_a_result_back(rita, max_, ray, deal):
    lost = CLOSINGS["lost"](rita, deal, TEN)
    late = {"opportunity": lost, "at": TEN + timedelta(minutes=5), "expected_version": lost.version}
    with pytest.raises(NotAllowed):
        take_back_step(actor=rita, **late)
    with pytest.raises(NotAllowed):
        take_back_step(actor=ray, **{**late, "at": TEN})
    assert take_back_step(actor=max_, **late).status == "open"


def test_only_the_last_step_is_taken_back_and_only_once(rita, deal):
    with refused(None, "no-step"):
        take_back_step(actor=rita, opportunity=deal, at=TEN, expected_version=deal.version)
    paused = CLOSINGS["paused"](rita, deal, TEN)
    with pytest.raises(Conflict):
        take_back_step(actor=rita, opportunity=paused, at=TEN, expected_version=deal.version)
    back = take_back_step(actor=rita, opportunity=paused, at=TEN, expected_version=paused.version)
    with refused(None, "no-step"):
        take_back_step(actor=rita, opportunity=back, at=TEN, expected_version=back.version)


def test_a_deal_in_a_stage_made_a_moment_ago_moves(rita, deal):
    with acting(rita, "api"):
        known_stages().pop(deal.stage_id)  # as if the stages had been read before that one was made
        assert move_opportunity(actor=rita, opportunity=deal, to_stage=stage("contact"), at=moment("2026-11-10"))


def test_a_move_is_few_queries(rita, deal, django_assert_max_num_queries):
    target = stage("contact")
    with django_assert_max_num_queries(12):
        move_opportunity(actor=rita, opportunity=deal, to_stage=target, at=moment("2026-11-10"))


def test_the_ledger_cannot_be_changed_or_deleted(rita, deal):
    event = ledger(deal)[0]
    with pytest.raises(PostedRowError):
        StageEvent.objects.filter(pk=event.pk).update(percent=99)


def test_the_ledger_cannot_be_deleted(rita, deal):
    with pytest.raises(PostedRowError):
        StageEvent.objects.filter(opportunity=deal).delete()


def test_default_processes_are_those_of_the_method(db):
    from tiji.apps.pipeline.services.processes import found_processes

    make_processes()
    again = found_processes()
    percents = {code: [row.percent for row in process.stages.order_by("position")] for code, process in again.items()}
    assert percents["effectiveness"] == [0, 10, 25, 40, 50, 65, 75, 90, 100]
    assert percents["efficiency"] == [0, 20, 50, 80, 100]
    assert [row.max_days for row in again["effectiveness"].stages.order_by("position")] == [
        7, 30, 45, 30, 30, 45, 30, 15, None,
    ]  # fmt: skip


def test_a_manager_made_by_a_role_alone_moves_too(company, deal):
    lead = make_person("Lena", company.suzhou, Role.MANAGER).user
    assert move(lead, deal, "contact").percent == 25
