"""Adjustments over REST: proposed, decided by another, reversed."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import PayAdjustment
from tiji.apps.incentives.permissions import can_approve_pay, can_propose_adjustment
from tiji.apps.incentives.selectors.adjustments import adjustments
from tiji.apps.incentives.services.adjustments import (
    approve_adjustment,
    propose_adjustment,
    reject_adjustment,
    reverse_adjustment,
    withdraw_adjustment,
)
from tiji.apps.organization.models import Person
from tiji.apps.organization.selectors.company import company
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
    Schema,
    answer,
    created,
    found,
    page_answer,
)

ROW = (
    *("id", "person_id", "period", "amount", "currency", "component", "reason", "note", "reverses_id", "state"),
    *("proposed_by_id", "proposed_at", "decided_by_id", "decided_at", "answer"),
)


class PayAdjustmentFilters(Schema):
    person: Id | None = None
    period: str | None = Field(None, max_length=8, examples=["2026-M10"])
    state: str | None = Field(None, max_length=10)


class PayAdjustmentOut(Out):
    id: int
    person_id: int
    period: str = Field(description="The month it is paid in")
    amount: Amount
    currency: str
    component: str
    reason: str
    note: str
    reverses_id: int | None = Field(description="The adjustment that this one takes back")
    state: str = Field(description="proposed, approved, rejected or withdrawn")
    proposed_by_id: int
    proposed_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    answer: str


class PayReversalIn(In):
    period: str = Field(max_length=8, examples=["2026-M10"])
    note: str = Field(min_length=1, max_length=2000)


class PayAdjustmentIn(PayReversalIn):
    person_id: Id
    amount: Amount = Field(description="A minus takes back")
    currency: str = Field("", max_length=3, description="By default the company's")
    reason: str = Field(max_length=12, examples=["correction"])
    component: str = Field("", max_length=60)


class PayAnswerIn(In):
    answer: str = Field("", max_length=2000)


def _row(row: PayAdjustment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ROW}


def _one(request: ApiRequest, key: int) -> PayAdjustment:
    return found(adjustments(request.actor), key)  # type: ignore[no-any-return]


def _proposing(request: ApiRequest) -> None:
    require(
        can_propose_adjustment(request.actor), _("Only sales operations and finance propose adjustments. Ask them.")
    )


def _deciding(request: ApiRequest) -> None:
    require(can_approve_pay(request.actor), _("Only finance decides on adjustments. Ask them."))


@router.get("/pay-adjustments", response=PageOf[PayAdjustmentOut])
def list_pay_adjustments(
    request: ApiRequest, filters: Query[PayAdjustmentFilters], paging: Query[Paging]
) -> HttpResponse:
    """The adjustments the caller may see, latest first."""
    rows = adjustments(request.actor).select_related(None).filter(**filters.model_dump(exclude_none=True))
    return page_answer(request, keyset(rows.values(*ROW), ("-id",), paging.cursor, paging.size))


@router.get("/pay-adjustments/{adjustment_id}", response=PayAdjustmentOut)
def read_pay_adjustment(request: ApiRequest, adjustment_id: Id) -> HttpResponse:
    """One adjustment."""
    return answer(request, _row(_one(request, adjustment_id)))


@router.post("/pay-adjustments", response={201: PayAdjustmentOut})
def create_pay_adjustment(request: ApiRequest, data: PayAdjustmentIn) -> HttpResponse:
    """Propose an amount beside what the plans pay; 422 for a month whose pay is agreed, with the open one."""
    _proposing(request)
    facts = data.model_dump(exclude={"person_id", "currency"})
    person = found(Person.objects.all(), data.person_id, field="person_id")
    currency = data.currency or company().currency
    row = propose_adjustment(actor=request.actor, person=person, currency=currency, at=timezone.now(), **facts)
    return created(request, _row(row), f"/pay-adjustments/{row.pk}")


@router.post("/pay-adjustments/{adjustment_id}/approve", response=PayAdjustmentOut)
def approve_pay_adjustment(request: ApiRequest, adjustment_id: Id, data: PayAnswerIn) -> HttpResponse:
    """Finance agrees: the next run of the month pays it. 409 when it is decided already."""
    row = _one(request, adjustment_id)
    _deciding(request)
    row = approve_adjustment(actor=request.actor, adjustment=row, at=timezone.now(), answer=data.answer)
    return answer(request, _row(row))


@router.post("/pay-adjustments/{adjustment_id}/reject", response=PayAdjustmentOut)
def reject_pay_adjustment(request: ApiRequest, adjustment_id: Id, data: PayAnswerIn) -> HttpResponse:
    """Finance refuses and says why."""
    row = _one(request, adjustment_id)
    _deciding(request)
    row = reject_adjustment(actor=request.actor, adjustment=row, at=timezone.now(), answer=data.answer)
    return answer(request, _row(row))


@router.post("/pay-adjustments/{adjustment_id}/withdraw", response=PayAdjustmentOut)
def withdraw_pay_adjustment(request: ApiRequest, adjustment_id: Id, data: PayAnswerIn) -> HttpResponse:
    """Who proposed it takes it back before it is decided."""
    row = _one(request, adjustment_id)
    require(row.proposed_by_id == request.actor.pk, _("Only who proposed it takes it back. Finance may reject it."))
    row = withdraw_adjustment(actor=request.actor, adjustment=row, at=timezone.now(), answer=data.answer)
    return answer(request, _row(row))


@router.post("/pay-adjustments/{adjustment_id}/reverse", response={201: PayAdjustmentOut})
def reverse_pay_adjustment(request: ApiRequest, adjustment_id: Id, data: PayReversalIn) -> HttpResponse:
    """Propose the same amount the other way round, in a month that is open."""
    row = _one(request, adjustment_id)
    _proposing(request)
    back = reverse_adjustment(actor=request.actor, adjustment=row, at=timezone.now(), **data.model_dump())
    return created(request, _row(back), f"/pay-adjustments/{back.pk}")
