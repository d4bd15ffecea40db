"""The one move service: every step of a deal, through whatever door, one by one or in sets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import business_date
from tiji.apps.pipeline.models import CloseReason, Opportunity, Rival, Stage, StageEvent
from tiji.apps.pipeline.permissions import can_move_opportunity, can_reopen_opportunity, can_take_back
from tiji.apps.pipeline.selectors.processes import known_stages, stages_of
from tiji.apps.pipeline.services.gates import Close, Step, pass_gates
from tiji.apps.pipeline.services.ledger import take_steps
from tiji.apps.pipeline.services.stages import hold_stages
from tiji.shared.errors import Conflict, DomainError, NotAllowed
from tiji.shared.permissions import require

Status = Opportunity.Status
BATCH = 1000


@dataclass(slots=True)
class MoveReport:
    """What became of a set: the deals that moved, and those that were refused with the reason."""

    moved: list[Opportunity] = field(default_factory=list)
    refused: list[tuple[Opportunity, DomainError]] = field(default_factory=list)


@transaction.atomic
def move_opportunity(
    *,
    actor: User,
    opportunity: Opportunity,
    to_stage: Stage,
    at: datetime,
    reason: str = "",
    expected_version: int | None = None,
) -> Opportunity:
    """Move an open deal to a stage of its process; into the won stage it is won.

    Raises: NotAllowed; Conflict if `expected_version` is no longer the deal's; DomainError of the gate that refuses.
    """
    status = Status.WON if to_stage.outcome == Stage.Outcome.WON else Status.OPEN
    return _take(actor, opportunity, at, expected_version, to_stage=to_stage, to_status=status, reason=reason)


@transaction.atomic
def win_opportunity(
    *,
    actor: User,
    opportunity: Opportunity,
    at: datetime,
    close_reason: CloseReason | None = None,
    rival: Rival | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Opportunity:
    """The deal is won: it goes to the won stage of its process. `note` is the reason when stages are passed over.

    Raises: NotAllowed, Conflict, DomainError.
    """
    close = Close(reason=close_reason, rival=rival, note=note)
    return _take(actor, opportunity, at, expected_version, to_status=Status.WON, reason=note, close=close)


@transaction.atomic
def lose_opportunity(
    *,
    actor: User,
    opportunity: Opportunity,
    at: datetime,
    close_reason: CloseReason | None,
    rival: Rival | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Opportunity:
    """The deal is lost, in the stage where it stands. Raises: NotAllowed, Conflict, DomainError."""
    close = Close(reason=close_reason, rival=rival, note=note)
    return _take(actor, opportunity, at, expected_version, to_status=Status.LOST, reason=note, close=close)


@transaction.atomic
def pause_opportunity(
    *,
    actor: User,
    opportunity: Opportunity,
    at: datetime,
    resume_on: date | None,
    close_reason: CloseReason | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Opportunity:
    """The deal rests until `resume_on`. Raises: NotAllowed, Conflict, DomainError."""
    close = Close(reason=close_reason, note=note, resume_on=resume_on)
    return _take(actor, opportunity, at, expected_version, to_status=Status.PAUSED, reason=note, close=close)


@transaction.atomic
def reopen_opportunity(
    *,
    actor: User,
    opportunity: Opportunity,
    at: datetime,
    reason: str = "",
    to_stage: Stage | None = None,
    expected_version: int | None = None,
) -> Opportunity:
    """A paused, lost or won deal is open again: in its stage, a won one in the stage before, or in `to_stage`.

    Raises: NotAllowed, Conflict, DomainError without a reason for a won or lost one.
    """
    require(
        can_reopen_opportunity(actor, opportunity),
        _("Only a manager of the owner re-opens a won or lost opportunity. Ask him."),
    )
    if opportunity.status == Status.OPEN:
        raise DomainError(_("This opportunity is open."), code="is-open")
    if opportunity.status != Status.PAUSED and not reason.strip():
        raise DomainError(_("Say why it is open again."), field="reason", code="reopen-reason")
    return _take(
        actor, opportunity, at, expected_version, to_stage=to_stage, to_status=Status.OPEN, reason=reason, reopens=True
    )


@transaction.atomic
def take_back_step(*, actor: User, opportunity: Opportunity, at: datetime, expected_version: int) -> Opportunity:
    """Undo the last step: the deal is open again where it stood, by a step of its own in the ledger.

    Whoever took the step may do it for five minutes, also when it won or lost the deal.
    Raises: NotAllowed; Conflict if anything changed since; DomainError if there is no step from an open deal.
    """
    _must_move(actor, opportunity)
    last: StageEvent | None = opportunity.stage_events.select_related("from_stage").order_by("at", "pk").last()
    if last is None or last.from_stage is None or last.from_status != Status.OPEN:
        raise DomainError(_("There is no step to take back."), code="no-step")
    require(
        can_take_back(actor, opportunity, last, at),
        _("Only a manager of the owner re-opens a won or lost opportunity. Ask him."),
    )
    return _take(
        actor, opportunity, at, expected_version,
        to_stage=last.from_stage, to_status=Status.OPEN, reason=pgettext("step", "Taken back"), reopens=True,
    )  # fmt: skip


@transaction.atomic
def move_many(
    *, actor: User, opportunities: Iterable[Opportunity], to_stage: Stage, at: datetime, reason: str = ""
) -> MoveReport:
    """Move a set of deals to a stage: what a gate refuses stays where it is and is reported, the rest moves."""
    report = MoveReport()
    status = Status.WON if to_stage.outcome == Stage.Outcome.WON else Status.OPEN
    on = business_date(at)
    hold_stages()
    known = known_stages()
    target, stages = known.get(to_stage.pk, to_stage), stages_of(to_stage.process_id, known)
    steps = []
    for deal in _locked([row.pk for row in opportunities], known):
        own = stages if deal.process_id == target.process_id else []
        step = Step(actor, deal, target, status, own, at, on, reason)
        try:
            require(can_move_opportunity(actor, deal))
            pass_gates(step)
        except DomainError as error:
            report.refused.append((deal, error))
        else:
            steps.append(step)
    take_steps(steps)
    report.moved = [step.opportunity for step in steps]
    return report


def _take(
    actor: User,
    opportunity: Opportunity,
    at: datetime,
    expected_version: int | None,
    *,
    to_status: str,
    to_stage: Stage | None = None,
    reason: str = "",
    close: Close | None = None,
    reopens: bool = False,
) -> Opportunity:
    if not reopens:
        _must_move(actor, opportunity)
    hold_stages()
    known = known_stages()
    deal = next(iter(_locked([opportunity.pk], known)))
    if expected_version is not None and deal.version != expected_version:
        raise moved_meanwhile(deal, to_stage or deal.stage)
    stages = stages_of(deal.process_id, known)
    target = known.get(to_stage.pk, to_stage) if to_stage else _stage_of(deal, to_status, stages)
    step = Step(actor, deal, target, to_status, stages, at, business_date(at), reason, close, reopens)
    pass_gates(step)
    take_steps([step])
    return deal


def _must_move(actor: User, opportunity: Opportunity) -> None:
    if not can_move_opportunity(actor, opportunity):
        raise NotAllowed(
            _("Only %(owner)s, those above him, or who was given it for change may move this opportunity.")
            % {"owner": opportunity.owner}
        )


def moved_meanwhile(deal: Opportunity, wanted: Stage) -> Conflict:
    """Both versions, for the page that shows them."""
    label = str(_("Stage"))
    return Conflict(
        _("Somebody changed this opportunity in between: it is in “%(stage)s” now.") % {"stage": deal.stage},
        current={label: str(deal.stage), "version": deal.version},
        attempted={label: str(wanted)},
    )


def _locked(keys: list[int], stages: dict[int, Stage]) -> list[Opportunity]:
    """The deals in key order, locked, each with its stage; one made since `stages` were read is read when needed."""
    rows: Any = Opportunity.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    deals = list(rows)
    for deal in deals:
        if deal.stage_id in stages:
            deal.stage = stages[deal.stage_id]
    return deals


def _stage_of(deal: Opportunity, to_status: str, stages: list[Stage]) -> Stage:
    """Where a step without a named stage goes: won to the won stage, re-opened from won to the one before it."""
    if to_status == Status.WON:
        won = [stage for stage in stages if stage.outcome == Stage.Outcome.WON]
        if not won:
            raise DomainError(_("This sales process has no won stage. Add one in its settings."), code="no-won-stage")
        return won[-1]
    current: Stage = deal.stage
    if to_status == Status.OPEN and current.outcome == Stage.Outcome.WON:
        before = [stage for stage in stages if stage.outcome == Stage.Outcome.OPEN]
        return before[-1] if before else current
    return current
