"""Questions about pay: what is frozen, where each step leads, the clock, rights, and two who answer at once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from makers import day, moment
from makers_incentives import customer_of, post_month, receive, run_month
from tiji.apps.incentives.models import Inquiry, InquiryStep, PayAdjustment, Run, Statement
from tiji.apps.incentives.permissions import INQUIRY_DAYS, MANAGERS_SEE_PAY
from tiji.apps.incentives.selectors.freezing import frozen_line, same_line
from tiji.apps.incentives.selectors.inquiries import answering_users, desk, inquiry_report
from tiji.apps.incentives.selectors.traces import lines_of
from tiji.apps.incentives.services.adjustments import approve_adjustment
from tiji.apps.incentives.services.inquiries import (
    accept_inquiry,
    ask_about_pay,
    assign_inquiry,
    reject_inquiry,
    reply_to_inquiry,
    wait_inquiry,
    withdraw_inquiry,
)
from tiji.shared.errors import Conflict, DomainError, NotAllowed, PostedRowError
from tiji.shared.files import files_of
from tiji.shared.models import AuditEntry
from tiji.shared.settings_store import change_setting
from visibility.same_rows import assert_same_rows

ASKED = moment("2026-03-02")
LATER = moment("2026-03-03")
CLOSING = {"cause": "credit", "text": "已核实", "at": LATER}


def ask(user, statement, at=ASKED, **facts) -> Inquiry:
    key = facts.pop("line_key", lines_of(statement)[0].key)
    facts = {"kind": "payment", "text": "应按高一档计提", "expected": Decimal("8800.00"), **facts}
    return ask_about_pay(actor=user, statement=statement, line_key=key, at=at, **facts)


@pytest.fixture
def asked(paid, rita):
    return ask(rita, paid)


def test_a_question_keeps_the_line_as_it_was_whatever_is_run_later(paid, asked, rita, olaf, fiona):
    line = lines_of(paid)[0]
    # 100,000 × 1% + 200,000 × 1.6% + 100,000 × 2.2%
    assert (asked.paid, asked.expected, asked.state) == (Decimal("6400.00"), Decimal("8800.00"), "new")
    # A receipt that came to light lies before it: the running total of the line begins 100,000 higher.
    receive(fiona, customer_of(rita.person, "迟到客户"), "100000.00", "2026-02-10")
    run_month(olaf, "2026-M02")
    newer = Statement.objects.current().get(person=rita.person, run__pay_period__key="2026-M02")
    asked.refresh_from_db()
    kept, today = frozen_line(asked.frozen), same_line(line, lines_of(newer))
    assert kept == line
    assert [part.amount for part in kept.parts] == [Decimal(1000), Decimal(3200), Decimal(2200)]
    # From 600,000 to 1,000,000: 200,000 × 1.6% + 200,000 × 2.2%
    assert (today.before, today.amount) == (Decimal(600000), Decimal(7600))
    assert asked.frozen["run"]["number"] == 1
    assert asked.frozen["plan"] == {"code": "cash", "version": 1}


def test_what_was_asked_cannot_be_changed_nor_what_was_said(asked):
    for change in ({"text": "换一个"}, {"frozen": {}}, {"paid": "1"}, {"expected": "1"}):
        with pytest.raises(PostedRowError), transaction.atomic():
            Inquiry.objects.filter(pk=asked.pk).update(**change)
    with pytest.raises(PostedRowError), transaction.atomic():
        InquiryStep.objects.update(text="换一个")
    with pytest.raises(PostedRowError), transaction.atomic():
        InquiryStep.objects.all()._raw_delete("default")


def test_a_question_about_the_whole_statement_keeps_its_sums(paid, rita):
    asked = ask(rita, paid, line_key="", kind="missing", expected=None)
    assert (asked.paid, asked.frozen["line"]) == (Decimal("6400.00"), None)
    assert asked.frozen["statement"]["amount"] == "6400.0000"


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "rude"), ("text", " "), ("text", "x" * 2001), ("expected", Decimal("0.001")), ("line_key", "9-9-9-no")],
)
def test_wrong_input_is_told_at_its_field(paid, rita, field, value):
    with pytest.raises(DomainError) as told:
        ask(rita, paid, **{field: value})
    assert told.value.field == field
    assert not Inquiry.objects.exists()


def test_a_line_is_asked_about_once_at_a_time(paid, asked, rita, max_):
    with pytest.raises(DomainError) as told:
        ask(max_, paid)
    assert told.value.extra["inquiry"] == asked.pk
    withdraw_inquiry(actor=rita, inquiry=asked, at=LATER)
    assert ask(max_, paid).is_open


def test_whoever_sees_the_pay_may_ask_and_nobody_else(paid, max_, erin, olaf, ray, zoe, hanna, adam, dora):
    for user in (ray, zoe, hanna, adam):
        with pytest.raises(NotAllowed):
            ask(user, paid)
    for user in (max_, erin, olaf):
        withdraw_inquiry(actor=user, inquiry=ask(user, paid), at=LATER)
    change_setting(actor=dora, key=MANAGERS_SEE_PAY, value=False, valid_from=day("2026-01-01"))
    with pytest.raises(NotAllowed):
        ask(max_, paid)


# The clock


def test_five_working_days_go_around_spring_festival_and_count_the_saturdays_worked(paid, rita):
    # 2026: off from 15 to 23 February; Saturdays 14 and 28 are worked. 13, 14, 24, 25, 26 are five.
    asked = ask(rita, paid, moment("2026-02-12"))
    assert asked.due_on == date(2026, 2, 26)


def test_the_clock_stands_still_while_the_asker_has_the_word(paid, rita, olaf):
    asked = ask(rita, paid, moment("2026-02-12"))
    back = {"inquiry": asked, "waits_for": "payee", "text": "哪张回单？"}
    wait_inquiry(actor=olaf, at=moment("2026-02-13"), **back)
    row = Inquiry.objects.get()
    assert (row.state, row.paused_on, row.due_on, row.assignee) == (
        "waiting_payee",
        date(2026, 2, 13),
        date(2026, 2, 26),
        olaf,
    )
    assert not Inquiry.objects.overdue(day("2026-03-10")).exists()
    row = reply_to_inquiry(actor=rita, inquiry=asked, text="见附件", at=moment("2026-02-27"))
    # Waited on 13, 14, 24, 25, 26 February; five working days after the 26th: 27, 28 and 2, 3, 4 March.
    assert (row.state, row.paused_on, row.due_on) == ("assigned", None, date(2026, 3, 4))
    assert Inquiry.objects.overdue(day("2026-03-05")).exists()
    assert not Inquiry.objects.overdue(day("2026-03-04")).exists()


def test_waiting_for_data_lets_the_clock_run(asked, olaf, rita):
    row = wait_inquiry(actor=olaf, inquiry=asked, waits_for="data", text="等银行流水", at=LATER)
    assert (row.state, row.paused_on, row.due_on) == ("waiting_data", None, asked.due_on)
    row = reply_to_inquiry(actor=rita, inquiry=asked, text="好的", at=LATER)
    assert row.state == "waiting_data"
    assert Inquiry.objects.overdue(day("2026-03-31")).exists()


def test_the_days_are_a_dated_setting(paid, rita, dora):
    change_setting(actor=dora, key=INQUIRY_DAYS, value=2, valid_from=day("2026-03-01"))
    assert ask(rita, paid).due_on == date(2026, 3, 4)


# States


def test_operations_take_it_hand_it_over_and_reject_it_with_a_reason(asked, olaf, fiona, rita):
    assign_inquiry(actor=olaf, inquiry=asked, assignee=olaf, at=LATER)
    assign_inquiry(actor=olaf, inquiry=asked, assignee=fiona, at=LATER, text="请看汇率")
    row = reject_inquiry(actor=fiona, inquiry=asked, cause="rule", text="季度内累进", at=LATER)
    assert (row.state, row.cause, row.closed_at, row.assignee) == ("rejected", "rule", LATER, fiona)
    assert list(row.steps.values_list("kind", "by__name", "state")) == [
        ("opened", "Rita", "new"),
        ("assigned", "Olaf", "assigned"),
        ("assigned", "Olaf", "assigned"),
        ("rejected", "Fiona", "rejected"),
    ]
    for act, facts in (
        (reply_to_inquiry, {"actor": rita, "text": "为什么"}),
        (withdraw_inquiry, {"actor": rita}),
        (assign_inquiry, {"actor": olaf, "assignee": olaf}),
    ):
        with pytest.raises(DomainError) as told:
            act(inquiry=row, at=LATER, **facts)
        assert told.value.code == "closed"


@pytest.mark.parametrize(("field", "value"), [("cause", "weather"), ("text", ""), ("outcome", "magic")])
def test_closing_needs_a_cause_an_answer_and_a_way(asked, olaf, field, value):
    with pytest.raises(DomainError) as told:
        accept_inquiry(actor=olaf, inquiry=asked, **{"outcome": "rerun", **CLOSING, field: value})
    assert told.value.field == field
    asked.refresh_from_db()
    assert asked.state == "new"


def test_only_operations_and_finance_answer_and_nobody_his_own(paid, asked, rita, max_, dora, axel, olaf, hanna):
    acts = (
        (assign_inquiry, {"assignee": olaf}),
        (wait_inquiry, {"waits_for": "data", "text": "x"}),
        (accept_inquiry, {"outcome": "rerun", "cause": "data", "text": "x"}),
        (reject_inquiry, {"cause": "data", "text": "x"}),
    )
    for user in (rita, max_, dora, axel, hanna):
        for act, facts in acts:
            with pytest.raises(NotAllowed):
                act(actor=user, inquiry=asked, at=LATER, **facts)
    Inquiry.objects.filter(pk=asked.pk).update(assignee=None)
    with pytest.raises(DomainError) as told:
        assign_inquiry(actor=olaf, inquiry=asked, assignee=dora, at=LATER)
    assert told.value.field == "assignee"
    olaf.person_id = rita.person_id  # somebody of operations about his own pay
    with pytest.raises(NotAllowed):
        reject_inquiry(actor=olaf, inquiry=asked, at=LATER, cause="data", text="x")


def test_only_who_asked_or_whose_pay_it_is_takes_it_back(paid, rita, max_, olaf, erin):
    asked = ask(max_, paid)
    for user in (olaf, erin):
        with pytest.raises(NotAllowed):
            withdraw_inquiry(actor=user, inquiry=asked, at=LATER)
    assert withdraw_inquiry(actor=rita, inquiry=asked, at=LATER).state == "withdrawn"


def test_two_who_answer_at_once_the_second_is_told(asked, olaf, fiona):
    seen = asked.version
    reject_inquiry(actor=olaf, inquiry=asked, version=seen, **CLOSING)
    with pytest.raises(Conflict):
        accept_inquiry(actor=fiona, inquiry=asked, outcome="adjustment", version=seen, **CLOSING)
    assert Inquiry.objects.get().state == "rejected"
    assert not PayAdjustment.objects.exists()


# What comes of it


def test_accepting_proposes_the_difference_which_finance_still_approves(asked, paid, olaf, fiona, rita):
    row = accept_inquiry(actor=olaf, inquiry=asked, outcome="adjustment", **CLOSING)
    made = row.adjustment
    assert (made.amount, made.period, made.state, made.person, made.component) == (
        Decimal("2400.00"),
        "2026-M02",
        "proposed",
        rita.person,
        lines_of(paid)[0].component,
    )
    with pytest.raises(NotAllowed):
        approve_adjustment(actor=olaf, adjustment=made, at=LATER)
    assert approve_adjustment(actor=fiona, adjustment=made, at=LATER).state == "approved"


def test_after_posting_the_difference_goes_to_the_next_open_month(asked, paid, olaf, fiona):
    post_month(olaf, fiona, Run.objects.get(pay_period__key="2026-M01"))
    post_month(olaf, fiona, paid.run)
    row = accept_inquiry(actor=olaf, inquiry=asked, outcome="adjustment", **CLOSING)
    assert row.adjustment.period == "2026-M03"


def test_without_an_expected_amount_the_amount_is_asked_for(paid, rita, olaf):
    asked = ask(rita, paid, expected=None)
    with pytest.raises(DomainError) as told:
        accept_inquiry(actor=olaf, inquiry=asked, outcome="adjustment", **CLOSING)
    assert told.value.field == "amount"
    row = accept_inquiry(actor=olaf, inquiry=asked, outcome="adjustment", amount=Decimal("100"), **CLOSING)
    assert row.adjustment.amount == Decimal(100)


def test_a_file_hangs_on_its_step_and_a_wrong_one_leaves_nothing(paid, rita, asked):
    upload = SimpleUploadedFile("回单.txt", "电子回单".encode())
    reply_to_inquiry(actor=rita, inquiry=asked, text="见附件", at=LATER, files=[upload])
    assert files_of(asked.steps.last()).get().name == "回单.txt"
    with pytest.raises(DomainError) as told:
        reply_to_inquiry(actor=rita, inquiry=asked, text="x", at=LATER, files=[SimpleUploadedFile("x.html", b"<html>")])
    assert told.value.field == "files"
    assert asked.steps.count() == 2


# Who hears and sees


def test_mail_goes_to_those_who_have_the_word_and_names_no_amount(
    django_capture_on_commit_callbacks, paid, rita, olaf, fiona, max_
):
    def sent(act, **facts):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(**facts)
        return sorted(to for one in mail.outbox for to in one.to)

    assert sent(ask, user=max_, statement=paid) == sorted([olaf.email, fiona.email])
    text = mail.outbox[0].subject + mail.outbox[0].body
    assert "2026-M02" in text
    assert not any(secret in text for secret in ("6400", "6,400", "8800", "8,800", "客户", "应按"))
    asked = Inquiry.objects.get()
    assert sent(assign_inquiry, actor=olaf, inquiry=asked, assignee=fiona, at=LATER) == [fiona.email]
    wait = {"waits_for": "payee", "text": "?", "at": LATER}
    assert sent(wait_inquiry, actor=fiona, inquiry=asked, **wait) == sorted([max_.email, rita.email])
    assert sent(reply_to_inquiry, actor=rita, inquiry=asked, text="!", at=LATER) == [fiona.email]
    closed = {"cause": "rule", "text": "…", "at": LATER}
    assert sent(reject_inquiry, actor=fiona, inquiry=asked, **closed) == sorted([max_.email, rita.email])


def test_those_who_answer_are_operations_and_finance(company, olaf, fiona, rita, dora, axel, hanna):
    assert set(answering_users(day("2026-03-02"))) == {olaf, fiona}


def test_the_same_rows_behind_every_door(
    asked, paid, ray, rita, max_, erin, olaf, fiona, dora, axel, zoe, milo, hanna, adam
):
    other = Statement.objects.get(run=paid.run, person=ray.person)
    his = ask(ray, other)
    doors = {"list_name": "pay_inquiries", "api_path": "/pay-inquiries"}
    for user, rows in (
        *((user, {asked.pk, his.pk}) for user in (olaf, fiona, dora, axel, max_, erin)),
        (rita, {asked.pk}),
        (ray, {his.pk}),
        *((user, set()) for user in (zoe, milo, hanna, adam)),
    ):
        assert_same_rows(user, Inquiry, expected=rows, **doors)


def test_the_log_says_what_was_done_and_neither_amounts_nor_words(asked, olaf):
    accept_inquiry(actor=olaf, inquiry=asked, outcome="adjustment", **CLOSING)
    entries = list(AuditEntry.objects.filter(object_type="incentives.inquiry").order_by("pk"))
    assert [one.action for one in entries] == ["pay_inquiry.created", "pay_inquiry.approved"]
    assert not any(secret in str(one.after) for one in entries for secret in ("6400", "8800", "核实", "应按"))


def test_the_desk_counts_and_the_report_by_month_and_cause(asked, paid, ray, olaf):
    ray_asks = ask(ray, Statement.objects.get(run=paid.run, person=ray.person))
    reject_inquiry(actor=olaf, inquiry=ray_asks, cause="rule", text="x", at=moment("2026-03-05"))
    found = desk(Inquiry.objects.all(), day("2026-03-10"))
    assert (found.open, found.new, found.overdue, found.waiting) == (1, 1, 1, 0)
    report = inquiry_report(day("2026-03-10"))
    february, january = report.months
    assert (february.month.key, january.month.key) == ("2026-M02", "2026-M01")
    # Two lines in the month, rita's and ray's; two questions: 1,000 to 1,000 lines.
    assert (february.asked, february.lines, february.per_thousand) == (2, 2, Decimal("1000.00"))
    # Asked on Monday the 2nd: closed on the 5th after 3 working days, the other is 6 old on Tuesday the 10th.
    assert february.mean_days == Decimal("4.5")
    assert (february.open, february.overdue, february.rejected) == (1, 1, 1)
    assert (january.asked, january.per_thousand, january.mean_days) == (0, Decimal("0.00"), None)
    assert {cause: one.asked for cause, one in report.causes.items()} == {"rule": 1, "": 1}
