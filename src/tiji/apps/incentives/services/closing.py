"""From a calculated month to a closed one: reviewed, approved, posted, finalised; opened again by two persons only."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tiji.apps.incentives.models import LOOKED_AT, PayPeriod, PayState, Reopening, Run
from tiji.apps.incentives.permissions import can_approve_pay, can_post_pay, can_reopen_pay, can_run_pay
from tiji.apps.incentives.selectors.adjustments import approved_adjustments
from tiji.apps.incentives.selectors.closed import earlier_than
from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.services.letters import require_accepted
from tiji.apps.incentives.services.runs import LOCK, superseded
from tiji.apps.organization.models import User
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.events import emit
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require


@transaction.atomic
def submit_run(*, actor: User, run: Run, at: datetime) -> Run:
    """Sales operations hands a calculated run in: from here on the month is not computed anew.

    Raises: NotAllowed, DomainError, Conflict when there is a newer run.
    """
    require(can_run_pay(actor), _("Only sales operations hand in a month. Ask them."))
    current = _newest(run, PayState.CALCULATED)
    _check_basis(current)
    _check_adjusted(current)
    return _moved(actor, current, PayState.IN_REVIEW, "reviewed", at)


@transaction.atomic
def approve_run(*, actor: User, run: Run, at: datetime) -> Run:
    """Finance has looked at a run in review and agrees. Raises: NotAllowed, DomainError, Conflict."""
    require(can_approve_pay(actor, run), _("Only finance approves pay. Ask them."))
    current = _newest(run, PayState.IN_REVIEW)
    if current.reviewed_by_id == actor.pk:
        raise DomainError(_("You handed this month in; somebody else approves it."), code="same-person")
    _check_basis(current)
    return _moved(actor, current, PayState.APPROVED, "approved", at)


@transaction.atomic
def post_run(*, actor: User, run: Run, at: datetime) -> Run:
    """Pay what an approved run comes to: from here on its amounts are paid, and what becomes known later is a
    correction of a later month. Months are posted in their order.

    Raises: NotAllowed, DomainError, Conflict.
    """
    require(can_post_pay(actor, run), _("Only finance posts pay. Ask them."))
    current = _newest(run, PayState.APPROVED)
    before = earlier_than(current.pay_period).exclude(current=None).exclude(state__in=POSTED).first()
    if before is not None:
        raise DomainError(
            _("Months are posted in their order; %(month)s comes first.") % {"month": before.key}, code="order"
        )
    _check_basis(current)
    require_accepted(current)
    posted = _moved(actor, current, PayState.POSTED, "posted", at)
    emit("pay.posted", run_id=posted.pk)
    return posted


@transaction.atomic
def finalise_month(*, actor: User, period: PayPeriod, at: datetime) -> PayPeriod:
    """Lock a posted month for good, after all before it. Raises: NotAllowed, DomainError."""
    require(can_post_pay(actor), _("Only finance finalises a month. Ask them."))
    exclusive(LOCK)
    row: PayPeriod = PayPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if row.state != PayState.POSTED:
        raise _wrong_state(row.get_state_display(), PayState.POSTED)
    before = earlier_than(row).filter(state=PayState.POSTED).first()
    if before is not None:
        raise DomainError(
            _("Months are finalised in their order; %(month)s comes first.") % {"month": before.key}, code="order"
        )
    seen = audit.snapshot(row)
    row.state, row.finalised_at, row.finalised_by = PayState.FINALISED, at, actor
    row.save(update_fields=["state", "finalised_at", "finalised_by"])
    audit.record("pay_period.finalised", row, *audit.changes(seen, row), actor=actor)
    return row


@transaction.atomic
def ask_reopening(*, actor: User, run: Run, reason: str, at: datetime) -> Reopening:
    """Ask for a month in review or approved to be opened again. Raises: NotAllowed, DomainError."""
    require(can_reopen_pay(actor), _("Only sales operations and finance open a month again. Ask them."))
    if not reason.strip():
        raise DomainError(_("Say why the month has to be opened again."), field="reason")
    current = _newest(run, *LOOKED_AT)
    try:
        with transaction.atomic():
            asked: Reopening = Reopening.objects.create(
                pay_period=current.pay_period, run=current, reason=reason.strip(), asked_at=at, asked_by=actor
            )
    except IntegrityError as error:
        raise DomainError(_("Somebody asked for this already; it waits for an answer."), code="asked") from error
    audit.record("reopening.asked", asked, after=audit.snapshot(asked), actor=actor)
    return asked


@transaction.atomic
def answer_reopening(*, actor: User, asked: Reopening, agreed: bool, at: datetime) -> Reopening:
    """Another person agrees to a month being opened again, or declines. Raises: NotAllowed, DomainError, Conflict."""
    require(can_reopen_pay(actor), _("Only sales operations and finance open a month again. Ask them."))
    exclusive(LOCK)
    row: Reopening = Reopening.objects.select_for_update(of=("self",)).select_related("run").get(pk=asked.pk)
    if row.agreed is not None:
        raise Conflict(_("Somebody answered this in the meantime."), code="answered")
    if agreed and row.asked_by_id == actor.pk:
        raise DomainError(_("It takes two persons to open a month again; somebody else agrees."), code="same-person")
    if agreed:
        current = _newest(row.run, *LOOKED_AT)
        facts = {f"{step}_{what}": None for step in ("reviewed", "approved") for what in ("at", "by")}
        _change(actor, current, PayState.CALCULATED, facts, "pay_run.reopened")
    row.agreed, row.answered_at, row.answered_by = agreed, at, actor
    row.save(update_fields=["agreed", "answered_at", "answered_by"])
    audit.record("reopening.answered", row, after=audit.snapshot(row), actor=actor)
    return row


POSTED = (PayState.POSTED, PayState.FINALISED)


def _newest(run: Run, *states: str) -> Run:
    """The run under its lock, if it still is the one that counts and has come as far as that."""
    exclusive(LOCK)
    current: Run = Run.objects.select_for_update(of=("self",)).select_related("pay_period").get(pk=run.pk)
    if current.pay_period.current_id != current.pk:
        raise Conflict(_("There is a newer version of this month. Look at that one."), code="superseded")
    if current.state not in states:
        raise _wrong_state(current.get_state_display(), *states)
    return current


def _wrong_state(state: str, *wanted: str) -> DomainError:
    texts = {
        PayState.CALCULATED: _("Only a calculated run can be handed in; this one is %(state)s."),
        PayState.IN_REVIEW: _("Only a run in review can be approved; this one is %(state)s."),
        PayState.APPROVED: _("Only an approved run can be posted; this one is %(state)s."),
        PayState.POSTED: _("Only a posted month can be finalised; this one is %(state)s."),
    }
    opened = _("Only a month in review or approved can be opened again; this one is %(state)s.")
    text = texts[PayState(wanted[0])] if len(wanted) == 1 else opened
    return DomainError(text % {"state": state}, code=f"not-{wanted[0]}".replace("_", "-"))


def _check_basis(run: Run) -> None:
    """Raises: Conflict if a month that this one builds on was run again since."""
    if again := superseded(run.basis):
        text = _("%(months)s was run again after this month was computed. Run this month again.")
        raise Conflict(text % {"months": _(", ").join(again)}, code="basis")


def _check_adjusted(run: Run) -> None:
    """Raises: Conflict if an adjustment was approved since the run; from the review on none is."""
    approved: dict[tuple[int, str], int] = defaultdict(int)
    for row in approved_adjustments(run.pay_period.key):
        approved[row.person_id, row.currency] += row.amount
    paid = run.statements.exclude(adjustments=0).values_list("person_id", "currency", "adjustments")
    counted = {(person, currency): int(amount.scaleb(STORED_DIGITS)) for person, currency, amount in paid}
    if {key: amount for key, amount in approved.items() if amount} != counted:
        raise Conflict(_("Adjustments were approved after this month was computed. Run it again."), code="adjusted")


def _moved(actor: User, run: Run, state: PayState, step: str, at: datetime) -> Run:
    facts = {f"{step}_at": at, f"{step}_by": actor}
    return _change(actor, run, state, facts, f"pay_run.{step}")


def _change(actor: User, run: Run, state: PayState, facts: dict[str, Any], action: str) -> Run:
    before = audit.snapshot(run)
    for name, value in {**facts, "state": state}.items():
        setattr(run, name, value)
    run.save(update_fields=["state", *facts])
    run.pay_period.state = state
    run.pay_period.save(update_fields=["state"])
    audit.record(action, run, *audit.changes(before, run), actor=actor)
    return run
