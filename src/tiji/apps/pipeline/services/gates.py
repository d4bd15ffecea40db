"""What a step must pass before it is taken, for every door and in sets as well: a list of gates, asked in order.

A gate looks at one step and refuses with a DomainError that names its rule and the field to mend. It asks the database
nothing: what it needs is on the step, so that a thousand steps cost as many queries as one. A room that wants a say
(milestone evidence, approvals of quotes) adds its gate to `GATES`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.pipeline.models import CloseReason, Opportunity, Rival, Stage
from tiji.kernel.pipeline import Move, move_between, steps_skipped
from tiji.shared.errors import DomainError

Status = Opportunity.Status
REQUIRABLE = ("account", "amount", "expected_on", "gross_profit", "next_step", "source", "lines")


@dataclass(frozen=True, slots=True)
class Close:
    """What is said when a deal is won, lost or paused."""

    reason: CloseReason | None = None
    rival: Rival | None = None
    note: str = ""
    resume_on: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step about to be taken. `stages` are those in use of the deal's process, `opportunity` the locked row."""

    actor: User
    opportunity: Opportunity
    to_stage: Stage
    to_status: str
    stages: Sequence[Stage]
    at: datetime
    on: date
    reason: str = ""
    close: Close | None = None
    reopens: bool = False

    @property
    def from_stage(self) -> Stage:
        stage: Stage = self.opportunity.stage
        return stage

    @property
    def kind(self) -> Move:
        return move_between(self._positions, self.from_stage.position, self.to_stage.position)

    @property
    def skipped(self) -> int:
        return steps_skipped(self._positions, self.from_stage.position, self.to_stage.position)

    @property
    def _positions(self) -> list[int]:
        """Of the stages in use; an archived one still counts while the deal stands in it."""
        return sorted({stage.position for stage in self.stages} | {self.from_stage.position})


Gate = Callable[[Step], None]


def only_open_deals(step: Step) -> None:
    """A deal that is closed or paused is re-opened first."""
    if step.opportunity.status != Status.OPEN and not step.reopens:
        label = step.opportunity.get_status_display()
        raise DomainError(_("This opportunity is %(status)s. Re-open it first.") % {"status": label}, code="not-open")


def own_process(step: Step) -> None:
    """Only stages of the deal's own process, in use."""
    if step.to_stage.pk not in {stage.pk for stage in step.stages}:
        raise DomainError(
            _("“%(stage)s” is not a stage of this opportunity's sales process.") % {"stage": step.to_stage},
            field="stage",
            code="other-process",
        )


def somewhere_else(step: Step) -> None:
    """A step goes somewhere."""
    if step.to_stage.pk == step.from_stage.pk and step.to_status == step.opportunity.status:
        raise DomainError(
            _("This opportunity is in “%(stage)s” already.") % {"stage": step.to_stage},
            field="stage",
            code="same-stage",
        )


def after_the_last(step: Step) -> None:
    """The ledger runs forward in time."""
    if step.at < step.opportunity.entered_stage_at:
        raise DomainError(
            _("The last step was on %(day)s. Choose that day or a later one.")
            % {"day": step.opportunity.entered_stage_at.date().isoformat()},
            field="at",
            code="before-last-step",
        )


def required_fields(step: Step) -> None:
    """What the stage asks for is filled: only going on is refused, never losing, pausing or going back."""
    if step.to_status in (Status.LOST, Status.PAUSED) or step.kind in (Move.RETURNED, Move.STAYED):
        return
    missing = missing_fields(step.opportunity, step.to_stage)
    if missing:
        fields = {name: ask_for(name, step.to_stage) for name in missing}
        first = next(iter(fields))
        raise DomainError(fields[first], field=first, fields=fields, code="required-fields", missing=list(fields))


def a_reason_to_skip(step: Step) -> None:
    """Passing over stages needs a reason; each one is counted."""
    if step.reopens or step.to_status in (Status.LOST, Status.PAUSED):
        return
    if step.skipped and not step.reason.strip():
        message = _("This passes over %(count)s stages. Say why; it is counted in the ledger.")
        if step.skipped == 1:
            message = _("This passes over a stage. Say why; it is counted in the ledger.")
        raise DomainError(message % {"count": step.skipped}, field="reason", code="skip-reason", skipped=step.skipped)


def a_cause_to_return(step: Step) -> None:
    """Going back is an event with a cause."""
    if step.reopens or step.to_status != Status.OPEN:
        return
    if step.kind == Move.RETURNED and not step.reason.strip():
        raise DomainError(_("This goes back. Say what happened."), field="reason", code="return-cause")


def why_it_closed(step: Step) -> None:
    """Lost and paused deals say why; some reasons ask for the competitor, a pause for the day to wake up."""
    close = step.close or Close()
    if step.to_status == Status.LOST and close.reason is None:
        raise DomainError(_("Choose why it was lost."), field="close_reason", code="lost-reason")
    if step.to_status == Status.PAUSED and close.resume_on is None:
        raise DomainError(_("Choose the day on which this comes back to you."), field="resume_on", code="resume-on")
    if step.to_status == Status.PAUSED and close.resume_on and close.resume_on <= step.on:
        raise DomainError(_("Choose a day after today."), field="resume_on", code="resume-on")
    if close.reason is None:
        return
    if close.reason.for_status != step.to_status:
        raise DomainError(
            _("“%(reason)s” is no reason for this. Choose one of the list.") % {"reason": close.reason},
            field="close_reason",
            code="other-reason",
        )
    if close.reason.asks_rival and close.rival is None and step.opportunity.rival_id is None:
        raise DomainError(_("Choose the competitor."), field="rival", code="lost-rival")


# The gate of milestone evidence belongs behind `required_fields`: the fields are there, the proof is asked for next.
GATES: list[Gate] = [
    only_open_deals,
    own_process,
    somewhere_else,
    after_the_last,
    required_fields,
    a_reason_to_skip,
    a_cause_to_return,
    why_it_closed,
]


def pass_gates(step: Step) -> None:
    """Ask every gate. Raises: DomainError of the first that refuses."""
    for gate in GATES:
        gate(step)


def missing_fields(opportunity: Opportunity, stage: Stage) -> list[str]:
    """The fields the stage asks for that are empty, in the stage's order."""
    return [name for name in stage.requires if not _is_filled(opportunity, name)]


def _is_filled(opportunity: Opportunity, name: str) -> bool:
    if name == "account":
        return opportunity.account_id is not None
    if name == "lines":
        return bool(opportunity.pk) and opportunity.lines.exists()
    return getattr(opportunity, name) not in (None, "")


def ask_for(name: str, stage: Stage) -> str:
    asks = {
        "account": _("“%(stage)s” needs the customer. Choose it first."),
        "amount": _("“%(stage)s” needs an amount. Enter it first, an estimate will do."),
        "expected_on": _("“%(stage)s” needs the expected signing date. Enter it first."),
        "gross_profit": _("“%(stage)s” needs the expected gross profit. Enter it first."),
        "next_step": _("“%(stage)s” needs a next step. Enter it first."),
        "source": _("“%(stage)s” needs the source. Enter it first."),
        "lines": _("“%(stage)s” needs the products. Enter them first."),
    }
    return asks[name] % {"stage": stage}
