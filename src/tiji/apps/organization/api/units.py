"""Units and positions."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.organization.api.router import router
from tiji.apps.organization.models import Position, Unit, UnitPlacement
from tiji.apps.organization.permissions import can_manage_people, can_manage_units
from tiji.apps.organization.selectors.people import positions_on
from tiji.apps.organization.selectors.tree import unit_tree
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


POSITION_ROW = tuple(PositionOut.model_fields)


def unit_json(unit: Unit) -> dict[str, Any]:
    """A unit with its latest parent."""
    placed = UnitPlacement.objects.filter(unit=unit).order_by("-valid_from").first()
    names = ("id", "name", "name_en", "kind", "team_type", "code")
    values = {name: getattr(unit, name) for name in names}
    return {**values, "parent_id": placed.parent_id if placed else None, "archived": unit.archived_at is not None}


def position_json(position: Position) -> dict[str, Any]:
    """A position with whoever holds it today."""
    values: dict[str, Any] = (
        positions_on(timezone.localdate(), archived=True).filter(pk=position.pk).values(*POSITION_ROW).get()
    )
    return values


@router.get("/units", response=list[UnitNodeOut])
def list_units(request: ApiRequest, filters: Query[TreeFilters]) -> HttpResponse:
    """The tree of units on a day, parents before children, with heads and head-counts."""
    tree = unit_tree(filters.on or timezone.localdate())
    names = ("id", "name", "name_en", "kind", "team_type", "code")
    return answer(
        request,
        [
            {
                **{name: getattr(node.unit, name) for name in names},
                "parent_id": node.parent_id,
                "archived": node.unit.archived_at is not None,
                "head_id": node.head_id,
                "people": node.people,
                "people_below": node.people_below,
            }
            for node in tree
        ],
    )


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
