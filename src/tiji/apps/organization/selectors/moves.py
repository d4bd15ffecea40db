"""What a move of a unit would change, before it is made."""

from dataclasses import dataclass
from datetime import date

from tiji.apps.organization.models import Assignment, Person, Unit, UnitPath
from tiji.apps.organization.selectors.managers import heads_of


@dataclass(frozen=True)
class MovePreview:
    """A move in words: from where to where, who and what comes along, who begins and who ceases to see it."""

    on: date
    before: list[Unit]
    after: list[Unit]
    units: list[Unit]
    people: int
    lose: list[Person]
    gain: list[Person]
    circle: bool


def preview_of_move(unit: Unit, parent: Unit, on: date) -> MovePreview:
    """What moving `unit` below `parent` from `on` would change."""
    paths = UnitPath.objects.on(on).filter(ancestor=unit, depth__gt=0).select_related("unit")
    below = list(paths.order_by("depth", "unit__sort_key"))
    moved = {unit.pk, *(row.unit_id for row in below)}
    before, after = _chain(unit, on)[1:], _chain(parent, on)
    heads = heads_of({step.pk for step in (*before, *after)}, on)
    losing = {heads[step.pk] for step in before if step.pk in heads}
    gaining = {heads[step.pk] for step in after if step.pk in heads}
    people = Assignment.objects.on(on).filter(position__unit_id__in=moved).values("person_id").distinct().count()
    return MovePreview(
        on=on,
        before=before[::-1],
        after=after[::-1],
        units=[row.unit for row in below],
        people=people,
        lose=list(Person.objects.filter(pk__in=losing - gaining)),
        gain=list(Person.objects.filter(pk__in=gaining - losing)),
        circle=parent.pk in moved,
    )


def _chain(unit: Unit, on: date) -> list[Unit]:
    rows = UnitPath.objects.on(on).filter(unit=unit).select_related("ancestor").order_by("depth")
    return [row.ancestor for row in rows]
