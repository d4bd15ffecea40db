"""The one place that writes steps: the event, the deal's own columns, and what the audit log says of it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from tiji.apps.organization.selectors.company import business_zone
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.pipeline.services.gates import Close, Step
from tiji.kernel.pipeline import Move, days_between, stalls_on
from tiji.shared import audit

Status = Opportunity.Status
MOVED_COLUMNS = (
    *("stage", "status", "percent", "entered_stage_at", "stalls_on", "closed_on", "close_reason", "close_note"),
    *("rival", "resume_on", "version", "updated_at"),
)
ACTIONS = {Status.WON: "opportunity.win", Status.LOST: "opportunity.lose", Status.PAUSED: "opportunity.pause"}


def take_steps(steps: Iterable[Step]) -> list[StageEvent]:
    """Write steps that passed their gates: one insert, one update and one audit insert for all of them."""
    taken = list(steps)
    if not taken:
        return []
    zone = business_zone()
    events, deeds = [], []
    for step in taken:
        event = _event(step, days_between(timezone.localdate(step.opportunity.entered_stage_at, zone), step.on))
        before = _state(step.opportunity)
        _apply(step)
        events.append(event)
        deeds.append(audit.Deed(_action(event), step.opportunity, before, _state(step.opportunity), event.reason))
    StageEvent.objects.bulk_create(events, batch_size=500)
    _save([step.opportunity for step in taken])
    audit.record_many(deeds, actor=taken[0].actor)
    return events


def first_event(opportunity: Opportunity, on: date) -> StageEvent:
    """The event of a deal's birth, unsaved."""
    return StageEvent(
        opportunity=opportunity,
        to_stage_id=opportunity.stage_id,
        to_status=opportunity.status,
        cause=StageEvent.Cause.CREATED,
        at=opportunity.created_at,
        on=on,
        by=opportunity.created_by,
        amount=opportunity.amount,
        currency=opportunity.currency,
        percent=opportunity.percent,
        owner_id=opportunity.owner_id,
        unit_id=opportunity.unit_id,
    )


def percent_of(stage_percent: int, status: str) -> int:
    """A deal counts with its stage's percent, won with 100 and lost with 0; a paused one keeps its stage's."""
    return {Status.WON: 100, Status.LOST: 0}.get(Status(status), stage_percent)


def _event(step: Step, days: int) -> StageEvent:
    deal = step.opportunity
    return StageEvent(
        opportunity=deal,
        from_stage_id=deal.stage_id,
        to_stage_id=step.to_stage.pk,
        from_status=deal.status,
        to_status=step.to_status,
        cause=_cause(step),
        at=step.at,
        on=step.on,
        by=step.actor,
        days_in_stage=days,
        amount=deal.amount,
        currency=deal.currency,
        percent=percent_of(step.to_stage.percent, step.to_status),
        owner_id=deal.owner_id,
        unit_id=deal.unit_id,
        reason=_reason(step),
    )


def _cause(step: Step) -> str:
    if step.to_status != Status.OPEN:
        return StageEvent.Cause.CLOSED
    if step.opportunity.status != Status.OPEN:
        return StageEvent.Cause.REOPENED
    causes = {Move.SKIPPED: StageEvent.Cause.SKIPPED, Move.RETURNED: StageEvent.Cause.RETURNED}
    return causes.get(step.kind, StageEvent.Cause.MOVED)


def _reason(step: Step) -> str:
    """What was typed, behind the close reason's code: the code tells reports, the text tells people."""
    close = step.close or Close()
    parts = [close.reason.code if close.reason else "", close.note or step.reason]
    return ": ".join(part for part in parts if part)[:500]


def _apply(step: Step) -> None:
    deal, close = step.opportunity, step.close or Close()
    deal.stage, deal.status = step.to_stage, step.to_status
    deal.percent = percent_of(step.to_stage.percent, step.to_status)
    deal.entered_stage_at = step.at
    deal.stalls_on = stalls_on(step.on, step.to_stage.max_days) if step.to_status == Status.OPEN else None
    deal.closed_on = step.on if step.to_status in (Status.WON, Status.LOST) else None
    deal.close_reason, deal.close_note, deal.resume_on = close.reason, close.note[:500], close.resume_on
    if close.rival is not None:
        deal.rival = close.rival
    deal.version += 1
    deal.updated_at = timezone.now()


def _save(deals: list[Opportunity]) -> None:
    if len(deals) == 1:
        deals[0].save(update_fields=MOVED_COLUMNS)
    else:
        Opportunity.objects.bulk_update(deals, MOVED_COLUMNS, batch_size=200)


def _state(deal: Opportunity) -> dict[str, Any]:
    return {"stage": str(deal.stage), "status": str(deal.status), "percent": deal.percent}


def _action(event: StageEvent) -> str:
    if event.cause == StageEvent.Cause.REOPENED:
        return "opportunity.reopen"
    return ACTIONS.get(Status(event.to_status), "opportunity.move")
