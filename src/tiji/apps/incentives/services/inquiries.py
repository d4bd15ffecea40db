"""Questions about pay: asked with what the statement said frozen, worked on against a clock, answered."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.incentives.models import Inquiry, InquiryStep, Statement
from tiji.apps.incentives.permissions import (
    INQUIRY_DAYS,
    can_answer_inquiries,
    can_answer_inquiry,
    can_see_pay,
    can_withdraw_inquiry,
)
from tiji.apps.incentives.selectors.adjustments import open_month
from tiji.apps.incentives.selectors.freezing import frozen_of, line_by_key
from tiji.apps.incentives.selectors.statements import earnings_of, plans_of
from tiji.apps.incentives.services.adjustments import LONGEST, keep_files, propose_adjustment
from tiji.apps.incentives.services.notices import tell_of
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import business_date, work_calendar
from tiji.kernel.money import Money
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require
from tiji.shared.settings_store import setting

Kind, State, Step = Inquiry.Kind, Inquiry.State, InquiryStep.Kind
Files = Sequence["UploadedFile[Any]"]
# Where a step leads; a reply leads back from the asker, as `_after_reply` says.
LEADS_TO: Mapping[str, str] = {
    Step.ASSIGNED: State.ASSIGNED,
    Step.WAITING_PAYEE: State.WAITING_PAYEE,
    Step.WAITING_DATA: State.WAITING_DATA,
    Step.ACCEPTED: State.ACCEPTED,
    Step.REJECTED: State.REJECTED,
    Step.WITHDRAWN: State.WITHDRAWN,
}


@transaction.atomic
def ask_about_pay(
    *,
    actor: User,
    statement: Statement,
    kind: str,
    text: str,
    at: datetime,
    line_key: str = "",
    expected: Decimal | None = None,
    files: Files = (),
) -> Inquiry:
    """Ask about a line of a statement, or about all of it; what it says now is kept with the question.

    Raises: NotAllowed, DomainError at the field that is wrong, also when the line is being asked about already.
    """
    require(can_see_pay(actor, statement.person_id))
    _check_question(kind, text, expected, statement.currency)
    exclusive(f"incentives.inquiry.{statement.person_id}")
    _check_not_asked(statement, line_key)
    line = line_by_key(statement, line_key) if line_key else None
    if line_key and line is None:
        raise DomainError(_("The statement has no such line. Choose one of its lines."), field="line_key")
    plan = plans_of(statement, earnings_of(statement)).get(line.plan_version) if line else None
    on = business_date(at)
    inquiry: Inquiry = Inquiry.objects.create(
        statement=statement,
        pay_period_id=statement.run.pay_period_id,
        person_id=statement.person_id,
        line_key=line_key,
        kind=kind,
        expected=expected,
        paid=line.amount if line else statement.amount,
        currency=statement.currency,
        text=text.strip(),
        frozen=frozen_of(statement, line, plan),
        opened_by=actor,
        opened_at=at,
        due_on=work_calendar().add_workdays(on, setting(INQUIRY_DAYS, on)),
    )
    audit.record("pay_inquiry.created", inquiry, after=_facts(inquiry), actor=actor)
    _append(actor, inquiry, Step.OPENED, inquiry.text, at, files)
    return inquiry


def _check_question(kind: str, text: str, expected: Decimal | None, currency: str) -> None:
    if kind not in Kind.values:
        raise DomainError(_("Choose what is wrong."), field="kind")
    _check_text(text, _("Say what you think is wrong, and why."))
    if expected is not None and not Money(expected, currency).is_whole_minor:
        raise DomainError(_("Use whole cents."), field="expected")


def _check_not_asked(statement: Statement, line_key: str) -> None:
    rows = Inquiry.objects.open().filter(
        person_id=statement.person_id, pay_period_id=statement.run.pay_period_id, line_key=line_key
    )
    standing = rows.first() if line_key else None
    if standing is not None:
        raise DomainError(
            _("This line is being asked about already: see inquiry %(number)s and write there.")
            % {"number": standing.pk},
            code="asked",
            inquiry=standing.pk,
        )


@transaction.atomic
def assign_inquiry(
    *, actor: User, inquiry: Inquiry, assignee: User, at: datetime, text: str = "", version: int | None = None
) -> Inquiry:
    """Give a question to somebody who answers such, or take it over. Raises: NotAllowed, DomainError, Conflict."""
    _require_answering(actor, inquiry)
    if not can_answer_inquiry(assignee, inquiry):
        raise DomainError(
            _("Choose somebody of sales operations or finance, other than the person asked about."), field="assignee"
        )
    row = _locked(inquiry, version)
    row.assignee = assignee
    return _moved(actor, row, Step.ASSIGNED, text, at)


@transaction.atomic
def wait_inquiry(
    *,
    actor: User,
    inquiry: Inquiry,
    waits_for: str,
    text: str,
    at: datetime,
    version: int | None = None,
    files: Files = (),
) -> Inquiry:
    """Ask back (`payee`: the clock stands still until an answer comes) or wait for data (`data`: it goes on).

    Raises: NotAllowed, DomainError, Conflict.
    """
    _require_answering(actor, inquiry)
    kinds = {"payee": Step.WAITING_PAYEE, "data": Step.WAITING_DATA}
    if waits_for not in kinds:
        raise DomainError(_("Choose what it waits for."), field="waits_for")
    _check_text(text, _("Say what is needed, and from whom."))
    row = _locked(inquiry, version)
    row.assignee = row.assignee or actor
    return _moved(actor, row, kinds[waits_for], text, at, files)


@transaction.atomic
def reply_to_inquiry(
    *, actor: User, inquiry: Inquiry, text: str, at: datetime, version: int | None = None, files: Files = ()
) -> Inquiry:
    """Write into a question. What the asker was asked back for goes on with his answer, and so does the clock.

    Raises: NotAllowed, DomainError, Conflict.
    """
    require(can_see_pay(actor, inquiry.person_id))
    _check_text(text, _("Write something."))
    return _moved(actor, _locked(inquiry, version), Step.REPLY, text, at, files)


@transaction.atomic
def accept_inquiry(
    *,
    actor: User,
    inquiry: Inquiry,
    cause: str,
    outcome: str,
    text: str,
    at: datetime,
    amount: Decimal | None = None,
    period: str = "",
    version: int | None = None,
) -> Inquiry:
    """Agree with a question. By an adjustment it is proposed here, as expected − paid unless `amount` is given, for the
    next open month unless `period` is; finance decides on it. By mended data the next run of the month shows it.

    Raises: NotAllowed, DomainError, Conflict.
    """
    _require_answering(actor, inquiry)
    _check_closing(cause, text)
    if outcome not in Inquiry.Outcome.values:
        raise DomainError(_("Choose how it is put right."), field="outcome")
    row = _locked(inquiry, version)
    if outcome == Inquiry.Outcome.ADJUSTMENT:
        row.adjustment = propose_adjustment(
            actor=actor,
            person=row.person,
            period=period or open_month(row.pay_period.key),
            amount=_difference(row, amount),
            currency=row.currency,
            reason="correction",
            note=text,
            component=(row.frozen.get("line") or {}).get("component", ""),
            at=at,
        )
    row.cause, row.outcome = cause, outcome
    return _moved(actor, row, Step.ACCEPTED, text, at)


def _difference(inquiry: Inquiry, amount: Decimal | None) -> Decimal:
    if amount is not None:
        return amount
    if inquiry.expected is None:
        raise DomainError(_("No amount was expected in the question. Enter the amount to add."), field="amount")
    missing: Decimal = inquiry.expected - inquiry.paid
    return missing


@transaction.atomic
def reject_inquiry(
    *, actor: User, inquiry: Inquiry, cause: str, text: str, at: datetime, version: int | None = None
) -> Inquiry:
    """Disagree with a question, and say why. Raises: NotAllowed, DomainError, Conflict."""
    _require_answering(actor, inquiry)
    _check_closing(cause, text)
    row = _locked(inquiry, version)
    row.cause = cause
    return _moved(actor, row, Step.REJECTED, text, at)


@transaction.atomic
def withdraw_inquiry(
    *, actor: User, inquiry: Inquiry, at: datetime, text: str = "", version: int | None = None
) -> Inquiry:
    """Take a question back. Raises: NotAllowed, DomainError, Conflict."""
    require(can_withdraw_inquiry(actor, inquiry), _("Only who asked, or whose pay it is, takes a question back."))
    return _moved(actor, _locked(inquiry, version), Step.WITHDRAWN, text, at)


def _require_answering(actor: User, inquiry: Inquiry) -> None:
    require(can_answer_inquiries(actor), _("Only sales operations and finance answer questions about pay. Ask them."))
    require(can_answer_inquiry(actor, inquiry), _("Nobody answers a question about his own pay. Ask a colleague."))


def _check_text(text: str, missing: str) -> None:
    if not text.strip():
        raise DomainError(missing, field="text")
    if len(text) > LONGEST:
        raise DomainError(_("Use at most %(most)s letters.") % {"most": LONGEST}, field="text")


def _check_closing(cause: str, text: str) -> None:
    if cause not in Inquiry.Cause.values:
        raise DomainError(_("Choose what was behind it."), field="cause")
    _check_text(text, _("Write the answer that the person reads."))


def _locked(inquiry: Inquiry, version: int | None) -> Inquiry:
    """The question under its lock. Raises: Conflict when somebody was faster, DomainError when it is closed."""
    rows = Inquiry.objects.select_for_update(of=("self",)).select_related("person", "pay_period", "assignee")
    row: Inquiry = rows.get(pk=inquiry.pk)
    if version is not None and row.version != version:
        raise Conflict(
            _("Somebody answered in the meantime. Read it and decide again."),
            current={str(_("State")): row.get_state_display()},
        )
    if not row.is_open:
        raise DomainError(_("This question is closed. Ask a new one if something is left."), code="closed")
    return row


def _moved(actor: User, row: Inquiry, kind: str, text: str, at: datetime, files: Files = ()) -> Inquiry:
    """Take the step: the state it leads to, the clock, the row that says so. Raises: DomainError."""
    if len(text) > LONGEST:
        raise DomainError(_("Use at most %(most)s letters.") % {"most": LONGEST}, field="text")
    before = _facts(row)
    row.state = LEADS_TO.get(kind) or _after_reply(actor, row)
    _keep_time(row, business_date(at))
    row.closed_at = None if row.is_open else at
    row.version += 1
    row.save(update_fields=Inquiry.PROGRESS)
    audit.record(f"pay_inquiry.{DEEDS[kind]}", row, before, _facts(row), actor=actor)
    _append(actor, row, kind, text.strip(), at, files)
    return row


DEEDS: Mapping[str, str] = {
    Step.ASSIGNED: "assigned",
    Step.WAITING_PAYEE: "pause",
    Step.WAITING_DATA: "pause",
    Step.REPLY: "add",
    Step.ACCEPTED: "approved",
    Step.REJECTED: "refused",
    Step.WITHDRAWN: "withdraw",
}


def _after_reply(actor: User, row: Inquiry) -> str:
    """An answer to what was asked back hands the word over; anything else leaves it where it is."""
    if row.state != State.WAITING_PAYEE or not can_withdraw_inquiry(actor, row):
        return row.state
    return State.ASSIGNED if row.assignee_id else State.NEW


def _keep_time(row: Inquiry, on: date) -> None:
    """Stop the clock while the asker has the word; the working days until he answers are added to the due day."""
    if row.state == State.WAITING_PAYEE:
        row.paused_on = row.paused_on or on
    elif row.paused_on is not None:
        calendar = work_calendar()
        waited = calendar.workdays_between(row.paused_on, on)
        row.due_on, row.paused_on = calendar.add_workdays(row.due_on, waited), None


def _append(actor: User, row: Inquiry, kind: str, text: str, at: datetime, files: Files) -> None:
    step = InquiryStep.objects.create(
        inquiry=row,
        kind=kind,
        text=text,
        state=row.state,
        assignee=row.assignee,
        due_on=row.due_on,
        by=actor,
        at=at,
    )
    keep_files(actor=actor, thing=step, files=files)
    tell_of(step)


def _facts(row: Inquiry) -> dict[str, Any]:
    """What the audit log keeps: its readers may not see pay, so neither amounts nor what was written."""
    return {
        "person": row.person_id,
        "pay_period": row.pay_period_id,
        "kind": row.kind,
        "state": row.state,
        "assignee": row.assignee_id,
        "due_on": row.due_on,
        "cause": row.cause,
    }
