"""Estimates over REST: documents that may come, and what they would pay. Nothing is written."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.permissions import can_see_pay
from tiji.apps.incentives.selectors.estimates import (
    LARGEST,
    MOST_EVENTS,
    RATE_DIGITS,
    PersonEstimate,
    PlanEstimate,
    Supposed,
    estimate_of,
)
from tiji.apps.organization.selectors.company import company
from tiji.kernel.commission import EstimatedLine, Plan, Reached
from tiji.kernel.money import Money
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.shared.rest import Amount, ApiRequest, Field, Id, In, Out, Rate, answer


class SupposedIn(In):
    amount: Amount = Field(gt=0, le=LARGEST, decimal_places=2)
    on: date = Field(description="The day on which it comes, not before today", examples=["2026-12-20"])
    kind: Literal["receipt", "signed"] = "receipt"
    business: Literal["existing", "new"] = "existing"
    share: Rate = Field(Decimal(1), gt=0, le=1, decimal_places=8, description="The person's part of it")
    due_on: date | None = Field(None, description="The due day of the money, for plans that pay less for late money")


class EstimateIn(In):
    person_id: Id | None = Field(None, description="Whose pay; the caller's own if it is left out")
    events: list[SupposedIn] = Field(min_length=1, max_length=MOST_EVENTS)


class EstimatedSliceOut(Out):
    kind: str
    from_total: Amount
    to_total: Amount
    rate: Rate
    amount: Amount


class EstimatedLineOut(Out):
    event: int = Field(description="The place of the event in the request, from 0")
    component: str
    credit: Amount
    before: Amount
    after: Amount
    amount: Amount
    slices: list[EstimatedSliceOut]


class NextStepOut(Out):
    distance: Amount
    value: Rate = Field(description="The rate from there on, or the fixed amount of the step")
    way: Amount | None = Field(description="What the way there pays; null where it depends on the event")


class EstimatedComponentOut(Out):
    component: str
    before: Amount
    after: Amount
    quota: Amount | None
    amount: Amount
    capped: bool
    next: NextStepOut | None


class UnpaidOut(Out):
    component: str
    code: str = Field(description="quota_missing, quota_not_positive")


class PlanEstimateOut(Out):
    plan: str
    version: int
    currency: str
    amount: Amount
    components: list[EstimatedComponentOut]
    lines: list[EstimatedLineOut]
    problems: list[UnpaidOut]


class EstimateOut(Out):
    person_id: int
    as_of: datetime = Field(description="Everything credited until then has counted")
    plans: list[PlanEstimateOut]
    uncounted: list[int] = Field(description="The places of the events that no plan counts")


@router.post("/pay-estimates", response=EstimateOut, scope="incentives:read", once=False)
def estimate_pay(request: ApiRequest, data: EstimateIn) -> HttpResponse:
    """What documents that have not happened would pay, by the plans that hold then, on top of what has counted."""
    person = _whose(request, data)
    currency = company().currency
    supposed = [Supposed(Money(one.amount, currency), **one.model_dump(exclude={"amount"})) for one in data.events]
    _check(supposed)
    return answer(request, _told(estimate_of(person, supposed, timezone.now())))


def _whose(request: ApiRequest, data: EstimateIn) -> int:
    """The person asked for, if his pay is open to the caller. Raises: DomainError, NotAllowed."""
    person = data.person_id or request.actor.person_id
    if person is None:
        raise DomainError(_("You have no pay of your own. Say whose pay is to be estimated."), field="person_id")
    require(can_see_pay(request.actor, person), _("This person's pay is not open to you."))
    return int(person)


def _check(supposed: list[Supposed]) -> None:
    """Raises: DomainError if an event lies in the past, where it would have counted already."""
    if any(one.on < timezone.localdate() for one in supposed):
        raise DomainError(_("An event of an estimate cannot lie in the past."), field="events", code="past")


def _told(found: PersonEstimate) -> dict[str, Any]:
    return {
        "person_id": found.person,
        "as_of": found.as_of,
        "plans": [_plan(one) for one in found.plans],
        "uncounted": list(found.uncounted),
    }


def _plan(one: PlanEstimate) -> dict[str, Any]:
    plan, estimate = one.place.plan, one.estimate
    return {
        "plan": one.place.version.plan.code,
        "version": one.place.version.number,
        "currency": plan.currency,
        "amount": _amount(plan, estimate.amount),
        "components": [_component(plan, reached) for reached in estimate.reached],
        "lines": [_line(plan, one, line) for line in estimate.lines],
        "problems": [{"component": problem.component, "code": problem.code} for problem in estimate.problems],
    }


def _component(plan: Plan, reached: Reached) -> dict[str, Any]:
    step = reached.next
    way = None if step is None or step.way is None else _amount(plan, step.way)
    return {
        "component": reached.component,
        "before": _amount(plan, reached.before),
        "after": _amount(plan, reached.after),
        "quota": None if reached.quota is None else _amount(plan, reached.quota),
        "amount": _amount(plan, reached.amount),
        "capped": reached.capped,
        "next": step and {"distance": _amount(plan, step.distance), "value": step.value, "way": way},
    }


def _line(plan: Plan, one: PlanEstimate, line: EstimatedLine) -> dict[str, Any]:
    totals = {name: _amount(plan, getattr(line, name)) for name in ("credit", "before", "after", "amount")}
    slices = [
        {
            "kind": part.kind,
            "from_total": _amount(plan, part.from_total),
            "to_total": _amount(plan, part.to_total),
            "rate": Decimal(part.rate).scaleb(-RATE_DIGITS),
            "amount": _amount(plan, part.amount),
        }
        for part in line.slices
    ]
    return {"event": one.number_of(line), "component": line.component, **totals, "slices": slices}


def _amount(plan: Plan, minor: int) -> Decimal:
    return Money.from_minor(minor, plan.currency).amount
