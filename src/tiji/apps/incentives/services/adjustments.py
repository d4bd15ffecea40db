"""Adjustments of pay: one proposes, finance decides, and what was decided is only ever reversed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.incentives.models import PayAdjustment
from tiji.apps.incentives.permissions import can_approve_pay, can_decide_adjustment, can_propose_adjustment
from tiji.apps.incentives.selectors.adjustments import open_month
from tiji.apps.incentives.services.runs import LOCK
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.money import Money, minor_units
from tiji.kernel.periods import PeriodKind
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.files import store_file
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require

State = PayAdjustment.State
LONGEST = 2000
MOST_FILES = 10
MOST = Decimal(10) ** 12


@transaction.atomic
def propose_adjustment(
    *,
    actor: User,
    person: Person,
    period: str,
    amount: Decimal,
    currency: str,
    reason: str,
    note: str,
    at: datetime,
    component: str = "",
    files: Sequence["UploadedFile[Any]"] = (),
) -> PayAdjustment:
    """Propose an amount to be paid to, or taken from, somebody beside what the plans say.

    Raises: NotAllowed, DomainError at the field that is wrong, also for a month whose pay is agreed already.
    """
    require(can_propose_adjustment(actor), _("Only sales operations and finance propose adjustments. Ask them."))
    key = _month(period)
    _check(amount, currency, reason, note)
    if len(component) > 60:
        raise DomainError(_("Name a component of the plan, in at most 60 letters."), field="component")
    row: PayAdjustment = PayAdjustment.objects.create(
        person=person,
        period=key,
        amount=amount,
        currency=currency,
        component=component.strip(),
        reason=reason,
        note=note.strip(),
        proposed_by=actor,
        proposed_at=at,
    )
    _record("pay_adjustment.created", row, actor)
    keep_files(actor=actor, thing=row, files=files)
    return row


def _month(period: str) -> str:
    """The key of a month that still takes adjustments. Raises: DomainError at `period`."""
    try:
        month = fiscal_calendar().period(period)
    except ValueError as error:
        raise DomainError(_("Name a month such as 2026-M10."), field="period") from error
    if month.kind is not PeriodKind.MONTH:
        raise DomainError(_("Pay is adjusted by the month. Name one such as 2026-M10."), field="period")
    free = open_month(month.key)
    if free != month.key:
        raise DomainError(
            _("The pay of %(month)s is agreed already. The next month that is open is %(open)s.")
            % {"month": month.key, "open": free},
            field="period",
            code="month-closed",
            open=free,
        )
    return month.key


def _check(amount: Decimal, currency: str, reason: str, note: str) -> None:
    try:
        minor_units(currency)
    except ValueError as error:
        raise DomainError(_("Write a currency's code, such as CNY."), field="currency") from error
    if not amount.is_finite() or not amount or abs(amount) >= MOST:
        raise DomainError(_("Enter an amount other than 0; a minus takes back."), field="amount")
    if not Money(amount, currency).is_whole_minor:
        facts = {"currency": currency, "places": minor_units(currency)}
        raise DomainError(_("%(currency)s has %(places)s decimals.") % facts, field="amount")
    if reason not in PayAdjustment.Reason.values:
        raise DomainError(_("Choose a reason."), field="reason")
    if not note.strip() or len(note) > LONGEST:
        raise DomainError(
            _("Say in a sentence what it is for; the person reads it on the statement. At most %(most)s letters.")
            % {"most": LONGEST},
            field="note",
        )


@transaction.atomic
def keep_files(*, actor: User, thing: Any, files: Sequence["UploadedFile[Any]"]) -> None:
    """Take in what was attached. Raises: DomainError at `files`."""
    if len(files) > MOST_FILES:
        raise DomainError(_("Attach at most %(most)s files.") % {"most": MOST_FILES}, field="files")
    for upload in files:
        try:
            store_file(actor=actor, upload=upload, thing=thing)
        except DomainError as error:
            raise DomainError(f"{upload.name}: {error}", field="files", code=error.code) from error


@transaction.atomic
def approve_adjustment(*, actor: User, adjustment: PayAdjustment, at: datetime, answer: str = "") -> PayAdjustment:
    """Agree to an adjustment: the next run of its month pays it. Raises: NotAllowed, DomainError, Conflict."""
    _require_decider(actor, adjustment)
    exclusive(LOCK)  # nobody agrees to the month in this moment
    row = _locked(adjustment)
    _month(row.period)
    return _decided(actor, row, State.APPROVED, at, answer, "pay_adjustment.approved")


@transaction.atomic
def reject_adjustment(*, actor: User, adjustment: PayAdjustment, at: datetime, answer: str) -> PayAdjustment:
    """Refuse an adjustment and say why. Raises: NotAllowed, DomainError, Conflict."""
    _require_decider(actor, adjustment)
    if not answer.strip():
        raise DomainError(_("Say why it is not paid."), field="answer")
    return _decided(actor, _locked(adjustment), State.REJECTED, at, answer, "pay_adjustment.refused")


@transaction.atomic
def withdraw_adjustment(*, actor: User, adjustment: PayAdjustment, at: datetime, answer: str = "") -> PayAdjustment:
    """Take back a proposal that nobody has decided on. Raises: NotAllowed, Conflict."""
    require(actor.pk == adjustment.proposed_by_id, _("Only who proposed it takes it back. Finance may reject it."))
    return _decided(actor, _locked(adjustment), State.WITHDRAWN, at, answer, "pay_adjustment.withdraw")


@transaction.atomic
def reverse_adjustment(
    *, actor: User, adjustment: PayAdjustment, period: str, note: str, at: datetime
) -> PayAdjustment:
    """Propose to take back an approved adjustment in a month that is open; finance decides on that, too.

    Raises: NotAllowed, DomainError, Conflict when it is being taken back already.
    """
    require(can_propose_adjustment(actor), _("Only sales operations and finance propose adjustments. Ask them."))
    row: PayAdjustment = PayAdjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
    if row.state != State.APPROVED or row.reverses_id:
        raise DomainError(_("Only an approved adjustment can be taken back, and only once."), code="not-approved")
    if row.reversals.filter(state__in=(State.PROPOSED, State.APPROVED)).exists():
        raise Conflict(_("This adjustment is being taken back already."), code="reversed")
    key = _month(period)
    _check(-row.amount, row.currency, row.reason, note)
    back: PayAdjustment = PayAdjustment.objects.create(
        person_id=row.person_id,
        period=key,
        amount=-row.amount,
        currency=row.currency,
        component=row.component,
        reason=row.reason,
        note=note.strip(),
        reverses=row,
        proposed_by=actor,
        proposed_at=at,
    )
    _record("pay_adjustment.reverse", back, actor)
    return back


def _require_decider(actor: User, adjustment: PayAdjustment) -> None:
    require(can_approve_pay(actor), _("Only finance decides on adjustments. Ask them."))
    require(
        can_decide_adjustment(actor, adjustment),
        _("Nobody decides on his own proposal or his own pay. Ask a colleague in finance."),
    )


def _locked(adjustment: PayAdjustment) -> PayAdjustment:
    """The proposal under its lock. Raises: Conflict when somebody was faster."""
    row: PayAdjustment = PayAdjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
    if not row.is_open:
        label = str(_("State"))
        raise Conflict(
            _("Somebody decided on this adjustment in the meantime."), current={label: row.get_state_display()}
        )
    return row


def _decided(actor: User, row: PayAdjustment, state: str, at: datetime, answer: str, action: str) -> PayAdjustment:
    if len(answer) > LONGEST:
        raise DomainError(_("Use at most %(most)s letters.") % {"most": LONGEST}, field="answer")
    row.state, row.decided_by, row.decided_at, row.answer = state, actor, at, answer.strip()
    row.save(update_fields=PayAdjustment.DECISION)
    _record(action, row, actor)
    return row


def _record(action: str, row: PayAdjustment, actor: User) -> None:
    """The log is read by administrators too, who see nobody's pay: neither amount nor note stand in it."""
    audit.record(action, row, after=_facts(row), actor=actor)


def _facts(row: PayAdjustment) -> dict[str, Any]:
    return {
        "person": row.person_id,
        "period": row.period,
        "state": row.state,
        "reason": row.reason,
        "reverses": row.reverses_id,
    }
