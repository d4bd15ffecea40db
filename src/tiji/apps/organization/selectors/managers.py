"""Who answers to whom on a day: by an explicit line, else to the head of the unit, else to the next head above."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tiji.apps.organization.models import Assignment, Person, ReportingLine, Role, UnitPath
from tiji.apps.organization.selectors.ids import among

HEADS = (Role.MANAGER, Role.DIRECTOR)


class _Seat(NamedTuple):
    person: int
    position: int
    unit: int


def manager_of(person: Person | int, on: date) -> Person | None:
    """The manager of somebody on that day; None for whoever stands at the top, or holds no position."""
    key = person if isinstance(person, int) else person.pk
    found = managers_of([key], on).get(key)
    return Person.objects.get(pk=found) if found else None


def managers_of(people: Iterable[int], on: date) -> dict[int, int]:
    """Person id → manager's person id on that day, in at most five queries; without those who have none.

    With two positions the one with the larger share, then the earlier one, decides.
    """
    seats = _main_seats(set(people), on)
    by_line = _by_line({seat.position for seat in seats.values()}, on)
    result = {person: by_line[seat.position] for person, seat in seats.items() if seat.position in by_line}
    result = {person: manager for person, manager in result.items() if manager != person}
    rest = {person: seat.unit for person, seat in seats.items() if person not in result}
    above = _chains(set(rest.values()), on)
    heads = heads_of({unit for chain in above.values() for unit in chain}, on)
    for person, unit in rest.items():
        manager = next((heads[step] for step in above.get(unit, ()) if heads.get(step, person) != person), None)
        if manager is not None:
            result[person] = manager
    return result


def heads_of(units: Iterable[int], on: date) -> dict[int, int]:
    """Unit id → person id of its head on that day: its manager, else its director; of several the first to begin."""
    rows = (
        Assignment.objects.on(on)
        .filter(among("position__unit_id", set(units)), position__role__in=HEADS)
        .order_by("valid_from", "pk")
        .values_list("position__unit_id", "position__role", "person_id")
    )
    found: dict[int, tuple[int, int]] = {}
    for unit, role, person in rows:
        rank = HEADS.index(role)
        if unit not in found or rank < found[unit][0]:
            found[unit] = (rank, person)
    return {unit: person for unit, (_rank, person) in found.items()}


def reports_of(person: Person | int, on: date) -> QuerySet[Person]:
    """Those whose manager is this person on that day, by name."""
    key = person if isinstance(person, int) else person.pk
    candidates = _candidates(key, on)
    managed = managers_of(candidates, on)
    found: QuerySet[Person] = Person.objects.filter(
        among("pk", {who for who, manager in managed.items() if manager == key})
    )
    return found


def _candidates(person: int, on: date) -> set[int]:
    """Those below the units he heads, and those who answer to his positions by a line."""
    held = Assignment.objects.on(on).filter(person_id=person)
    headed = held.filter(position__role__in=HEADS).values("position__unit_id")
    below = UnitPath.objects.on(on).filter(ancestor_id__in=headed).values("unit_id")
    lines = ReportingLine.objects.on(on).filter(kind=ReportingLine.Kind.LINE, manager__in=held.values("position_id"))
    rows = Assignment.objects.on(on).filter(
        Q(position__unit_id__in=below) | Q(position_id__in=lines.values("position_id"))
    )
    return set(rows.exclude(person_id=person).values_list("person_id", flat=True))


def _main_seats(people: set[int], on: date) -> dict[int, _Seat]:
    rows = (
        Assignment.objects.on(on)
        .filter(among("person_id", people))
        .order_by("-share_percent", "valid_from", "pk")
        .values_list("person_id", "position_id", "position__unit_id")
    )
    seats: dict[int, _Seat] = {}
    for row in rows:
        seats.setdefault(row[0], _Seat(*row))
    return seats


def _by_line(positions: set[int], on: date) -> dict[int, int]:
    """Position id → person who holds the position it answers to; a vacant one does not count."""
    lines = ReportingLine.objects.on(on).filter(among("position_id", positions), kind=ReportingLine.Kind.LINE)
    managers = dict(lines.values_list("position_id", "manager_id"))
    if not managers:
        return {}
    holders: dict[int, int] = {}
    rows = Assignment.objects.on(on).filter(among("position_id", set(managers.values())))
    for position, person in rows.order_by("valid_from", "pk").values_list("position_id", "person_id"):
        holders.setdefault(position, person)
    return {position: holders[manager] for position, manager in managers.items() if manager in holders}


def _chains(units: set[int], on: date) -> dict[int, list[int]]:
    """Unit id → itself and the units above it, nearest first."""
    rows = UnitPath.objects.on(on).filter(among("unit_id", units)).order_by("depth")
    chains: dict[int, list[int]] = defaultdict(list)
    for unit, ancestor in rows.values_list("unit_id", "ancestor_id"):
        chains[unit].append(ancestor)
    return chains
