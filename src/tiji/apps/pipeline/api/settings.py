"""Sales settings over REST: the same services as the settings pages."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.pipeline.api.processes import (
    CloseReasonOut,
    RivalOut,
    SalesProcessOut,
    StageOut,
    process_row,
    reason_row,
    rival_row,
    stage_row,
)
from tiji.apps.pipeline.api.router import router
from tiji.apps.pipeline.api.setting_schemas import (
    CloseReasonIn,
    CloseReasonPatch,
    RivalIn,
    RivalPatch,
    SalesProcessIn,
    SalesProcessPatch,
    StageIn,
    StageMoveIn,
    StagePatch,
    texts_of,
)
from tiji.apps.pipeline.models import CloseReason, Rival, SalesProcess, Stage
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.apps.pipeline.services import processes as writes
from tiji.apps.pipeline.services import reasons, stages
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Id, answer, created, found


def keeper(request: ApiRequest) -> Any:
    """The caller, if he keeps the sales settings; asked before anything is looked up."""
    require(can_manage_pipeline(request.actor), _("Sales operations keep the sales settings. Ask them to change this."))
    return request.actor


def _process(pk: int) -> SalesProcess:
    row: SalesProcess = found(SalesProcess.objects.all(), pk)
    return row


def _stage(pk: int) -> Stage:
    row: Stage = found(Stage.objects.select_related("process"), pk)
    return row


def _reason(pk: int) -> CloseReason:
    row: CloseReason = found(CloseReason.objects.all(), pk)
    return row


def _rival(pk: int) -> Rival:
    row: Rival = found(Rival.objects.all(), pk)
    return row


@router.post("/sales-processes", response={201: SalesProcessOut})
def add_sales_process(request: ApiRequest, data: SalesProcessIn) -> HttpResponse:
    """Add a sales process that begins with the stages of another."""
    actor, facts = keeper(request), texts_of(data)
    like = found(SalesProcess.objects.all(), facts.pop("like_id"), field="like_id")
    process = writes.copy_process(actor=actor, like=like, **facts)
    return created(request, process_row(process), "/sales-processes")


@router.patch("/sales-processes/{process_id}", response=SalesProcessOut)
def change_sales_process(request: ApiRequest, process_id: Id, data: SalesProcessPatch) -> HttpResponse:
    """Change a sales process's name, its kind of team, or make it the default."""
    actor = keeper(request)
    process = writes.edit_process(actor=actor, process=_process(process_id), **texts_of(data))
    return answer(request, process_row(process))


@router.post("/sales-processes/{process_id}/retire", response=SalesProcessOut)
def retire_sales_process(request: ApiRequest, process_id: Id) -> HttpResponse:
    """Take a sales process out of use; refused while opportunities stand in it."""
    actor = keeper(request)
    process = writes.retire_process(actor=actor, process=_process(process_id), at=timezone.now())
    return answer(request, process_row(process))


@router.post("/sales-processes/{process_id}/restore", response=SalesProcessOut)
def restore_sales_process(request: ApiRequest, process_id: Id) -> HttpResponse:
    """Bring a sales process back into use."""
    actor = keeper(request)
    return answer(request, process_row(writes.restore_process(actor=actor, process=_process(process_id))))


@router.post("/sales-processes/{process_id}/stages", response={201: StageOut})
def add_sales_stage(request: ApiRequest, process_id: Id, data: StageIn) -> HttpResponse:
    """Add an open stage behind another one, or first."""
    actor, process, facts = keeper(request), _process(process_id), texts_of(data)
    key = facts.pop("after_id", None)
    after = None if key is None else found(process.stages.all(), key, field="after_id")
    stage = stages.add_stage(actor=actor, process=process, after=after, **facts)
    return created(request, stage_row(stage), "/sales-processes")


@router.patch("/sales-stages/{stage_id}", response=StageOut)
def change_sales_stage(request: ApiRequest, stage_id: Id, data: StagePatch) -> HttpResponse:
    """Change a stage; its open opportunities follow a new percent or limit at once."""
    actor = keeper(request)
    return answer(request, stage_row(stages.edit_stage(actor=actor, stage=_stage(stage_id), **texts_of(data))))


@router.post("/sales-stages/{stage_id}/move", response=StageOut)
def move_sales_stage(request: ApiRequest, stage_id: Id, data: StageMoveIn) -> HttpResponse:
    """Put a stage one place earlier or later; the percents stay with the places."""
    actor = keeper(request)
    return answer(request, stage_row(stages.move_stage(actor=actor, stage=_stage(stage_id), by=data.by)))


@router.post("/sales-stages/{stage_id}/retire", response=StageOut)
def retire_sales_stage(request: ApiRequest, stage_id: Id) -> HttpResponse:
    """Take a stage out of use; refused while opportunities stand in it."""
    actor = keeper(request)
    return answer(request, stage_row(stages.retire_stage(actor=actor, stage=_stage(stage_id), at=timezone.now())))


@router.post("/sales-stages/{stage_id}/restore", response=StageOut)
def restore_sales_stage(request: ApiRequest, stage_id: Id) -> HttpResponse:
    """Bring a stage back into use, at its old place."""
    actor = keeper(request)
    return answer(request, stage_row(stages.restore_stage(actor=actor, stage=_stage(stage_id))))


@router.post("/close-reasons", response={201: CloseReasonOut})
def add_close_reason(request: ApiRequest, data: CloseReasonIn) -> HttpResponse:
    """Add a reason why opportunities are won, lost or paused."""
    reason = reasons.add_close_reason(actor=keeper(request), **texts_of(data))
    return created(request, reason_row(reason), "/close-reasons")


@router.patch("/close-reasons/{reason_id}", response=CloseReasonOut)
def change_close_reason(request: ApiRequest, reason_id: Id, data: CloseReasonPatch) -> HttpResponse:
    """Change a reason's name, or whether it asks for the competitor."""
    actor = keeper(request)
    reason = reasons.edit_close_reason(actor=actor, reason=_reason(reason_id), **texts_of(data))
    return answer(request, reason_row(reason))


@router.post("/close-reasons/{reason_id}/move", response=CloseReasonOut)
def move_close_reason(request: ApiRequest, reason_id: Id, data: StageMoveIn) -> HttpResponse:
    """Put a reason one place earlier or later in its list."""
    actor = keeper(request)
    return answer(request, reason_row(reasons.move_close_reason(actor=actor, reason=_reason(reason_id), by=data.by)))


@router.post("/close-reasons/{reason_id}/retire", response=CloseReasonOut)
def retire_close_reason(request: ApiRequest, reason_id: Id) -> HttpResponse:
    """Offer a reason no longer; opportunities that closed with it keep it."""
    actor = keeper(request)
    reason = reasons.retire_close_reason(actor=actor, reason=_reason(reason_id), at=timezone.now())
    return answer(request, reason_row(reason))


@router.post("/close-reasons/{reason_id}/restore", response=CloseReasonOut)
def restore_close_reason(request: ApiRequest, reason_id: Id) -> HttpResponse:
    """Offer a reason again."""
    actor = keeper(request)
    return answer(request, reason_row(reasons.restore_close_reason(actor=actor, reason=_reason(reason_id))))


@router.post("/rivals", response={201: RivalOut})
def add_rival(request: ApiRequest, data: RivalIn) -> HttpResponse:
    """Add a competitor."""
    rival = reasons.add_rival(actor=keeper(request), **texts_of(data))
    return created(request, rival_row(rival), "/rivals")


@router.patch("/rivals/{rival_id}", response=RivalOut)
def change_rival(request: ApiRequest, rival_id: Id, data: RivalPatch) -> HttpResponse:
    """Change a competitor's name."""
    actor = keeper(request)
    return answer(request, rival_row(reasons.edit_rival(actor=actor, rival=_rival(rival_id), **texts_of(data))))


@router.post("/rivals/{rival_id}/retire", response=RivalOut)
def retire_rival(request: ApiRequest, rival_id: Id) -> HttpResponse:
    """Offer a competitor no longer; opportunities that name it keep it."""
    actor = keeper(request)
    return answer(request, rival_row(reasons.retire_rival(actor=actor, rival=_rival(rival_id), at=timezone.now())))


@router.post("/rivals/{rival_id}/restore", response=RivalOut)
def restore_rival(request: ApiRequest, rival_id: Id) -> HttpResponse:
    """Offer a competitor again."""
    actor = keeper(request)
    return answer(request, rival_row(reasons.restore_rival(actor=actor, rival=_rival(rival_id))))
