"""Pay runs over REST: ask for a month and watch it."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.display.watching import cancel_run
from tiji.apps.incentives.models import Run, RunRequest
from tiji.apps.incentives.permissions import can_run_pay, can_see_pay_plans
from tiji.apps.incentives.services.asking import ask_run, deny
from tiji.apps.incentives.services.progress import called_off_by, running
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, PageOf, Paging, Query, answer, found, page_answer

ROW = (
    *("id", "number", "state", "on", "inputs_digest", "engine", "engine_version", "code_version"),
    *("events", "people", "lines", "uncredited", "problems", "started_at", "finished_at"),
    *("reviewed_at", "approved_at", "posted_at"),
)
ASKED = (
    *("id", "period", "on", "state", "run_id", "written"),
    *("asked_at", "asked_by_id", "begun_at", "ended_at", "cancelled_by_id"),
)


class RunOut(Out):
    id: int
    period: str
    number: int
    state: str
    on: date
    inputs_digest: str
    engine: str
    engine_version: str
    code_version: str
    events: int
    people: int
    lines: int
    uncredited: int
    problems: int
    started_at: datetime
    finished_at: datetime
    reviewed_at: datetime | None
    approved_at: datetime | None
    posted_at: datetime | None


class StageOut(Out):
    name: str = Field(description="read, freeze, credit, earn, explain, write or append")
    rows: int


class RunRequestOut(Out):
    id: int
    period: str
    on: date
    state: str = Field(description="waiting, running, done, failed or cancelled")
    message: str = Field(description="Why it stopped, in the caller's language")
    run_id: int | None = Field(description="The run that counts since then")
    written: bool = Field(description="False when nothing had changed since that run, so nothing was written")
    stages: list[StageOut] = Field(description="Those begun so far, while it runs")
    stopping: bool = Field(description="Whether it was called off and ends before its next stage")
    asked_at: datetime
    asked_by_id: int
    begun_at: datetime | None
    ended_at: datetime | None
    cancelled_by_id: int | None


class RunIn(In):
    period: str = Field(max_length=8, examples=["2026-M10"])


def run_row(run: Run) -> dict[str, Any]:
    """A run as the API shows it."""
    return {"period": run.pay_period.key, **{name: getattr(run, name) for name in ROW}}


def one_run(request: ApiRequest, run_id: int) -> Run:
    """Raises: NotAllowed, NotFound."""
    require(can_see_pay_plans(request.actor), _("Runs are open to sales operations and finance. Ask them."))
    return found(Run.objects.select_related("pay_period"), run_id)  # type: ignore[no-any-return]


def _asked(request: ApiRequest, request_id: int) -> RunRequest:
    require(can_run_pay(request.actor), deny())
    return found(RunRequest.objects.all(), request_id)  # type: ignore[no-any-return]


def _asked_row(asked: RunRequest) -> dict[str, Any]:
    told = running() if asked.is_open else {}
    mine = told.get("stages", []) if told.get("request") == asked.pk else []
    stopping = asked.is_open and called_off_by(asked.pk) is not None
    facts = {name: getattr(asked, name) for name in ASKED}
    return {**facts, "message": asked.refusal, "stages": mine, "stopping": stopping}


@router.get("/pay-runs", response=PageOf[RunOut])
def list_pay_runs(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Runs, latest first."""
    require(can_see_pay_plans(request.actor), _("Runs are open to sales operations and finance. Ask them."))
    rows = Run.objects.select_related("pay_period")
    return page_answer(request, keyset(rows, ("-id",), paging.cursor, paging.size), convert=run_row)


@router.get("/pay-runs/{run_id}", response=RunOut)
def read_pay_run(request: ApiRequest, run_id: Id) -> HttpResponse:
    """One run with the hash of its inputs."""
    return answer(request, run_row(one_run(request, run_id)))


@router.post("/pay-runs", response={202: RunRequestOut})
def start_pay_run(request: ApiRequest, data: RunIn) -> HttpResponse:
    """Have a month's pay computed in the background as its next version; unchanged inputs write nothing.

    The answer's `Location` is the request to look at; while a month is asked for already, it is that request.
    """
    asked = ask_run(actor=request.actor, period=data.period, on=timezone.localdate(), at=timezone.now())
    response = answer(request, _asked_row(asked), status=202)
    response.headers["Location"] = f"/api/v1/pay-run-requests/{asked.pk}"
    return response


@router.get("/pay-run-requests", response=PageOf[RunRequestOut])
def list_pay_run_requests(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """What was asked for, latest first."""
    require(can_run_pay(request.actor), deny())
    return page_answer(
        request, keyset(RunRequest.objects.all(), ("-id",), paging.cursor, paging.size), convert=_asked_row
    )


@router.get("/pay-run-requests/{request_id}", response=RunRequestOut)
def read_pay_run_request(request: ApiRequest, request_id: Id) -> HttpResponse:
    """How far an asked run is, and in the end the run it made."""
    return answer(request, _asked_row(_asked(request, request_id)))


@router.post("/pay-run-requests/{request_id}/cancel", response=RunRequestOut)
def cancel_pay_run(request: ApiRequest, request_id: Id) -> HttpResponse:
    """Call a run off: it stops before its next stage and leaves nothing behind; 422 when it is over already."""
    asked = cancel_run(actor=request.actor, asked=_asked(request, request_id), at=timezone.now())
    return answer(request, _asked_row(asked))
