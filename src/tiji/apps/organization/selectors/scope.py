"""How far somebody sees: compiled once a request from positions, the unit tree, reporting lines, roles and grants.

The rule in words, with its reasons: docs/decisions/0101-who-sees-what.md
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, BooleanField, CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone

from tiji.apps.organization.models import (
    AccessGrant,
    AccessKind,
    Assignment,
    Person,
    Position,
    ReportingLine,
    Role,
    RoleGrant,
    UnitPath,
    User,
)
from tiji.apps.organization.selectors.ids import IdSet, among
from tiji.shared import stamps

SEES_EVERYTHING = frozenset({Role.DIRECTOR, Role.SALES_OPERATIONS, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR})
CHANGES_EVERYTHING = frozenset({Role.DIRECTOR, Role.SALES_OPERATIONS, Role.ADMINISTRATOR})
WHOLE_COMPANY = SEES_EVERYTHING | {Role.HR}
LEADS = frozenset({Role.MANAGER})


@dataclass(frozen=True)
class Scope:
    """What a user sees today.

    Shape: `people` are the ids of those whose rows he sees, himself included; empty and unused when `everything`.
    `changeable` are those of them whose rows he may change as their owner's superior or by a grant, himself included.
    `roles` are those held by position or for the whole company; `roles_over` holds the units to which the others are
    limited, with all below. `granted` maps a kind of grant to object ids, `granted_to_change` the same for grants that
    allow changes. `units` are the units he leads or has been granted, with all below them.
    """

    user_id: int
    person_id: int | None
    on: date
    roles: frozenset[str]
    everything: bool
    people: frozenset[int]
    units: frozenset[int]
    granted: dict[str, frozenset[int]] = field(default_factory=dict)
    granted_to_change: dict[str, frozenset[int]] = field(default_factory=dict)
    changeable: frozenset[int] = frozenset()
    changes_everything: bool = False
    roles_over: dict[str, frozenset[int]] = field(default_factory=dict)

    def has(self, *roles: str) -> bool:
        """Whether the user holds one of these roles today, by position or for the whole company."""
        return not self.roles.isdisjoint(roles)

    def has_over(self, unit_id: int | None, *roles: str) -> bool:
        """Whether he holds one of these roles for the whole company or over this unit."""
        return self.has(*roles) or any(unit_id in self.roles_over.get(role, ()) for role in roles)

    def sees_person(self, person_id: int | None) -> bool:
        """Whether rows of this person are open to the user by the tree, a reporting line or a grant."""
        return self.everything or (person_id is not None and person_id in self.people)

    def changes_person(self, person_id: int | None) -> bool:
        """Whether rows of this person may be changed by the user: his own, those below him, those granted for it."""
        return self.changes_everything or (person_id is not None and person_id in self.changeable)

    @property
    def leads_somebody(self) -> bool:
        """Whether rows of others may be changed by the user, as their superior, by a role over a unit or by a grant."""
        return self.changes_everything or self.has(*LEADS) or bool(self.changeable - {self.person_id})

    def sees_unit(self, unit_id: int | None) -> bool:
        """Whether the figures of this unit are open to the user."""
        return self.everything or unit_id in self.units

    def owner_q(self, owner: str = "owner_id") -> Q:
        """The condition on rows that have an owner; everything when the user sees all."""
        if self.everything:
            return Q()
        kept: IdSet | None = self.__dict__.get("_ids")
        if kept is None:
            kept = self.__dict__["_ids"] = IdSet(self.people)
        return among(owner, kept)


STAMP = "scope"


def scope_of(user: User, on: date | None = None) -> Scope:
    """The user's scope today, kept on the user object for the length of the request.

    Beyond it, it is kept in memory until the company's structure, a role or a grant changes.
    """
    day = on or timezone.localdate()
    kept: Scope | None = user.__dict__.get("_scope")
    if kept is None or kept.on != day:
        read: stamps.Stamps = user.stamps or stamps.read()
        who = (user.pk, user.person_id, user.is_active)
        kept = _compile_kept(*who, day, read[STAMP]) if STAMP in read else _compile(*who, day)
        user.__dict__["_scope"] = kept
    return kept


def forget_scope(user: User) -> None:
    """After a change of roles or grants inside one request."""
    user.__dict__.pop("_scope", None)
    user.stamps = None


def watch_tables() -> None:
    """What a scope is compiled from."""
    for model in (AccessGrant, Assignment, Position, ReportingLine, RoleGrant, UnitPath):
        stamps.watch(STAMP, model)
    stamps.watch(STAMP, Person, ["left_on"])


@lru_cache(maxsize=500)
def _compile_kept(user_id: int, person_id: int | None, active: bool, day: date, _stamp: int) -> Scope:
    return _compile(user_id, person_id, active, day)


class _Held(NamedTuple):
    """One thing that somebody holds: a position, a role, a grant, a report; or that he is a person, or has left."""

    what: str
    kind: str
    object_id: int | None
    position_id: int | None
    flag: bool


def _compile(user_id: int, person_id: int | None, active: bool, day: date) -> Scope:
    held = _held(user_id, person_id, day) if active else []
    if not held or any(row.what == "left" for row in held):
        return Scope(user_id, person_id, day, frozenset(), False, frozenset(), frozenset())
    roles, over = _roles(held)
    seen, changed = _grants(held)
    everything = not roles.isdisjoint(SEES_EVERYTHING)
    changes_everything = not roles.isdisjoint(CHANGES_EVERYTHING)
    tree = _Tree(day)
    led = tree.follow(
        {row.object_id for row in held if row.what == "position" and row.kind in LEADS}
        | {unit for role in LEADS | CHANGES_EVERYTHING for unit in over.get(role, ())},
        [row for row in held if row.what == "report" and row.flag],
    )
    shown = {unit for role in SEES_EVERYTHING for unit in over.get(role, ())} | seen[AccessKind.UNIT]
    units = led | tree.below(shown)
    ruled = led | tree.below(changed[AccessKind.UNIT])
    dotted = {row.position_id for row in held if row.what == "report" and not row.flag and row.position_id}
    mine = {person_id} if person_id else set[int]()
    placed = {} if changes_everything else _placed(units, {*tree.positions, *dotted}, day)
    changeable = {
        person
        for person, places in placed.items()
        if not places[0].isdisjoint(ruled) or not places[1].isdisjoint(tree.positions)
    }
    return Scope(
        user_id=user_id,
        person_id=person_id,
        on=day,
        roles=frozenset(roles),
        everything=everything,
        people=frozenset() if everything else frozenset(placed.keys() | seen[AccessKind.PERSON] | mine),
        units=frozenset(units),
        granted={kind: frozenset(ids) for kind, ids in seen.items() if ids},
        granted_to_change={kind: frozenset(ids) for kind, ids in changed.items() if ids},
        changeable=frozenset(changeable | changed[AccessKind.PERSON] | mine),
        changes_everything=changes_everything,
        roles_over={role: frozenset(tree.below(places)) for role, places in over.items()},
    )


def _held(user_id: int, person_id: int | None, day: date) -> list[_Held]:
    """Everything the user holds on that day, in one query."""
    parts = [_part(RoleGrant.objects.on(day).filter(user_id=user_id), "role", "role", "unit_id")]
    if person_id:
        me = Person.objects.filter(pk=person_id)
        mine = Assignment.objects.on(day).filter(person_id=person_id)
        lines = ReportingLine.objects.on(day).filter(manager__in=mine.values("position_id"))
        grants = AccessGrant.objects.on(day).filter(person_id=person_id)
        parts += [
            _part(me, "person", Value("", CharField()), "pk"),
            _part(me.filter(left_on__lte=day), "left", Value("", CharField()), "pk"),
            _part(mine, "position", "position__role", "position__unit_id", "position_id"),
            _part(lines.filter(kind=ReportingLine.Kind.LINE), "report", *_SEAT, flag=Value(True, BooleanField())),
            _part(lines.filter(kind=ReportingLine.Kind.DOTTED), "report", *_SEAT),
            _part(grants, "grant", "kind", "object_id", flag=F("may_change")),
        ]
    return [_Held(*row) for row in parts[0].union(*parts[1:], all=True)]


_SEAT = ("position__role", "position__unit_id", "position_id")


def _part(rows: Any, what: str, kind: Any, object_id: str, position: str = "", flag: Any = None) -> Any:
    return (
        rows.order_by()
        .annotate(
            h_what=Value(what, CharField()),
            h_kind=F(kind) if isinstance(kind, str) else kind,
            h_object=F(object_id),
            h_position=F(position) if position else Cast(Value(None), BigIntegerField()),
            h_flag=flag or Value(False, BooleanField()),
        )
        .values_list("h_what", "h_kind", "h_object", "h_position", "h_flag")
    )


def _roles(held: Iterable[_Held]) -> tuple[set[str], dict[str, set[int]]]:
    """The roles, and those that hold only over units. Whoever is bound to units is never finance of the company."""
    roles: set[str] = set()
    over: dict[str, set[int]] = defaultdict(set)
    for row in held:
        if row.what == "position" or (row.what == "role" and row.object_id is None):
            roles.add(row.kind)
        elif row.what == "role" and row.object_id is not None:
            over[row.kind].add(row.object_id)
            if row.kind not in WHOLE_COMPANY:
                roles.add(row.kind)
    return roles, dict(over)


def _grants(held: Iterable[_Held]) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    seen: dict[str, set[int]] = defaultdict(set)
    changed: dict[str, set[int]] = defaultdict(set)
    for row in held:
        if row.what == "grant" and row.object_id is not None:
            seen[row.kind].add(row.object_id)
            if row.flag:
                changed[row.kind].add(row.object_id)
    return seen, changed


class _Tree:
    """The units below units on a day, each asked for once; and the chain of command that leaves the tree."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.known: dict[int, set[int]] = {}
        self.positions: set[int] = set()

    def below(self, roots: Iterable[int | None]) -> set[int]:
        """These units and all below them."""
        wanted = {root for root in roots if root is not None}
        new = wanted - self.known.keys()
        if new:
            self.known.update({root: set() for root in new})
            rows = UnitPath.objects.on(self.day).filter(ancestor_id__in=new).values_list("ancestor_id", "unit_id")
            for root, unit in rows:
                self.known[root].add(unit)
        return set().union(*(self.known[root] for root in wanted))

    def follow(self, roots: set[int | None], reports: list[_Held]) -> set[int]:
        """Units led directly or through others: whoever leads and answers to somebody here brings his units along."""
        led: set[int] = set()
        fresh = [(row.position_id, row.kind, row.object_id) for row in reports]
        while roots or fresh:
            self.positions |= {position for position, _role, _unit in fresh if position}
            roots |= {unit for _position, role, unit in fresh if role in LEADS}
            added = self.below(roots) - led
            led |= added
            fresh = self._answering(added, {position for position, _role, _unit in fresh})
            roots = set()
        return led

    def _answering(self, units: set[int], managers: set[int | None]) -> list[tuple[int | None, str, int | None]]:
        """Positions elsewhere that answer by a line to somebody in these units, or to one of these positions."""
        if not units and not managers:
            return []
        lines = ReportingLine.objects.on(self.day).filter(kind=ReportingLine.Kind.LINE)
        lines = lines.filter(among("manager__unit_id", units) | Q(manager_id__in=managers))
        rows = lines.values_list("position_id", "position__role", "position__unit_id")
        inside = set().union(*self.known.values())
        return [row for row in rows if row[2] not in inside and row[0] not in self.positions]


def _placed(units: set[int], positions: set[int], day: date) -> dict[int, tuple[set[int], set[int]]]:
    """Person → his units and positions among these; whoever left, or is between two places, where he was last."""
    if not units and not positions:
        return {}
    later = Assignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=OuterRef("valid_until")),
        person_id=OuterRef("person_id"),
        valid_from__lte=day,
    )
    rows = (
        Assignment.objects.filter(among("position__unit_id", units) | Q(position_id__in=positions), valid_from__lte=day)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day) | ~Exists(later))
        .values_list("person_id", "position__unit_id", "position_id")
    )
    result: dict[int, tuple[set[int], set[int]]] = {}
    for person, unit, position in rows:
        places = result.setdefault(person, (set(), set()))
        places[0].add(unit)
        places[1].add(position)
    return result
