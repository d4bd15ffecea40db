"""What stands above and below a subject: the path up, and the rows of its table."""

from collections.abc import Collection
from datetime import date

from tiji.apps.organization.models import Assignment, Person, Role, Unit, UnitPath, UnitPlacement
from tiji.apps.organization.selectors.managers import heads_of
from tiji.apps.organization.selectors.places import unit_of
from tiji.apps.targets.selectors.subjects import Subject, person_subject, unit_subject


def subjects_above(subject: Subject, on: date) -> list[Subject]:
    """The units above, the top one first."""
    unit_id, own = subject.unit_id, False
    if not subject.is_unit:
        unit = unit_of(subject.person_id or 0, on)
        unit_id, own = (unit.pk if unit else 0), True
    rows = UnitPath.objects.on(on).filter(unit_id=unit_id).select_related("ancestor").order_by("-depth")
    return [unit_subject(row.ancestor) for row in rows if own or row.depth > 0]


def subjects_below(subject: Subject, on: date) -> list[Subject]:
    """The units one level down, then the people of the unit who sell, by name."""
    if not subject.is_unit:
        return []
    places = UnitPlacement.objects.on(on).filter(parent_id=subject.unit_id).values("unit_id")
    units = Unit.objects.filter(pk__in=places, archived_at__isnull=True).order_by("sort_key", "pk")
    held = Assignment.objects.on(on).filter(
        position__unit_id=subject.unit_id, position__role=Role.REP, person__archived_at__isnull=True
    )
    people = {row.person_id: row.person for row in held.select_related("person")}
    sellers = sorted(people.values(), key=lambda person: (person.sort_key, person.pk))
    return [*map(unit_subject, units), *map(person_subject, sellers)]


def head_names(units: Collection[int], on: date) -> dict[int, str]:
    """Unit id → name of its head on that day, in two queries."""
    heads = heads_of(units, on)
    names = dict(Person.objects.filter(pk__in=set(heads.values())).values_list("pk", "name"))
    return {unit: names.get(person, "") for unit, person in heads.items()}
