"""Who holds which position from when: appended and closed, never rewritten."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Assignment, Person, Position, Unit, User
from tiji.apps.organization.permissions import can_manage_people
from tiji.apps.organization.services.positions import open_position
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


@transaction.atomic
def assign_person(
    *, actor: User, person: Person, position: Position, on: date, until: date | None = None, share_percent: int = 100
) -> Assignment:
    """Give somebody a position from a date, beside those he holds. Raises: NotAllowed, DomainError."""
    require(can_manage_people(actor, person))
    person = _lock(person)
    _check_person(person, on)
    _check_dates(on, until)
    _check_seat(person, position, on, until)
    _check_share(share_percent)
    assignment: Assignment = Assignment.objects.create(
        person=person, position=position, valid_from=on, valid_until=until, share_percent=share_percent
    )
    audit.record("person.assigned", person, None, _facts(assignment), actor=actor)
    return assignment


@transaction.atomic
def move_person(
    *,
    actor: User,
    person: Person,
    on: date,
    position: Position | None = None,
    unit: Unit | None = None,
    role: str = "",
    share_percent: int = 100,
) -> Assignment:
    """Let somebody change to a position from `on`: what he holds ends that day, and stays in his history.

    Without a position a vacant one of that role in `unit`, or a new one, is his. Raises: NotAllowed, DomainError.
    """
    require(can_manage_people(actor, person))
    person = _lock(person)
    _check_person(person, on)
    _check_share(share_percent)
    held = list(Assignment.objects.filter(person=person).exclude(valid_until__lte=on).select_related("position"))
    _check_history(held, on)
    seat = position or _seat_in(actor, unit, role or _role_of(held), on)
    if any(row.position_id == seat.pk for row in held):
        raise DomainError(_("He already holds this position. Choose another one."), field="position", code="no-change")
    _check_seat(person, seat, on, None)
    before = [_facts(row) for row in held]
    Assignment.objects.filter(pk__in=[row.pk for row in held]).update(valid_until=on)
    moved: Assignment = Assignment.objects.create(
        person=person, position=seat, valid_from=on, share_percent=share_percent
    )
    audit.record("person.moved", person, {"positions": before}, {"positions": [_facts(moved)]}, actor=actor)
    return moved


@transaction.atomic
def end_assignment(*, actor: User, assignment: Assignment, on: date) -> Assignment:
    """Let a position end on a day. Raises: NotAllowed, DomainError."""
    require(can_manage_people(actor, assignment.person))
    row: Assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if row.valid_until is not None and row.valid_until <= on:
        message = _("It already ended on %(day)s.") % {"day": row.valid_until}
        raise DomainError(message, field="on", code="ended")
    if on <= row.valid_from:
        message = _("It began on %(day)s. Choose a later day.") % {"day": row.valid_from}
        raise DomainError(message, field="on", code="dates")
    before = _facts(row)
    row.valid_until = on
    row.save(update_fields=["valid_until"])
    audit.record("person.unassigned", row.person, before, _facts(row), actor=actor)
    return row


@transaction.atomic
def cancel_assignment(*, actor: User, assignment: Assignment, today: date) -> None:
    """Call off a position that has not begun; what would have ended for it goes on. Raises: NotAllowed, DomainError."""
    require(can_manage_people(actor, assignment.person))
    row = Assignment.objects.select_for_update().select_related("person").get(pk=assignment.pk)
    if row.valid_from <= today:
        raise DomainError(_("It has begun and is history. Let it end on a day instead."), code="begun")
    before = _facts(row)
    earlier = Assignment.objects.filter(person=row.person, valid_until=row.valid_from)
    row.delete()
    resumed = [_facts(old) for old in earlier]
    earlier.update(valid_until=row.person.left_on)
    audit.record("person.assignment_cancelled", row.person, before, {"resumed": resumed}, actor=actor)


def _lock(person: Person) -> Person:
    locked: Person = Person.objects.select_for_update().get(pk=person.pk)
    return locked


def _check_person(person: Person, on: date) -> None:
    if person.left_on is not None:
        message = _("%(name)s left on %(day)s. Take him back first.")
        raise DomainError(message % {"name": person, "day": person.left_on}, code="left")
    if person.hired_on and on < person.hired_on:
        message = _("%(name)s was hired on %(day)s. Choose that day or a later one.")
        raise DomainError(message % {"name": person, "day": person.hired_on}, field="on", code="dates")


def _check_dates(start: date, until: date | None) -> None:
    if until is not None and until <= start:
        raise DomainError(_("The end lies before the beginning. Choose a later day."), field="until", code="dates")


def _check_share(share: int) -> None:
    if not 1 <= share <= 100:
        raise DomainError(_("The share of time is a percentage from 1 to 100."), field="share_percent", code="range")


def _check_history(held: list[Assignment], on: date) -> None:
    """A move closes what holds; it never cuts into what begins on or after that day."""
    later = [row for row in held if row.valid_from >= on]
    if later:
        first = min(row.valid_from for row in later)
        message = _("A position of his begins on %(day)s. Choose a later day, or call that one off first.")
        raise DomainError(message % {"day": first}, field="on", code="already-moves")


def _check_seat(person: Person, position: Position, on: date, until: date | None) -> None:
    if position.archived_at:
        raise DomainError(_("This position is archived. Choose another one."), field="position", code="archived")
    rows = Assignment.objects.filter(position=position).exclude(valid_until__lte=on).select_related("person")
    if until is not None:
        rows = rows.filter(valid_from__lt=until)
    other = rows.order_by("valid_from").first()
    if other is None:
        return
    if other.person_id == person.pk:
        raise DomainError(_("He already holds this position then."), field="position", code="no-change")
    message = _("%(name)s holds this position from %(day)s. Choose another one, or move that person first.")
    raise DomainError(message % {"name": other.person, "day": other.valid_from}, field="position", code="held")


def _seat_in(actor: User, unit: Unit | None, role: str, on: date) -> Position:
    if unit is None:
        raise DomainError(_("Choose a position or a unit."), field="unit", code="required")
    vacant = Position.objects.filter(unit=unit, role=role, archived_at__isnull=True).exclude(
        pk__in=Assignment.objects.exclude(valid_until__lte=on).values("position_id")
    )
    return vacant.order_by("pk").first() or open_position(actor=actor, unit=unit, role=role)


def _role_of(held: list[Assignment]) -> str:
    if not held:
        raise DomainError(_("Choose a role."), field="role", code="required")
    return max(held, key=lambda row: (row.share_percent, row.valid_from)).position.role


def _facts(row: Assignment) -> dict[str, Any]:
    return {
        "position": row.position_id,
        "unit": row.position.unit_id,
        "share": row.share_percent,
        "from": row.valid_from.isoformat(),
        "until": row.valid_until.isoformat() if row.valid_until else None,
    }
