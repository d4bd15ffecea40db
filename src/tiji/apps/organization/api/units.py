"""Units and positions."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.organization.api.router import router
from tiji.apps.organization.models import Position, Unit, UnitPlacement
from tiji.apps.organization.permissions import can_manage_people, can_manage_units
from tiji.apps.organization.selectors.moves import MovePreview, preview_of_move
from tiji.apps.organization.selectors.people import positions_on, unit_history
from tiji.apps.organization.selectors.tree import UnitNode, unit_tree
from tiji.apps.organization.services.positions import archive_position, edit_position, open_position
from tiji.apps.organization.services.units import archive_unit, create_unit, edit_unit, move_unit
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Schema,
    answer,
    created,
    found,
    page_answer,
)


class UnitOut(Out):
    id: int
    name: str
    name_en: str
    kind: str
    team_type: str
    code: str
    parent_id: int | None
    archived: bool


class UnitNodeOut(UnitOut):
    head_id: int | None
    people: int
    people_below: int


class UnitIn(In):
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    parent_id: Id
    kind: str = Field(Unit.Kind.TEAM, max_length=10)
    team_type: str = Field(Unit.TeamType.EFFECTIVENESS, max_length=15)
    code: str = Field("", max_length=20)
    valid_from: date


class UnitPatch(In):
    name: str = Field("", min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    kind: str = Field("", max_length=10)
    team_type: str = Field("", max_length=15)
    code: str = Field("", max_length=20)


class UnitMoveIn(In):
    parent_id: Id
    on: date


class PlacedOut(Out):
    parent_id: int | None
    valid_from: date
    valid_until: date | None


class MoveFilters(Schema):
    parent_id: Id
    on: date


class MoveOut(Out):
    on: date
    before: list[int] = Field(description="The units above, from the company down")
    after: list[int]
    units: list[int] = Field(description="Those that move along")
    people: int
    lose: list[int] = Field(description="People who no longer see it")
    gain: list[int] = Field(description="People who begin to see it")
    possible: bool


class DayIn(In):
    on: date


class TreeFilters(Schema):
    on: date | None = Field(None, description="The day the tree is asked for; today by default")


class PositionOut(Out):
    id: int
    name: str
    name_en: str
    unit_id: int
    role: str
    grade: str
    holder_id: int | None


class PositionIn(In):
    unit_id: Id
    role: str = Field(max_length=20)
    name: str = Field("", max_length=120)
    name_en: str = Field("", max_length=120)
    grade: str = Field("", max_length=20)


class PositionPatch(In):
    name: str = Field("", min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)
    grade: str = Field("", max_length=20)


class PositionFilters(Schema):
    unit: Id | None = None
    role: str | None = Field(None, max_length=20)


UNIT_ROW = ("id", "name", "name_en", "kind", "team_type", "code")
PLACED = ("parent_id", "valid_from", "valid_until")
POSITION_ROW = tuple(PositionOut.model_fields)


def facts_of(unit: Unit, parent_id: int | None) -> dict[str, Any]:
    values = {name: getattr(unit, name) for name in UNIT_ROW}
    return {**values, "parent_id": parent_id, "archived": unit.archived_at is not None}


def unit_json(unit: Unit) -> dict[str, Any]:
    """A unit with its latest parent."""
    placed = UnitPlacement.objects.filter(unit=unit).order_by("-valid_from").first()
    return facts_of(unit, placed.parent_id if placed else None)


def node_json(node: UnitNode) -> dict[str, Any]:
    """A unit in the tree of a day."""
    counted = {name: getattr(node, name) for name in ("head_id", "people", "people_below")}
    return {**facts_of(node.unit, node.parent_id), **counted}


def position_json(position: Position) -> dict[str, Any]:
    """A position with whoever holds it today."""
    values: dict[str, Any] = (
        positions_on(timezone.localdate(), archived=True).filter(pk=position.pk).values(*POSITION_ROW).get()
    )
    return values


@router.get("/units", response=list[UnitNodeOut])
def list_units(request: ApiRequest, filters: Query[TreeFilters]) -> HttpResponse:
    """The tree of units on a day, parents before children, with heads and head-counts."""
    return answer(request, [node_json(node) for node in unit_tree(filters.on or timezone.localdate())])


@router.post("/units", response={201: UnitOut})
def make_unit(request: ApiRequest, data: UnitIn) -> HttpResponse:
    """Add a unit below another from a day."""
    require(can_manage_units(request.actor))
    parent = found(Unit.objects.all(), data.parent_id, field="parent_id")
    unit = create_unit(actor=request.actor, parent=parent, **data.model_dump(exclude={"parent_id"}))
    return created(request, unit_json(unit), f"/units/{unit.pk}")


@router.get("/units/{unit_id}", response=UnitOut)
def read_unit(request: ApiRequest, unit_id: Id) -> HttpResponse:
    """One unit."""
    return answer(request, unit_json(found(Unit.objects.all(), unit_id)))


@router.patch("/units/{unit_id}", response=UnitOut)
def change_unit(request: ApiRequest, unit_id: Id, data: UnitPatch) -> HttpResponse:
    """Change a unit's names, code, kind or team type."""
    unit = found(Unit.objects.all(), unit_id)
    return answer(request, unit_json(edit_unit(actor=request.actor, unit=unit, **data.model_dump(exclude_unset=True))))


@router.post("/units/{unit_id}/move", response=UnitOut)
def move_unit_below(request: ApiRequest, unit_id: Id, data: UnitMoveIn) -> HttpResponse:
    """Move a unit below another from a day; everything before stays where it was."""
    unit = found(Unit.objects.all(), unit_id)
    require(can_manage_units(request.actor))
    parent = found(Unit.objects.all(), data.parent_id, field="parent_id")
    move_unit(actor=request.actor, unit=unit, parent=parent, on=data.on)
    return answer(request, unit_json(unit))


def preview_json(preview: MovePreview) -> dict[str, Any]:
    """What a move would change, by keys."""
    lists = {name: [one.pk for one in getattr(preview, name)] for name in ("before", "after", "units", "lose", "gain")}
    return {**lists, "on": preview.on, "people": preview.people, "possible": not preview.circle}


@router.get("/units/{unit_id}/move-preview", response=MoveOut)
def preview_unit_move(request: ApiRequest, unit_id: Id, filters: Query[MoveFilters]) -> HttpResponse:
    """What moving a unit would change, before it is moved."""
    unit = found(Unit.objects.all(), unit_id)
    require(can_manage_units(request.actor))
    parent = found(Unit.objects.all(), filters.parent_id, field="parent_id")
    return answer(request, preview_json(preview_of_move(unit, parent, filters.on)))


@router.get("/units/{unit_id}/history", response=list[PlacedOut])
def list_unit_history(request: ApiRequest, unit_id: Id) -> HttpResponse:
    """Below which units a unit stood and from when, the latest first."""
    rows = unit_history(found(Unit.objects.all(), unit_id))
    return answer(request, [{name: getattr(row, name) for name in PLACED} for row in rows])


@router.post("/units/{unit_id}/archive", response=UnitOut)
def put_unit_away(request: ApiRequest, unit_id: Id, data: DayIn) -> HttpResponse:
    """Take an empty unit out of the lists from a day."""
    unit = found(Unit.objects.all(), unit_id)
    return answer(request, unit_json(archive_unit(actor=request.actor, unit=unit, on=data.on)))


@router.get("/positions", response=PageOf[PositionOut])
def list_positions(request: ApiRequest, filters: Query[PositionFilters], paging: Query[Paging]) -> HttpResponse:
    """Positions with whoever holds them today."""
    rows = positions_on(timezone.localdate())
    if filters.unit is not None:
        rows = rows.filter(unit_id=filters.unit)
    if filters.role is not None:
        rows = rows.filter(role=filters.role)
    return page_answer(request, keyset(rows.values(*POSITION_ROW), ("id",), paging.cursor, paging.size))


@router.post("/positions", response={201: PositionOut})
def make_position(request: ApiRequest, data: PositionIn) -> HttpResponse:
    """Make a seat in a unit."""
    require(can_manage_people(request.actor))
    unit = found(Unit.objects.all(), data.unit_id, field="unit_id")
    position = open_position(actor=request.actor, unit=unit, **data.model_dump(exclude={"unit_id"}))
    return created(request, position_json(position), f"/positions/{position.pk}")


@router.get("/positions/{position_id}", response=PositionOut)
def read_position(request: ApiRequest, position_id: Id) -> HttpResponse:
    """One position."""
    return answer(request, position_json(found(Position.objects.all(), position_id)))


@router.patch("/positions/{position_id}", response=PositionOut)
def change_position(request: ApiRequest, position_id: Id, data: PositionPatch) -> HttpResponse:
    """Change a position's names or grade."""
    position = found(Position.objects.all(), position_id)
    changed = edit_position(actor=request.actor, position=position, **data.model_dump(exclude_unset=True))
    return answer(request, position_json(changed))


@router.post("/positions/{position_id}/archive", response=PositionOut)
def put_position_away(request: ApiRequest, position_id: Id) -> HttpResponse:
    """Take a vacant position out of the lists."""
    position = found(Position.objects.all(), position_id)
    return answer(request, position_json(archive_position(actor=request.actor, position=position)))
