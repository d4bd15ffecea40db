"""The tree of units as it stood on a day."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from tiji.apps.organization.models import Assignment, Role, Unit, UnitPlacement
from tiji.apps.organization.selectors.managers import HEADS


@dataclass
class UnitNode:
    """A unit in the tree: who leads it, how many people sit in it and how many in it and below."""

    unit: Unit
    parent_id: int | None
    depth: int
    head_id: int | None
    head_name: str
    since: date
    people: int = 0
    people_below: int = 0
    children: list["UnitNode"] = field(default_factory=list)


def unit_tree(on: date) -> list[UnitNode]:
    """Every unit that stood on that day, parents before children, siblings by name; in two queries."""
    counts = _counts(on)
    nodes = {
        row.unit_id: UnitNode(
            unit=row.unit,
            parent_id=row.parent_id,
            depth=0,
            head_id=row.head_id,
            head_name=row.head_name or "",
            since=row.valid_from,
            people=counts.get(row.unit_id, (0, 0))[0],
            people_below=counts.get(row.unit_id, (0, 0))[1],
        )
        for row in _placements(on)
    }
    roots: list[UnitNode] = []
    for node in nodes.values():
        above = nodes.get(node.parent_id) if node.parent_id else None
        (above.children if above else roots).append(node)
    return _flat(roots, 0)


def _flat(nodes: list[UnitNode], depth: int) -> list[UnitNode]:
    result: list[UnitNode] = []
    for node in nodes:
        node.depth = depth
        result.append(node)
        result.extend(_flat(node.children, depth + 1))
    return result


def _placements(on: date) -> Any:
    """Placements with the head of each unit beside them."""
    rank = Case(When(position__role=HEADS[0], then=Value(0)), default=Value(1), output_field=IntegerField())
    heads = (
        Assignment.objects.on(on)
        .filter(position__unit_id=OuterRef("unit_id"), position__role__in=HEADS)
        .annotate(rank=rank)
        .order_by("rank", "valid_from", "pk")
    )
    found: QuerySet[Any] = UnitPlacement.objects.on(on)
    return (
        found.select_related("unit")
        .annotate(head_id=Subquery(heads.values("person_id")[:1]), head_name=Subquery(heads.values("person__name")[:1]))
        .order_by("unit__sort_key", "unit_id")
    )


def _counts(on: date) -> dict[int, tuple[int, int]]:
    """Unit id → people in it, people in it and below; somebody with two positions counts once in each."""
    path = "position__unit__paths_up"
    holds = (Q(**{f"{path}__valid_until__isnull": True}) | Q(**{f"{path}__valid_until__gt": on})) & Q(
        **{f"{path}__valid_from__lte": on}
    )
    rows = (
        Assignment.objects.on(on)
        .filter(holds)
        .values(ancestor=F(f"{path}__ancestor_id"))
        .annotate(
            inside=Count("person", filter=Q(**{f"{path}__depth": 0}), distinct=True),
            below=Count("person", distinct=True),
        )
        .values_list("ancestor", "inside", "below")
    )
    return {ancestor: (inside, below) for ancestor, inside, below in rows}


def units_on(day: date) -> QuerySet[Unit]:
    """Units that stand on a day, by name: for choices."""
    placed = UnitPlacement.objects.on(day).values("unit_id")
    found: QuerySet[Unit] = Unit.objects.filter(pk__in=placed, archived_at__isnull=True)
    return found


def role_label(role: str) -> str:
    """The role in the reader's language."""
    return str(Role(role).label) if role in Role.values else role
