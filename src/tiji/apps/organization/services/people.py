"""Hiring people, keeping their data right, letting them go and taking them back."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Assignment, Person, Position, Unit, User
from tiji.apps.organization.names import initials_of, sort_key_of
from tiji.apps.organization.permissions import can_manage_people
from tiji.apps.organization.services.assignments import assign_person
from tiji.apps.organization.services.positions import open_position
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

EDITABLE = ("name", "number", "email", "phone", "currency")


@transaction.atomic
def hire_person(
    *,
    actor: User,
    name: str,
    hired_on: date,
    position: Position | None = None,
    unit: Unit | None = None,
    role: str = "",
    **fields: str,
) -> Person:
    """Add somebody from a day, in `position` or in a new one of `role` in `unit`. Raises: NotAllowed, DomainError."""
    require(can_manage_people(actor))
    person = Person(hired_on=hired_on)
    _fill(person, name=name, **fields)
    person.save()
    audit.record("person.hired", person, None, {**_facts(person), "from": hired_on.isoformat()}, actor=actor)
    if position is None and unit is not None:
        position = open_position(actor=actor, unit=unit, role=role)
    if position is not None:
        assign_person(actor=actor, person=person, position=position, on=hired_on)
    return person


@transaction.atomic
def edit_person(*, actor: User, person: Person, **fields: str) -> Person:
    """Change somebody's name, number or addresses. Raises: NotAllowed, DomainError."""
    require(can_manage_people(actor, person))
    person = Person.objects.select_for_update().get(pk=person.pk)
    before = _facts(person)
    _fill(person, **fields)
    person.save()
    audit.record("person.edited", person, before, _facts(person), actor=actor)
    return person


@transaction.atomic
def let_go(*, actor: User, person: Person, on: date) -> Person:
    """Somebody leaves: `on` is his first day away. His positions end, his rows stay his until they are handed over.

    From that day he sees nothing; his sign-in is closed by `close_sign_in_of_leavers`. Raises: NotAllowed, DomainError.
    """
    require(can_manage_people(actor, person))
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.left_on is not None:
        message = _("%(name)s already left on %(day)s.") % {"name": person, "day": person.left_on}
        raise DomainError(message, code="left")
    if person.hired_on and on <= person.hired_on:
        message = _("%(name)s was hired on %(day)s. Choose a later day.") % {"name": person, "day": person.hired_on}
        raise DomainError(message, field="on", code="dates")
    open_rows = Assignment.objects.filter(person=person).exclude(valid_until__lte=on)
    later = open_rows.filter(valid_from__gte=on).order_by("valid_from").first()
    if later is not None:
        message = _("A position of his begins on %(day)s. Choose a later day, or call that one off first.")
        raise DomainError(message % {"day": later.valid_from}, field="on", code="already-moves")
    ended = list(open_rows.values_list("position_id", flat=True))
    open_rows.update(valid_until=on)
    person.left_on = on
    person.save(update_fields=["left_on"])
    audit.record("person.left", person, {"left_on": None}, {"left_on": on.isoformat(), "positions": ended}, actor=actor)
    return person


@transaction.atomic
def take_back(*, actor: User, person: Person, position: Position, on: date) -> Person:
    """Somebody who left comes back into a position. Raises: NotAllowed, DomainError."""
    require(can_manage_people(actor, person))
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.left_on is None:
        raise DomainError(_("%(name)s has not left.") % {"name": person}, code="not-left")
    if on < person.left_on:
        message = _("%(name)s left on %(day)s. Choose that day or a later one.")
        raise DomainError(message % {"name": person, "day": person.left_on}, field="on", code="dates")
    before = {"left_on": person.left_on.isoformat()}
    person.left_on = None
    person.save(update_fields=["left_on"])
    audit.record("person.returned", person, before, {"left_on": None, "from": on.isoformat()}, actor=actor)
    assign_person(actor=actor, person=person, position=position, on=on)
    return person


def _fill(person: Person, **fields: str) -> None:
    for field in EDITABLE:
        if field in fields:
            setattr(person, field, fields[field].strip())
    if not person.name:
        raise DomainError(_("Type the person's name."), field="name", code="required")
    if person.number and Person.objects.filter(number=person.number).exclude(pk=person.pk).exists():
        raise DomainError(_("Somebody else has this staff number."), field="number", code="taken")
    if person.email:
        try:
            validate_email(person.email)
        except ValidationError as error:
            message = _("“%(email)s” is not an e-mail address.") % {"email": person.email}
            raise DomainError(message, field="email", code="email") from error
    person.currency = person.currency.upper()
    person.sort_key, person.initials = sort_key_of(person.name), initials_of(person.name)


def _facts(person: Person) -> dict[str, Any]:
    return {field: getattr(person, field) for field in EDITABLE}
