"""Units and people in sets, from plain rows: for imports and the demo company."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import (
    BEGINNING,
    Assignment,
    Person,
    Position,
    ReportingLine,
    Role,
    Unit,
    UnitPlacement,
    User,
)
from tiji.apps.organization.names import initials_of, sort_key_of
from tiji.apps.organization.permissions import can_manage_people, can_manage_units
from tiji.apps.organization.services.unit_paths import rebuild_paths
from tiji.apps.organization.services.units import lock_placements, place_from
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

BATCH = 1000


@dataclass(frozen=True)
class UnitRow:
    """One unit. Without `parent_key` it stands below the company's own unit."""

    key: str
    name: str
    parent_key: str | None = None
    kind: str = Unit.Kind.TEAM
    team_type: str = Unit.TeamType.EFFECTIVENESS
    code: str = ""
    name_en: str = ""
    valid_from: date = BEGINNING


@dataclass(frozen=True)
class PersonRow:
    """One person and his position. `manager_key` names another row (or an earlier one of the source) he answers to."""

    key: str
    name: str
    unit: Unit
    role: str = Role.REP
    manager_key: str | None = None
    position: str = ""
    position_en: str = ""
    grade: str = ""
    number: str = ""
    email: str = ""
    phone: str = ""
    hired_on: date | None = None
    left_on: date | None = None
    assigned_on: date | None = None

    @property
    def begins_on(self) -> date:
        """The day from which his position holds."""
        return self.assigned_on or self.hired_on or BEGINNING


@transaction.atomic
def place_units(*, actor: User, rows: Iterable[UnitRow], source: str = "") -> dict[str, Unit]:
    """Make units, and bring those of the source up to date; a changed parent is a move from the row's `valid_from`.

    Returns key → unit. Raises: NotAllowed; DomainError for a parent that is not there, or a circle.
    """
    require(can_manage_units(actor))
    wanted = _by_key(rows)
    placements = {row.unit_id: row for row in lock_placements() if row.valid_until is None}
    root = Unit.objects.get(placements__parent__isnull=True, placements__valid_until__isnull=True)
    known = _known(Unit, source)
    units = {**known, **_save_units(wanted, known, source)}
    fresh = []
    for key, row in wanted.items():
        parent = _parent_of(row, units, root)
        last = placements.get(units[key].pk)
        if last is None:
            start = max(row.valid_from, _begins(parent, wanted, units, placements))
            fresh.append(UnitPlacement(unit=units[key], parent=parent, valid_from=start))
        elif last.parent_id != parent.pk:
            place_from(last, parent, max(row.valid_from, last.valid_from))
    UnitPlacement.objects.bulk_create(fresh, batch_size=BATCH)
    rebuild_paths([units[key].pk for key in wanted])
    _write_down("unit.placed", Unit, source, wanted.values(), actor)
    return {key: units[key] for key in wanted}


@transaction.atomic
def hire_people(*, actor: User, rows: Iterable[PersonRow], source: str = "") -> dict[str, Person]:
    """Make people with a position each, and bring those of the source up to date; another unit or role is a move.

    Returns key → person. Raises: NotAllowed; DomainError for a manager that is not there or a number used twice.
    """
    require(can_manage_people(actor))
    wanted = _by_key(rows)
    _check_people(wanted.values())
    known = _known(Person, source)
    people = {**known, **_save_people(wanted, known, source)}
    seats = _seat_people(wanted, people, known)
    _draw_lines(wanted, people, seats)
    _write_down("person.hired", Person, source, wanted.values(), actor)
    return {key: people[key] for key in wanted}


def _by_key(rows: Iterable[Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for row in rows:
        if not row.key or row.key in result:
            raise DomainError(_("The key “%(key)s” is empty or used twice.") % {"key": row.key}, code="key")
        if not row.name.strip():
            raise DomainError(_("The row “%(key)s” has no name.") % {"key": row.key}, code="required")
        result[row.key] = row
    return result


def _known(model: Any, source: str) -> dict[str, Any]:
    if not source:
        return {}
    return {
        thing.external_key: thing for thing in model.objects.filter(external_source=source).exclude(external_key="")
    }


def _save_units(wanted: dict[str, UnitRow], known: dict[str, Unit], source: str) -> dict[str, Unit]:
    fields = ("name", "name_en", "kind", "team_type", "code")
    units = {key: known.get(key) or _new(Unit, key, source) for key in wanted}
    for key, unit in units.items():
        for field in fields:
            setattr(unit, field, getattr(wanted[key], field))
        unit.sort_key = sort_key_of(unit.name)
    return _save(Unit, units, [*fields, "sort_key"])


def _save_people(wanted: dict[str, PersonRow], known: dict[str, Person], source: str) -> dict[str, Person]:
    fields = ("name", "number", "email", "phone", "hired_on", "left_on")
    people = {key: known.get(key) or _new(Person, key, source) for key in wanted}
    for key, person in people.items():
        for field in fields:
            setattr(person, field, getattr(wanted[key], field))
        person.sort_key, person.initials = sort_key_of(person.name), initials_of(person.name)
    return _save(Person, people, [*fields, "sort_key", "initials"])


def _new(model: Any, key: str, source: str) -> Any:
    return model(external_source=source, external_key=key if source else "")


def _save(model: Any, things: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    model.objects.bulk_update([thing for thing in things.values() if thing.pk], fields, batch_size=BATCH)
    model.objects.bulk_create([thing for thing in things.values() if not thing.pk], batch_size=BATCH)
    return things


def _parent_of(row: UnitRow, units: dict[str, Unit], root: Unit) -> Unit:
    if row.parent_key is None:
        return root
    if row.parent_key not in units:
        message = _("“%(unit)s” is to stand below “%(key)s”, which is not there.")
        raise DomainError(message % {"unit": row.name, "key": row.parent_key}, code="unknown-parent")
    return units[row.parent_key]


def _begins(
    parent: Unit, wanted: dict[str, UnitRow], units: dict[str, Unit], placements: dict[int, UnitPlacement]
) -> date:
    """A unit cannot begin before the one above it; rows of the same call are looked up by their own dates."""
    above = placements.get(parent.pk)
    if above is not None:
        first = UnitPlacement.objects.filter(unit=parent).order_by("valid_from").values_list("valid_from", flat=True)
        start: date = first[0]
        return start
    row = next((row for key, row in wanted.items() if units[key].pk == parent.pk), None)
    if row is None or row.parent_key is None:
        return row.valid_from if row else BEGINNING
    return row.valid_from


def _check_people(rows: Iterable[PersonRow]) -> None:
    for row in rows:
        if row.role not in Role.values:
            message = _("“%(name)s” has the role “%(role)s”, which is none.") % {"name": row.name, "role": row.role}
            raise DomainError(message, field="role", code="choice")
        if row.left_on is not None and row.left_on <= row.begins_on:
            message = _("“%(name)s” left before his position began.") % {"name": row.name}
            raise DomainError(message, field="left_on", code="dates")


def _seat_people(
    wanted: dict[str, PersonRow], people: dict[str, Person], known: dict[str, Person]
) -> dict[int, Position]:
    """Person id → his position: a new one for new people and for those whose unit or role is another now."""
    held: dict[int, Assignment] = {}
    ids = [people[key].pk for key in wanted if key in known]
    rows = Assignment.objects.filter(person_id__in=ids).select_related("position").order_by("valid_from", "pk")
    for row in rows:
        held[row.person_id] = row
    seats, positions, assignments = {}, [], []
    for key, row in wanted.items():
        person, last = people[key], held.get(people[key].pk)
        if last is not None and (last.position.unit_id, last.position.role) == (row.unit.pk, row.role):
            _end(last, row.left_on)
            seats[person.pk] = last.position
            continue
        start = row.begins_on
        if last is not None:
            start = max(start, last.valid_from)
            _close(last, row, start)
        position = Position(
            unit=row.unit,
            role=row.role,
            name=row.position or str(Role(row.role).label),
            name_en=row.position_en,
            grade=row.grade,
        )
        positions.append(position)
        seats[person.pk] = position
        assignments.append((person, position, start, row.left_on))
    Position.objects.bulk_create(positions, batch_size=BATCH)
    Assignment.objects.bulk_create(
        [
            Assignment(person=who, position=seat, valid_from=start, valid_until=end)
            for who, seat, start, end in assignments
        ],
        batch_size=BATCH,
    )
    return seats


def _end(last: Assignment, left_on: date | None) -> None:
    if last.valid_until != left_on:
        last.valid_until = left_on
        last.save(update_fields=["valid_until"])


def _close(last: Assignment, row: PersonRow, start: date) -> None:
    if start <= last.valid_from:
        message = _("“%(name)s” holds another position since %(day)s. Give the day on which he changes.")
        raise DomainError(message % {"name": row.name, "day": last.valid_from}, field="assigned_on", code="dates")
    if last.valid_until is None or last.valid_until > start:
        last.valid_until = start
        last.save(update_fields=["valid_until"])


def _draw_lines(wanted: dict[str, PersonRow], people: dict[str, Person], seats: dict[int, Position]) -> None:
    managed = {key: row for key, row in wanted.items() if row.manager_key is not None}
    missing = sorted({str(row.manager_key) for row in managed.values()} - people.keys())
    if missing:
        message = _("There is no person with the key “%(key)s” to answer to.") % {"key": missing[0]}
        raise DomainError(message, field="manager_key", code="unknown-manager")
    seats = seats | _seats_of([people[str(row.manager_key)].pk for row in managed.values()], seats)
    Line = ReportingLine
    held = {
        line.position_id: line
        for line in Line.objects.filter(
            position_id__in=[seats[people[key].pk].pk for key in managed], kind=Line.Kind.LINE, valid_until__isnull=True
        )
    }
    fresh = []
    for key, row in managed.items():
        position, manager = seats[people[key].pk], seats.get(people[str(row.manager_key)].pk)
        if manager is None or manager.pk == position.pk:
            raise DomainError(_("“%(name)s” cannot answer to this person.") % {"name": row.name}, code="manager")
        old = held.get(position.pk)
        if old is not None and old.manager_id == manager.pk:
            continue
        if old is not None:
            start = max(row.begins_on, old.valid_from)
            _replace_line(old, start)
        fresh.append(Line(position=position, manager=manager, valid_from=row.begins_on if old is None else start))
    Line.objects.bulk_create(fresh, batch_size=BATCH)


def _replace_line(old: ReportingLine, start: date) -> None:
    if start == old.valid_from:
        old.delete()
    else:
        old.valid_until = start
        old.save(update_fields=["valid_until"])


def _seats_of(people: list[int], seats: dict[int, Position]) -> dict[int, Position]:
    """Positions of managers who are not among the rows of this call."""
    rows = Assignment.objects.filter(person_id__in=set(people) - seats.keys()).select_related("position")
    return {row.person_id: row.position for row in rows.order_by("valid_from", "pk")}


def _write_down(action: str, model: Any, source: str, rows: Iterable[Any], actor: User) -> None:
    told = [[row.key, row.name] for row in rows]
    if told:
        audit.record_batch(
            action,
            model,
            batch=f"{source or 'rows'}:{action}"[:64],
            count=len(told),
            digest=digest_of(told),
            actor=actor,
        )
