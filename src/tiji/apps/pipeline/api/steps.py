"""Steps of deals over REST: the same services as the board's drops and dialogs."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.organization.models import Person
from tiji.apps.pipeline.api.opportunities import changeable
from tiji.apps.pipeline.api.router import router
from tiji.apps.pipeline.api.schemas import OpportunityOut, row
from tiji.apps.pipeline.models import Opportunity, Stage, StageEvent
from tiji.apps.pipeline.permissions import can_reopen_opportunity, can_share_opportunity
from tiji.apps.pipeline.selectors.processes import close_reasons, known_stages, rivals
from tiji.apps.pipeline.services.moves import (
    lose_opportunity,
    move_opportunity,
    pause_opportunity,
    reopen_opportunity,
    take_back_step,
    win_opportunity,
)
from tiji.apps.pipeline.services.opportunities import refusal, share_opportunity, unshare_opportunity
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    Amount,
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    answer,
    found,
    missing,
    no_content,
    page_answer,
)

EVENT = (
    *("id", "from_stage_id", "to_stage_id", "from_status", "to_status", "cause", "at", "on", "by_id"),
    *("days_in_stage", "amount", "currency", "percent", "owner_id", "unit_id", "reason"),
)


class StageEventOut(Out):
    id: int
    from_stage_id: int | None
    to_stage_id: int
    from_status: str
    to_status: str
    cause: str
    at: datetime
    on: date
    by_id: int | None
    days_in_stage: int
    amount: Amount | None
    currency: str
    percent: int
    owner_id: int
    unit_id: int | None
    reason: str


class MoveIn(In):
    stage_id: Id
    reason: str = Field("", max_length=500)
    version: int | None = Field(None, ge=1, description="Refused with 409 when the opportunity has another version")


class CloseIn(In):
    close_reason_id: Id | None = None
    rival_id: Id | None = None
    note: str = Field("", max_length=500)
    version: int | None = Field(None, ge=1)


class PauseIn(In):
    resume_on: date
    close_reason_id: Id | None = None
    note: str = Field("", max_length=500)
    version: int | None = Field(None, ge=1)


class ReopenIn(In):
    reason: str = Field("", max_length=500)
    stage_id: Id | None = None
    version: int | None = Field(None, ge=1)


class TakeBackIn(In):
    version: int = Field(ge=1, description="The version that the step to be taken back made")


class ShareIn(In):
    person_id: Id
    may_change: bool = False


def _said(request: ApiRequest, deal: Opportunity) -> HttpResponse:
    return answer(request, row(deal), version=deal.version)


def _close(data: Any) -> dict[str, Any]:
    """Rows in place of ids, for win and lose."""
    reason, rival = data.close_reason_id, data.rival_id
    return {
        "close_reason": None if reason is None else found(close_reasons(), reason, field="close_reason_id"),
        "rival": None if rival is None else found(rivals(), rival, field="rival_id"),
        "note": data.note,
        "expected_version": data.version,
    }


@router.post("/opportunities/{opportunity_id}/move", response=OpportunityOut)
def move(request: ApiRequest, opportunity_id: Id, data: MoveIn) -> HttpResponse:
    """Move an open opportunity to a stage of its process; into the won stage it is won."""
    deal = changeable(request, opportunity_id)
    stage = known_stages().get(data.stage_id)
    if stage is None or stage.process_id != deal.process_id:
        raise missing(Stage, "stage_id")
    moved = move_opportunity(
        actor=request.actor,
        opportunity=deal,
        to_stage=stage,
        at=timezone.now(),
        reason=data.reason,
        expected_version=data.version,
    )
    return _said(request, moved)


@router.post("/opportunities/{opportunity_id}/win", response=OpportunityOut)
def win(request: ApiRequest, opportunity_id: Id, data: CloseIn) -> HttpResponse:
    """The opportunity is won."""
    deal = changeable(request, opportunity_id)
    return _said(request, win_opportunity(actor=request.actor, opportunity=deal, at=timezone.now(), **_close(data)))


@router.post("/opportunities/{opportunity_id}/lose", response=OpportunityOut)
def lose(request: ApiRequest, opportunity_id: Id, data: CloseIn) -> HttpResponse:
    """The opportunity is lost: it needs a reason, and some reasons need the competitor."""
    deal = changeable(request, opportunity_id)
    return _said(request, lose_opportunity(actor=request.actor, opportunity=deal, at=timezone.now(), **_close(data)))


@router.post("/opportunities/{opportunity_id}/pause", response=OpportunityOut)
def pause(request: ApiRequest, opportunity_id: Id, data: PauseIn) -> HttpResponse:
    """The opportunity rests until a day."""
    deal = changeable(request, opportunity_id)
    key = data.close_reason_id
    paused = pause_opportunity(
        actor=request.actor,
        opportunity=deal,
        at=timezone.now(),
        resume_on=data.resume_on,
        close_reason=None if key is None else found(close_reasons(), key, field="close_reason_id"),
        note=data.note,
        expected_version=data.version,
    )
    return _said(request, paused)


@router.post("/opportunities/{opportunity_id}/reopen", response=OpportunityOut)
def reopen(request: ApiRequest, opportunity_id: Id, data: ReopenIn) -> HttpResponse:
    """A paused, lost or won opportunity is open again."""
    deal = found(Opportunity.objects.visible_to(request.actor), opportunity_id)
    require(can_reopen_opportunity(request.actor, deal), refusal(deal))
    stages = Stage.objects.filter(process_id=deal.process_id, outcome=Stage.Outcome.OPEN)
    opened = reopen_opportunity(
        actor=request.actor,
        opportunity=deal,
        at=timezone.now(),
        reason=data.reason,
        to_stage=None if data.stage_id is None else found(stages, data.stage_id, field="stage_id"),
        expected_version=data.version,
    )
    return _said(request, opened)


@router.post("/opportunities/{opportunity_id}/take-back", response=OpportunityOut)
def take_back(request: ApiRequest, opportunity_id: Id, data: TakeBackIn) -> HttpResponse:
    """Undo the last step of an opportunity, for five minutes by whoever took it: it is open where it stood."""
    deal = changeable(request, opportunity_id)
    back = take_back_step(actor=request.actor, opportunity=deal, at=timezone.now(), expected_version=data.version)
    return _said(request, back)


@router.post("/opportunities/{opportunity_id}/share", response={204: None})
def share(request: ApiRequest, opportunity_id: Id, data: ShareIn) -> HttpResponse:
    """Open the opportunity to a colleague from today."""
    deal = found(Opportunity.objects.visible_to(request.actor), opportunity_id)
    require(can_share_opportunity(request.actor, deal), refusal(deal))
    person = found(Person.objects.filter(archived_at__isnull=True), data.person_id, field="person_id")
    share_opportunity(
        actor=request.actor, opportunity=deal, person=person, on=timezone.localdate(), may_change=data.may_change
    )
    return no_content(request)


@router.delete("/opportunities/{opportunity_id}/share/{person_id}", response={204: None})
def unshare(request: ApiRequest, opportunity_id: Id, person_id: Id) -> HttpResponse:
    """Close the opportunity to a colleague again."""
    deal = found(Opportunity.objects.visible_to(request.actor), opportunity_id)
    person = found(Person.objects.all(), person_id)
    unshare_opportunity(actor=request.actor, opportunity=deal, person=person, on=timezone.localdate())
    return no_content(request)


@router.get("/opportunities/{opportunity_id}/stage-events", response=PageOf[StageEventOut])
def list_stage_events(request: ApiRequest, opportunity_id: Id, paging: Query[Paging]) -> HttpResponse:
    """The stage ledger of an opportunity, first step first."""
    deal = found(Opportunity.objects.visible_to(request.actor), opportunity_id)
    rows = StageEvent.objects.filter(opportunity=deal).values(*EVENT)
    return page_answer(request, keyset(rows, ("at", "id"), paging.cursor, paging.size))
