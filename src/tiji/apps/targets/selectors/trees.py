"""The tree a plan is made for: units with those who carry a target in them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tiji.apps.organization.models import Assignment, Person, Role, Unit, UnitPlacement


@dataclass(frozen=True)
class Branch:
    """A node before it is stored: `key` is u… or p…, `parent` the key of the node above."""

    key: str
    parent: str | None
    depth: int
    unit_id: int | None
    person_id: int | None
    weight: Decimal = Decimal(1)


def tree_for_targets(on: date) -> list[Branch]:
    """Units of that day top down, each followed by its people who sell, then by the units below it. Three queries."""
    units = Unit.objects.filter(archived_at__isnull=True).in_bulk()
    below: dict[int | None, list[Unit]] = defaultdict(list)
    for unit, parent in UnitPlacement.objects.on(on).values_list("unit_id", "parent_id"):
        if unit in units:
            below[parent].append(units[unit])
    people = _sellers(on)
    tree: list[Branch] = []

    def walk(unit: Unit, parent: str | None, depth: int) -> None:
        key = f"u{unit.pk}"
        tree.append(Branch(key, parent, depth, unit.pk, None))
        for person in people.get(unit.pk, []):
            tree.append(Branch(f"p{person.pk}", key, depth + 1, None, person.pk))
        for child in sorted(below.get(unit.pk, []), key=lambda row: (row.sort_key, row.pk)):
            walk(child, key, depth + 1)

    for root in below[None]:
        walk(root, None, 0)
    return tree


def _sellers(on: date) -> dict[int, list[Person]]:
    """Unit id → its reps on that day by name; somebody with two places is planned in the one of the larger share."""
    rows = (
        Assignment.objects.on(on)
        .filter(position__role=Role.REP, person__archived_at__isnull=True)
        .select_related("person", "position")
        .order_by("-share_percent", "-valid_from", "pk")
    )
    seen: set[int] = set()
    found: dict[int, list[Person]] = defaultdict(list)
    for row in rows:
        if row.person_id not in seen:
            seen.add(row.person_id)
            found[row.position.unit_id].append(row.person)
    for people in found.values():
        people.sort(key=lambda person: (person.sort_key, person.pk))
    return found
