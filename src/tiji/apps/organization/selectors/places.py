"""Where people were on a day: the unit a fact belongs to."""

from collections.abc import Iterable
from copy import copy
from datetime import date
from functools import lru_cache
from typing import Any

from tiji.apps.organization.models import Assignment, Person, Position, Unit, UnitPath
from tiji.apps.organization.selectors.ids import among
from tiji.shared import stamps

STAMP = "places"


def unit_of(person: Person | int, on: date) -> Unit | None:
    """The unit the person belonged to on that day.

    Of two places it is the one with the larger share, then the later one. Whoever had left belongs where he was last,
    whoever had not begun where he began: no fact falls out of the sums. None if he never had a place.
    """
    key = person if isinstance(person, int) else person.pk
    stamp = stamps.now(STAMP)
    found = _unit_of(key, on) if stamp is None else _kept_unit(key, on, stamp)
    return copy(found)


def watch_tables() -> None:
    """What a person and his unit are kept from."""
    for model in (Assignment, Person, Position, Unit):
        stamps.watch(STAMP, model)


def known_person(key: int) -> Person | None:
    """The person in use with this id, from memory where that is still true."""
    stamp = stamps.now(STAMP)
    return copy(_person(key, stamp) if stamp is None else _kept_person(key, stamp))


def _person(key: int, _stamp: int | None) -> Person | None:
    found: Person | None = Person.objects.filter(pk=key, archived_at__isnull=True).first()
    return found


_kept_person = lru_cache(maxsize=5000)(_person)


def _unit_of(person: int, on: date) -> Unit | None:
    rows = Assignment.objects.filter(person_id=person).select_related("position__unit")
    best = min(
        rows, key=lambda row: _rank(row.valid_from, row.valid_until, row.share_percent, row.pk, on), default=None
    )
    return best.position.unit if best else None


@lru_cache(maxsize=5000)
def _kept_unit(person: int, on: date, _stamp: int) -> Unit | None:
    return _unit_of(person, on)


def units_of(people: Iterable[int], on: date) -> dict[int, int]:
    """Person id → unit id on that day, in one query; without those who never had a place."""
    rows: Any = Assignment.objects.filter(among("person_id", set(people))).values_list(
        "person_id", "position__unit_id", "valid_from", "valid_until", "share_percent", "pk"
    )
    best: dict[int, tuple[tuple[int, ...], int]] = {}
    for person, unit, start, end, share, key in rows.iterator():
        rank = _rank(start, end, share, key, on)
        if person not in best or rank < best[person][0]:
            best[person] = (rank, unit)
    return {person: unit for person, (_rank_, unit) in best.items()}


def units_under(unit: Unit | int, on: date) -> set[int]:
    """Ids of the unit and everything below it on that day."""
    key = unit if isinstance(unit, int) else unit.pk
    return set(UnitPath.objects.on(on).filter(ancestor_id=key).values_list("unit_id", flat=True))


def _rank(start: date, end: date | None, share: int, key: int, on: date) -> tuple[int, ...]:
    """Lowest first: places that hold by share and date, then the last that ended, then the first still to come."""
    if start > on:
        return (2, start.toordinal(), -share, key)
    if end is not None and end <= on:
        return (1, -end.toordinal(), -share, key)
    return (0, -share, -start.toordinal(), key)


class Places:
    """Where each of these people was on any day: one query, then look-ups, for work in sets."""

    def __init__(self, people: Iterable[int]) -> None:
        rows: Any = Assignment.objects.filter(among("person_id", set(people))).values_list(
            "person_id", "position__unit_id", "valid_from", "valid_until", "share_percent", "pk"
        )
        self._held: dict[int, list[tuple[int, date, date | None, int, int]]] = {}
        for person, unit, start, end, share, key in rows.iterator():
            self._held.setdefault(person, []).append((unit, start, end, share, key))

    def unit(self, person: int, on: date) -> int | None:
        """The id of the unit the person belonged to on that day, by the rule of `unit_of`."""
        rows = self._held.get(person, ())
        best = min(rows, key=lambda row: _rank(row[1], row[2], row[3], row[4], on), default=None)
        return best[0] if best else None
