"""Pay runs over REST: run a month, approve it, post it."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.display.watching import run_pay_openly
from tiji.apps.incentives.models import Run
from tiji.apps.incentives.permissions import can_approve_pay, can_post_pay, can_see_pay_plans
from tiji.apps.incentives.services.runs import approve_run, post_run
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, PageOf, Paging, Query, answer, found, page_answer

ROW = (
    *("id", "number", "state", "on", "inputs_digest", "engine", "engine_version", "code_version"),
    *("events", "people", "lines", "uncredited", "problems", "started_at", "finished_at", "approved_at", "posted_at"),
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
    approved_at: datetime | None
    posted_at: datetime | None


class OutcomeOut(RunOut):
    written: bool = Field(description="False when nothing had changed since this version, so nothing was written")


class RunIn(In):
    period: str = Field(max_length=8, examples=["2026-M10"])


def _row(run: Run) -> dict[str, Any]:
    return {"period": run.pay_period.key, **{name: getattr(run, name) for name in ROW}}


def _one(request: ApiRequest, run_id: int) -> Run:
    require(can_see_pay_plans(request.actor), _("Runs are open to sales operations and finance. Ask them."))
    return found(Run.objects.select_related("pay_period"), run_id)  # type: ignore[no-any-return]


@router.get("/pay-runs", response=PageOf[RunOut])
def list_pay_runs(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Runs, latest first."""
    require(can_see_pay_plans(request.actor), _("Runs are open to sales operations and finance. Ask them."))
    rows = Run.objects.select_related("pay_period")
    return page_answer(request, keyset(rows, ("-id",), paging.cursor, paging.size), convert=_row)


@router.get("/pay-runs/{run_id}", response=RunOut)
def read_pay_run(request: ApiRequest, run_id: Id) -> HttpResponse:
    """One run with the hash of its inputs."""
    return answer(request, _row(_one(request, run_id)))


@router.post("/pay-runs", response=OutcomeOut)
def start_pay_run(request: ApiRequest, data: RunIn) -> HttpResponse:
    """Compute a month's pay as its next version; unchanged inputs write nothing."""
    done = run_pay_openly(actor=request.actor, period=data.period, on=timezone.localdate())
    return answer(request, {**_row(done.run), "written": done.written})


@router.post("/pay-runs/{run_id}/approve", response=RunOut)
def approve(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Finance agrees to a calculated run."""
    require(can_approve_pay(request.actor), _("Only finance approves pay. Ask them."))
    return answer(request, _row(approve_run(actor=request.actor, run=_one(request, run_id), at=timezone.now())))


@router.post("/pay-runs/{run_id}/post", response=RunOut)
def post(request: ApiRequest, run_id: Id) -> HttpResponse:
    """What an approved run still owes counts as paid."""
    require(can_post_pay(request.actor), _("Only finance posts pay. Ask them."))
    return answer(request, _row(post_run(actor=request.actor, run=_one(request, run_id), at=timezone.now())))
