"""Everybody above somebody, dated, from position to position: a vacant one passes its people on upwards."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from tiji.apps.organization.models import Assignment, Position, ReportingLine, UnitPath
from tiji.apps.organization.selectors.managers import HEADS

FOREVER = date.max
Piece = tuple[date, date, int | None]


class Above(NamedTuple):
    """`manager` stands above `person` from `start` until before `end`; level 1 is the direct manager."""

    person: int
    manager: int
    level: int
    start: date
    end: date


class _Seat(NamedTuple):
    person: int
    position: int
    start: date
    end: date
    share: int
    pk: int


class _Dated(NamedTuple):
    """A row that names another one for a time: a line its manager's position, a path the unit above."""

    other: int
    start: date
    end: date
    depth: int = 0


def superiors(people: Iterable[int], start: date, end: date) -> list[Above]:
    """Who stands above these people on the days from `start` until before `end`, everybody once a day; in four queries.

    A position answers by its line, else to the head of its unit, else to the next head above. A position that is vacant
    is a level without anybody. Somebody with two positions is where he has the larger share, then the earlier one; who
    has left is where he was last.
    """
    company = _Company(start, end)
    return [one for person in sorted(set(people)) for one in company.above(person)]


class _Company:
    """Seats, lines and units of the whole company in that time, asked by key."""

    def __init__(self, start: date, end: date) -> None:
        self.start, self.end = start, end
        self.seats: dict[int, list[_Seat]] = defaultdict(list)
        self.holders: dict[int, list[_Seat]] = defaultdict(list)
        self.unit_of: dict[int, int] = {}
        self.heads: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self.archived: dict[int, date] = {}
        self._read_seats()
        self._read_archived()
        self.lines = self._read_dated(ReportingLine, "position_id", "manager_id", kind=ReportingLine.Kind.LINE)
        self.paths = self._read_dated(UnitPath, "unit_id", "ancestor_id", depth="depth")
        self._next: dict[int, list[Piece]] = {}
        self._held: dict[int, list[Piece]] = {}

    def above(self, person: int) -> list[Above]:
        """Everybody above one person, each once a day at his nearest level."""
        found: list[Above] = []
        for start, end, position in self._pieces(self._seat_edges(self.seats[person]), self._seat_of(person)):
            if position is not None:
                self._climb(found, person, (start, end), position, 0, (frozenset({position}), frozenset({person})))
        return _joined(found)

    def _climb(
        self,
        found: list[Above],
        person: int,
        span: tuple[date, date],
        position: int,
        level: int,
        passed: tuple[frozenset[int], frozenset[int]],
    ) -> None:
        positions, people = passed
        for start, end, boss in _within(self._boss(position), span):
            if boss is None or boss in positions:
                continue
            for first, last, holder in _within(self._holder(boss), (start, end)):
                known = holder in people
                reached = level if known else level + 1
                if holder is not None and not known:
                    found.append(Above(person, holder, reached, first, last))
                met = people if holder is None else people | {holder}
                self._climb(found, person, (first, last), boss, reached, (positions | {boss}, met))

    def _boss(self, position: int) -> list[Piece]:
        """The position it answers to, in pieces of time."""
        if position not in self._next:
            unit = self.unit_of.get(position)
            edges = {edge for row in self.lines[position] for edge in (row.start, row.end)}
            for path in self.paths[unit] if unit is not None else ():
                edges |= {path.start, path.end}
                for _rank, head in self.heads[path.other]:
                    edges |= self._seat_edges(self.holders[head]) | {self.archived.get(head, FOREVER)}
            self._next[position] = self._pieces(edges, lambda day: self._boss_on(position, unit, day))
        return self._next[position]

    def _holder(self, position: int) -> list[Piece]:
        if position not in self._held:
            rows = self.holders[position]
            self._held[position] = self._pieces(self._seat_edges(rows), lambda day: _first_holder(rows, day))
        return self._held[position]

    def _boss_on(self, position: int, unit: int | None, day: date) -> int | None:
        line = next((row.other for row in self.lines[position] if row.start <= day < row.end), None)
        if line is not None or unit is None:
            return line
        for path in sorted(self.paths[unit], key=lambda path: path.depth):
            if path.start <= day < path.end:
                head = self._head_on(path.other, day)
                if head not in (None, position):
                    return head
        return None

    def _head_on(self, unit: int, day: date) -> int | None:
        """The unit's head: the held one, managers before directors, the first to begin; else one that was held."""
        held, vacant = [], []
        for rank, position in self.heads[unit]:
            rows = [row for row in self.holders[position] if row.start <= day]
            begun = [row.start for row in rows if day < row.end]
            if begun:
                held.append((rank, min(begun), position))
            elif rows and day < self.archived.get(position, FOREVER):
                vacant.append((rank, day, position))
        return min(held or vacant)[2] if held or vacant else None

    def _seat_of(self, person: int) -> Callable[[date], int | None]:
        rows = self.seats[person]
        return lambda day: min(rows, key=lambda row: _rank(row, day)).position if rows else None

    def _pieces(self, edges: Iterable[date], value_on: Callable[[date], int | None]) -> list[Piece]:
        """What holds between these days, neighbours that are equal joined."""
        days = sorted({self.start, *(edge for edge in edges if self.start < edge < self.end)})
        found: list[Piece] = []
        for first, last in zip(days, [*days[1:], self.end], strict=True):
            value = value_on(first)
            if found and found[-1][2] == value:
                found[-1] = (found[-1][0], last, value)
            else:
                found.append((first, last, value))
        return found

    def _seat_edges(self, rows: Iterable[_Seat]) -> set[date]:
        return {edge for row in rows for edge in (row.start, row.end)}

    def _read_seats(self) -> None:
        rows = Assignment.objects.filter(valid_from__lt=self.end).order_by("pk")
        columns = ("person_id", "position_id", "valid_from", "valid_until", "share_percent", "pk")
        for *facts, unit, role in rows.values_list(*columns, "position__unit_id", "position__role"):
            person, position, start, until, share, key = facts
            seat = _Seat(person, position, start, until or FOREVER, share, key)
            self.seats[person].append(seat)
            self.holders[position].append(seat)
            self.unit_of[position] = unit
            if role in HEADS:
                self.heads[unit].add((HEADS.index(role), position))

    def _read_archived(self) -> None:
        rows = Position.objects.filter(archived_at__isnull=False, role__in=HEADS)
        self.archived = {key: timezone.localdate(at) for key, at in rows.values_list("pk", "archived_at")}

    def _read_dated(
        self, model: type[ReportingLine | UnitPath], key: str, other: str, depth: str = "", **only: str
    ) -> dict[int, list[_Dated]]:
        found: dict[int, list[_Dated]] = defaultdict(list)
        holds = Q(valid_until__isnull=True) | Q(valid_until__gt=self.start)
        rows = model.objects.filter(holds, valid_from__lt=self.end, **only).order_by("pk")
        for of, value, start, until, *at in rows.values_list(
            key, other, "valid_from", "valid_until", *([depth] if depth else [])
        ):
            found[of].append(_Dated(value, start, until or FOREVER, *at))
        return found


def _joined(rows: list[Above]) -> list[Above]:
    """Rows that only differ in touching times as one."""
    found: list[Above] = []
    for row in sorted(rows, key=lambda row: (row.manager, row.level, row.start)):
        if found and found[-1][:3] == row[:3] and found[-1].end == row.start:
            found[-1] = found[-1]._replace(end=row.end)
        else:
            found.append(row)
    return found


def _within(pieces: list[Piece], span: tuple[date, date]) -> list[Piece]:
    """The pieces cut to a span."""
    start, end = span
    return [(max(first, start), min(last, end), value) for first, last, value in pieces if first < end and start < last]


def _first_holder(rows: list[_Seat], day: date) -> int | None:
    held = [row for row in rows if row.start <= day < row.end]
    return min(held, key=lambda row: (row.start, row.pk)).person if held else None


def _rank(row: _Seat, day: date) -> tuple[int, ...]:
    """Lowest first: what is held, by share, then beginning; then the last that ended; then the next to begin."""
    if row.start > day:
        return (2, row.start.toordinal(), row.pk)
    if row.end <= day:
        return (1, -row.end.toordinal(), row.pk)
    return (0, -row.share, row.start.toordinal(), row.pk)
