"""Sales processes, close reasons and competitors over REST."""

from typing import Any

from django.http import HttpResponse

from tiji.apps.pipeline.api.router import router
from tiji.apps.pipeline.models import CloseReason, Rival, SalesProcess, Stage
from tiji.apps.pipeline.selectors.processes import close_reasons, processes, rivals
from tiji.shared.rest import ApiRequest, Field, Out, Query, Schema, answer

STAGE = (
    *("id", "process_id", "code", "name", "name_en", "position", "percent", "buyer_step", "buyer_step_en", "max_days"),
    *("forecast_category", "outcome", "milestone", "milestone_en", "requires"),
)


class StageOut(Out):
    id: int
    process_id: int
    code: str
    name: str
    name_en: str
    position: int
    percent: int
    buyer_step: str
    buyer_step_en: str
    max_days: int | None
    forecast_category: str
    outcome: str
    milestone: str
    milestone_en: str
    requires: list[str]


class SalesProcessOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    team_type: str
    is_default: bool
    stages: list[StageOut]


class CloseReasonOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    for_status: str
    asks_rival: bool


class RivalOut(Out):
    id: int
    name: str
    name_en: str


HEAD = ("id", "code", "name", "name_en", "team_type", "is_default")
REASON = ("id", "code", "name", "name_en", "for_status", "asks_rival")
RIVAL = ("id", "name", "name_en")


def stage_row(stage: Stage) -> dict[str, Any]:
    """One stage."""
    return {name: getattr(stage, name) for name in STAGE}


def process_row(process: SalesProcess) -> dict[str, Any]:
    """One process with its stages in use, in order."""
    stages = sorted(process.stages.all(), key=lambda stage: stage.position)
    shown = [stage_row(stage) for stage in stages if stage.archived_at is None]
    return {**{name: getattr(process, name) for name in HEAD}, "stages": shown}


def reason_row(reason: CloseReason) -> dict[str, Any]:
    """One reason."""
    return {name: getattr(reason, name) for name in REASON}


def rival_row(rival: Rival) -> dict[str, Any]:
    """One competitor."""
    return {name: getattr(rival, name) for name in RIVAL}


class Retired(Schema):
    retired: bool = Field(False, description="Those out of use instead of those in use")


@router.get("/sales-processes", response=list[SalesProcessOut])
def list_sales_processes(request: ApiRequest, asked: Query[Retired]) -> HttpResponse:
    """The sales processes in use, each with its stages in order."""
    return answer(request, [process_row(process) for process in processes(retired=asked.retired)])


@router.get("/sales-stages", response=list[StageOut])
def list_sales_stages(request: ApiRequest, asked: Query[Retired]) -> HttpResponse:
    """The stages of all processes in use, or those that were taken out of use."""
    rows = Stage.objects.filter(archived_at__isnull=not asked.retired, process__archived_at__isnull=True)
    return answer(request, list(rows.order_by("process_id", "position").values(*STAGE)))


@router.get("/close-reasons", response=list[CloseReasonOut])
def list_close_reasons(request: ApiRequest, asked: Query[Retired]) -> HttpResponse:
    """Why opportunities are won, lost or paused."""
    return answer(request, list(close_reasons(retired=asked.retired).values(*REASON)))


@router.get("/rivals", response=list[RivalOut])
def list_rivals(request: ApiRequest, asked: Query[Retired]) -> HttpResponse:
    """The competitors."""
    return answer(request, list(rivals(retired=asked.retired).values(*RIVAL)))
