"""Who answers to whom by an explicit line, over time."""

from datetime import date
from typing import Literal

from django.http import HttpResponse

from tiji.apps.organization.api.router import router
from tiji.apps.organization.models import Position, ReportingLine
from tiji.apps.organization.permissions import can_manage_people, can_view_organization
from tiji.apps.organization.services.reporting import set_reporting_line
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, answer, found

Kind = Literal["line", "dotted", "product"]


class LineOut(Out):
    id: int
    position_id: int
    manager_id: int = Field(description="The position that is answered to")
    kind: Kind
    valid_from: date
    valid_until: date | None


class LineIn(In):
    manager_id: Id | None = Field(None, description="A position; left out, the head of the unit from that day on")
    kind: Kind = "line"
    on: date


LINE_ROW = tuple(LineOut.model_fields)


def lines_json(position: Position) -> list[dict[str, object]]:
    """Every line of a position, the latest first."""
    rows = ReportingLine.objects.filter(position=position).order_by("-valid_from", "kind", "-pk")
    return list(rows.values(*LINE_ROW))


@router.get("/positions/{position_id}/reporting-lines", response=list[LineOut])
def list_reporting_lines(request: ApiRequest, position_id: Id) -> HttpResponse:
    """To which positions a position answered, answers and will answer, the latest first."""
    require(can_view_organization(request.actor))
    return answer(request, lines_json(found(Position.objects.all(), position_id)))


@router.post("/positions/{position_id}/reporting-lines", response=list[LineOut])
def put_reporting_line(request: ApiRequest, position_id: Id, data: LineIn) -> HttpResponse:
    """Let a position answer to another from a day, or to the head of its unit again; answers all its lines."""
    require(can_manage_people(request.actor))
    seats = Position.objects.filter(archived_at__isnull=True)
    position = found(Position.objects.all(), position_id)
    manager = found(seats, data.manager_id, field="manager_id") if data.manager_id else None
    set_reporting_line(actor=request.actor, position=position, manager=manager, on=data.on, kind=data.kind)
    return answer(request, lines_json(position))
