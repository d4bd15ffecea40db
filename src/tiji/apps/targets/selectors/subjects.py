"""Whose attainment is asked for: a unit with all below it, or a person."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tiji.apps.organization.models import Person, Role, Unit, UnitPath, User
from tiji.apps.organization.selectors.scope import scope_of
from tiji.shared.errors import NotAllowed, NotFound


@dataclass(frozen=True)
class Subject:
    """A unit or a person, by the key it has in the planning grid: u12, p34."""

    key: str
    label: str
    unit_id: int | None = None
    person_id: int | None = None

    @property
    def is_unit(self) -> bool:
        return self.unit_id is not None


def unit_subject(unit: Unit) -> Subject:
    return Subject(f"u{unit.pk}", unit.label, unit_id=unit.pk)


def person_subject(person: Person) -> Subject:
    return Subject(f"p{person.pk}", person.name, person_id=person.pk)


def subject_of(viewer: User, key: str) -> Subject:
    """The subject a key names, if the viewer may see its numbers. Raises: NotFound, NotAllowed."""
    kind, number = key[:1], key[1:]
    if kind not in {"u", "p"} or not number.isdecimal() or len(number) > 18:
        raise NotFound(_("There is no such unit or person."))
    found: Unit | Person | None
    found = (Unit if kind == "u" else Person).objects.filter(pk=int(number)).first()
    if found is None:
        raise NotFound(_("There is no such unit or person."))
    subject = unit_subject(found) if isinstance(found, Unit) else person_subject(found)
    if not can_see_numbers_of(viewer, subject):
        raise NotAllowed(_("You see the numbers of your own units and people. Ask the manager of this one."))
    return subject


def can_see_numbers_of(viewer: User, subject: Subject) -> bool:
    """Everybody his own; managers their units and people; HR and those who see all rows, everything."""
    scope = scope_of(viewer)
    if scope.everything or scope.has(Role.HR):
        return True
    if subject.is_unit:
        return subject.unit_id in scope.units
    return scope.sees_person(subject.person_id)


def home_subject(viewer: User, on: date) -> Subject | None:
    """What a viewer looks at first: the company, the unit he leads, or himself."""
    scope = scope_of(viewer)
    if scope.units and not scope.everything:
        inside = UnitPath.objects.on(on).filter(unit_id__in=scope.units, depth__gt=0, ancestor_id__in=scope.units)
        tops = Unit.objects.filter(pk__in=scope.units).exclude(pk__in=inside.values("unit_id"))
        top = tops.order_by("pk").first()
        if top:
            return unit_subject(top)
    if scope.everything or scope.has(Role.HR):
        root = Unit.objects.filter(placements__parent__isnull=True, placements__valid_until__isnull=True).first()
        return unit_subject(root) if root else None
    person = viewer.person
    return person_subject(person) if person else None
