"""Sales processes, close reasons and competitors over REST."""

from django.http import HttpResponse

from tiji.apps.pipeline.api.router import router
from tiji.apps.pipeline.selectors.processes import close_reasons, processes, rivals
from tiji.shared.rest import ApiRequest, Out, answer

STAGE = (
    *("id", "code", "name", "name_en", "position", "percent", "buyer_step", "buyer_step_en", "max_days"),
    *("forecast_category", "outcome", "milestone", "milestone_en", "requires"),
)


class StageOut(Out):
    id: int
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


@router.get("/sales-processes", response=list[SalesProcessOut])
def list_sales_processes(request: ApiRequest) -> HttpResponse:
    """The sales processes in use, each with its stages in order."""
    head = ("id", "code", "name", "name_en", "team_type", "is_default")
    body = [
        {name: getattr(process, name) for name in head}
        | {"stages": [{name: getattr(stage, name) for name in STAGE} for stage in process.stages.all()]}
        for process in processes()
    ]
    return answer(request, body)


@router.get("/close-reasons", response=list[CloseReasonOut])
def list_close_reasons(request: ApiRequest) -> HttpResponse:
    """Why opportunities are won, lost or paused."""
    return answer(request, list(close_reasons().values("id", "code", "name", "name_en", "for_status", "asks_rival")))


@router.get("/rivals", response=list[RivalOut])
def list_rivals(request: ApiRequest) -> HttpResponse:
    """The competitors."""
    return answer(request, list(rivals().values("id", "name", "name_en")))
