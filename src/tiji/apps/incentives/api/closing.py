"""A month's way to finalised over REST, and back by two persons."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.api.runs import RunOut, one_run, run_row
from tiji.apps.incentives.models import PayPeriod, Reopening
from tiji.apps.incentives.permissions import (
    can_approve_pay,
    can_post_pay,
    can_reopen_pay,
    can_run_pay,
    can_see_pay_plans,
)
from tiji.apps.incentives.services.closing import (
    answer_reopening,
    approve_run,
    ask_reopening,
    finalise_month,
    post_run,
    submit_run,
)
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, PageOf, Paging, Query, answer, found, page_answer

MONTH = ("id", "key", "starts_on", "ends_before", "state", "finalised_at")
REOPENING = ("id", "reason", "asked_at", "asked_by_id", "agreed", "answered_at", "answered_by_id")


class PayMonthOut(Out):
    id: int
    key: str
    starts_on: date
    ends_before: date
    state: str = Field(description="open, calculated, in_review, approved, posted or finalised")
    run_id: int | None = Field(description="The run that counts")
    finalised_at: datetime | None


class ReopeningOut(Out):
    id: int
    period: str
    reason: str
    asked_at: datetime
    asked_by_id: int
    agreed: bool | None
    answered_at: datetime | None
    answered_by_id: int | None


class PayReopenIn(In):
    reason: str = Field(max_length=250)


class AnswerIn(In):
    agreed: bool


def _month(row: PayPeriod) -> dict[str, Any]:
    return {"run_id": row.current_id, **{name: getattr(row, name) for name in MONTH}}


def _reopening(row: Reopening) -> dict[str, Any]:
    return {"period": row.pay_period.key, **{name: getattr(row, name) for name in REOPENING}}


@router.get("/pay-months", response=PageOf[PayMonthOut])
def list_pay_months(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """The months that were ever run, latest first, with how far each has come."""
    require(can_see_pay_plans(request.actor), _("Runs are open to sales operations and finance. Ask them."))
    rows = PayPeriod.objects.all()
    return page_answer(request, keyset(rows, ("-starts_on", "-id"), paging.cursor, paging.size), convert=_month)


@router.post("/pay-runs/{run_id}/submit", response=RunOut)
def submit(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Sales operations hands a calculated run in for review; from here on the month is not computed anew."""
    require(can_run_pay(request.actor), _("Only sales operations hand in a month. Ask them."))
    return answer(request, run_row(submit_run(actor=request.actor, run=one_run(request, run_id), at=timezone.now())))


@router.post("/pay-runs/{run_id}/approve", response=RunOut)
def approve(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Finance agrees to a run in review."""
    require(can_approve_pay(request.actor), _("Only finance approves pay. Ask them."))
    return answer(request, run_row(approve_run(actor=request.actor, run=one_run(request, run_id), at=timezone.now())))


@router.post("/pay-runs/{run_id}/post", response=RunOut)
def post(request: ApiRequest, run_id: Id) -> HttpResponse:
    """What an approved run comes to counts as paid. Months are posted in their order."""
    require(can_post_pay(request.actor), _("Only finance posts pay. Ask them."))
    return answer(request, run_row(post_run(actor=request.actor, run=one_run(request, run_id), at=timezone.now())))


@router.post("/pay-runs/{run_id}/finalise", response=PayMonthOut)
def finalise(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Lock a posted month for good."""
    require(can_post_pay(request.actor), _("Only finance finalises a month. Ask them."))
    period = one_run(request, run_id).pay_period
    return answer(request, _month(finalise_month(actor=request.actor, period=period, at=timezone.now())))


@router.post("/pay-runs/{run_id}/reopen", response={201: ReopeningOut})
def reopen(request: ApiRequest, run_id: Id, data: PayReopenIn) -> HttpResponse:
    """Ask for a month in review or approved to be opened again; another person agrees."""
    require(can_reopen_pay(request.actor), _("Only sales operations and finance open a month again. Ask them."))
    run = one_run(request, run_id)
    asked = ask_reopening(actor=request.actor, run=run, reason=data.reason, at=timezone.now())
    return answer(request, _reopening(asked), status=201)


@router.post("/pay-reopenings/{reopening_id}/answer", response=ReopeningOut)
def answer_pay_reopening(request: ApiRequest, reopening_id: Id, data: AnswerIn) -> HttpResponse:
    """Agree to it or decline. Whoever asked can only decline."""
    require(can_reopen_pay(request.actor), _("Only sales operations and finance open a month again. Ask them."))
    asked = found(Reopening.objects.select_related("pay_period"), reopening_id)
    done = answer_reopening(actor=request.actor, asked=asked, agreed=data.agreed, at=timezone.now())
    return answer(request, _reopening(done))
