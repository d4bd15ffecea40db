"""Writing what people do for customers: visits and calls in a minute, tasks, and the next step that comes of them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from tiji.apps.customers.models import Account, Contact
from tiji.apps.customers.services.last_activity import touch_accounts
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import business_date, company
from tiji.apps.organization.selectors.places import unit_of
from tiji.apps.pipeline.models import Activity, Opportunity
from tiji.apps.pipeline.permissions import can_edit_activity, can_log_activity
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.models.base import field_of
from tiji.shared.permissions import require

Kind = Activity.Kind
LONGEST = field_of(Activity, "subject").max_length


@transaction.atomic
def log_activity(
    *,
    actor: User,
    at: datetime,
    kind: str = Kind.VISIT,
    account: Account | None = None,
    opportunity: Opportunity | None = None,
    contacts: Sequence[Contact] = (),
    purpose: str = "",
    result: str = "",
    note: str = "",
    minutes: int | None = None,
    next_step: str,
    next_step_on: date | None = None,
    subject: str = "",
    owner: Person | None = None,
    logged_at: datetime | None = None,
) -> Activity:
    """Log what was done at `at`: one field is required, the next step, and it becomes the deal's.

    Raises: NotAllowed, DomainError at the field that is wrong.
    """
    holder = _holder(actor, owner)
    if opportunity is not None and account is None:
        account = opportunity.account
    _check(kind, account, opportunity, contacts)
    require_next_step(next_step)
    on = business_date(at)
    facts: dict[str, Any] = {"kind": kind, "purpose": purpose.strip()[:40], "note": note.strip()}
    facts |= {"subject": _subject(actor, subject, kind, account, opportunity), "result": result}
    facts |= {"minutes": minutes, "done_at": at}
    facts |= {"next_step": _fits(next_step, "next_step"), "next_step_on": next_step_on}
    activity = _entered(actor, holder, logged_at or at, on, account, opportunity, facts)
    if contacts:
        activity.contacts.set(contacts)
    _touch(activity, on)
    audit.record("activity.log", activity, None, _facts(activity), actor=actor)
    return activity


@transaction.atomic
def plan_task(
    *,
    actor: User,
    subject: str,
    at: datetime,
    due_on: date | None = None,
    planned_at: datetime | None = None,
    kind: str = Kind.TASK,
    account: Account | None = None,
    opportunity: Opportunity | None = None,
    note: str = "",
    purpose: str = "",
    owner: Person | None = None,
) -> Activity:
    """Plan something to be done: a task with a due day, or a visit with its time. Raises: NotAllowed, DomainError."""
    holder = _holder(actor, owner)
    if opportunity is not None and account is None:
        account = opportunity.account
    _check(kind, account, opportunity, ())
    if not subject.strip():
        raise DomainError(_("Say what is to be done."), field="subject")
    due = due_on or (business_date(planned_at) if planned_at else None)
    if due is None:
        raise DomainError(_("Choose the day by which it is to be done."), field="due_on")
    facts: dict[str, Any] = {"kind": kind, "purpose": purpose.strip()[:40], "note": note.strip(), "due_on": due}
    facts |= {"subject": _fits(subject, "subject"), "planned_at": planned_at}
    activity = _entered(actor, holder, at, business_date(at), account, opportunity, facts)
    audit.record("activity.plan", activity, None, _facts(activity), actor=actor)
    return activity


@transaction.atomic
def complete_activity(
    *,
    actor: User,
    activity: Activity,
    at: datetime,
    result: str = "",
    note: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
) -> Activity:
    """What was planned is done. Raises: NotAllowed, DomainError if it is done already."""
    current = _locked_for(actor, activity)
    if current.done_at is not None:
        raise DomainError(_("This is done already."), code="done")
    before = _facts(current)
    current.done_at = at
    current.result = result or current.result
    current.note = "\n".join(part for part in (current.note, note.strip()) if part)
    current.next_step = _fits(next_step, "next_step") or current.next_step
    current.next_step_on = next_step_on or current.next_step_on
    _save(current)
    _touch(current, business_date(at))
    audit.record("activity.complete", current, before, _facts(current), actor=actor)
    return current


@transaction.atomic
def postpone_activity(*, actor: User, activity: Activity, due_on: date, reason: str = "") -> Activity:
    """Another day for something planned. Raises: NotAllowed, DomainError if it is done."""
    current = _locked_for(actor, activity)
    if current.done_at is not None:
        raise DomainError(_("This is done already."), code="done")
    before = _facts(current)
    current.due_on, current.planned_at = due_on, None
    _save(current)
    audit.record("activity.postpone", current, before, _facts(current), reason, actor=actor)
    return current


@transaction.atomic
def edit_activity(*, actor: User, activity: Activity, expected_version: int, **facts: Any) -> Activity:
    """Mend what was entered: subject, purpose, minutes, result, note, next_step, next_step_on, due_on.

    Raises: NotAllowed, Conflict, DomainError, TypeError for a field that is none of these.
    """
    unknown = facts.keys() - {*EDITABLE}
    if unknown:
        raise TypeError(f"an activity has no {', '.join(sorted(unknown))} that may be edited")
    current = _locked_for(actor, activity)
    if current.version != expected_version:
        raise _conflict(current, facts)
    before = _facts(current)
    for name, value in facts.items():
        setattr(current, name, _fits(value, name) if name in ("subject", "next_step", "purpose") else value)
    if not current.subject:
        raise DomainError(_("Say what is to be done."), field="subject")
    _save(current)
    audit.record("activity.edit", current, before, _facts(current), actor=actor)
    return current


@transaction.atomic
def archive_activity(*, actor: User, activity: Activity, at: datetime, reason: str = "") -> Activity:
    """Take an activity that was entered by mistake out of the lists. Raises: NotAllowed."""
    current = _locked_for(actor, activity)
    if current.archived_at is None:
        current.archived_at = at
        _save(current)
        audit.record("activity.archive", current, _facts(current), None, reason, actor=actor)
    return current


EDITABLE = ("subject", "purpose", "minutes", "result", "note", "next_step", "next_step_on", "due_on")


def _holder(actor: User, owner: Person | None) -> Person:
    holder = owner or actor.person
    if holder is None:
        raise DomainError(_("Choose whose activity this is."), field="owner")
    require(can_log_activity(actor, holder), _("You log activities for yourself and for people you lead."))
    return holder


def _entered(
    actor: User,
    holder: Person,
    at: datetime,
    on: date,
    account: Account | None,
    opportunity: Opportunity | None,
    facts: dict[str, Any],
) -> Activity:
    """The new row; it counts for the unit in which its owner was on that day."""
    about = {"account": account, "opportunity": opportunity}
    activity = Activity(**about, **facts, owner=holder, unit=unit_of(holder, on), created_at=at, created_by=actor)
    activity.save(force_insert=True)
    return activity


def _check(kind: str, account: Account | None, opportunity: Opportunity | None, contacts: Iterable[Contact]) -> None:
    if kind not in Kind.values:
        raise DomainError(_("Choose what kind of activity it is."), field="kind")
    if opportunity is not None and account is not None and opportunity.account_id not in (None, account.pk):
        raise DomainError(_("This opportunity belongs to another customer."), field="opportunity")
    if kind in (Kind.VISIT, Kind.CALL, Kind.MEETING) and account is None and opportunity is None:
        raise DomainError(_("Choose the customer or the opportunity."), field="account")
    if any(account is None or contact.account_id != account.pk for contact in contacts):
        raise DomainError(_("Choose contacts of this customer."), field="contacts")


def require_next_step(next_step: str) -> None:
    """What was done leads to something. Raises: DomainError."""
    if not next_step.strip():
        raise DomainError(_("Say what happens next, even if it is only a call."), field="next_step", code="next-step")


def _subject(actor: User, subject: str, kind: str, account: Account | None, opportunity: Opportunity | None) -> str:
    """What was typed, else what it was about: 拜访 · 澄湖精密, in his language, else the company's.

    It is kept, so it follows the people who work here, not the language that a door happens to speak.
    """
    if subject.strip():
        return _fits(subject, "subject")
    with override(actor.language or company().language):
        about = opportunity.name if opportunity else str(account or "")
        return f"{Kind(kind).label} · {about}"[:LONGEST]


def _fits(text: str, field: str) -> str:
    text = (text or "").strip()
    limit = field_of(Activity, field).max_length or 0
    if len(text) > limit:
        raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": limit}, field=field)
    return text


def _touch(activity: Activity, on: date) -> None:
    """The deal and the customer were looked after on that day; the next step is the deal's now."""
    if activity.opportunity_id:
        deals: Any = Opportunity.objects.filter(pk=activity.opportunity_id)
        deal = deals.select_for_update().values("last_activity_on", "status").get()
        changes: dict[str, Any] = {"last_activity_on": max(on, deal["last_activity_on"] or on)}
        if activity.next_step and deal["status"] == Opportunity.Status.OPEN:
            changes |= {"next_step": activity.next_step, "next_step_on": activity.next_step_on}
        deals.update(**changes)
    if activity.account_id:
        touch_accounts({activity.account_id: on})


def _locked_for(actor: User, activity: Activity) -> Activity:
    require(can_edit_activity(actor, activity), _("Only its owner and those above him change an activity."))
    found: Activity = Activity.objects.select_for_update().get(pk=activity.pk)
    return found


def _save(activity: Activity) -> None:
    activity.version += 1
    activity.save()


def _facts(activity: Activity) -> dict[str, Any]:
    return audit.snapshot(
        activity,
        (*EDITABLE, "kind", "account", "opportunity", "owner", "done_at", "planned_at"),
    )


def _conflict(current: Activity, facts: dict[str, Any]) -> Conflict:
    labels = {name: str(field_of(Activity, name).verbose_name) for name in facts}
    return Conflict(
        _("Somebody changed this while you had it open. Compare, then enter your change again."),
        current={labels[name]: str(getattr(current, name) or "—") for name in facts},
        attempted={labels[name]: str(value or "—") for name, value in facts.items()},
        version=current.version,
    )
