"""Asking for a pay run: a worker does it, the page watches it, and it may be cancelled while it runs."""

import logging
from collections.abc import Callable
from datetime import date, datetime
from time import sleep

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_tasks import task

from tiji.apps.incentives.models import RunRequest
from tiji.apps.incentives.permissions import can_run_pay
from tiji.apps.incentives.refusal_words import WORDS, refusal_text
from tiji.apps.incentives.services.progress import (
    STAGES,
    Progress,
    anything_running,
    called_off_by,
    forget_word,
    running,
)
from tiji.apps.incentives.services.runs import month_to_run, run_pay
from tiji.apps.organization.models import User
from tiji.kernel.commission import Told, silent
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.shared.request_context import acting

PATIENCE = 10
"""Seconds after which nobody having begun means that no worker is running."""
TURN = 0.5
State = RunRequest.State
logger = logging.getLogger("tiji.pay")


class Cancelled(DomainError):
    """Somebody called the run off while it ran."""


def deny() -> str:
    """Why somebody may not run pay, and whom to ask."""
    return refusal_text("not-allowed", {})


@transaction.atomic
def ask_run(*, actor: User, period: str, on: date, at: datetime) -> RunRequest:
    """Have a worker run a month; whoever asks while it is asked for already is shown that request.

    One whose worker died is closed first: it wrote nothing. Raises: NotAllowed, DomainError.
    """
    require(can_run_pay(actor), deny())
    month = month_to_run(period, on)
    asked: RunRequest
    for asked in RunRequest.objects.filter(period=month.key, state__in=RunRequest.OPEN):
        if not has_died(asked, at):
            still: RunRequest = asked
            return still
        _close(asked.pk, State.FAILED, at, code="interrupted")
    try:
        return _asked(actor, month.key, on, at)
    except IntegrityError:  # somebody asked in this very moment
        found: RunRequest = RunRequest.objects.get(period=month.key, state__in=RunRequest.OPEN)
        return found


@transaction.atomic
def _asked(actor: User, period: str, on: date, at: datetime) -> RunRequest:
    asked: RunRequest = RunRequest.objects.create(period=period, on=on, asked_at=at, asked_by=actor)
    audit.record("pay_run.asked", asked, after={"period": period}, actor=actor)
    transaction.on_commit(lambda: run_asked.enqueue(asked.pk))
    return asked


@transaction.atomic
def withdraw_run(*, actor: User, asked: RunRequest, at: datetime) -> RunRequest:
    """Close a request that nobody has begun to work on. Raises: NotAllowed."""
    require(can_run_pay(actor), deny())
    if RunRequest.objects.filter(pk=asked.pk, state=State.WAITING).exists():
        _cancelled(asked.pk, actor, at)
    return asked


def has_died(asked: RunRequest, now: datetime) -> bool:
    """Whether its worker gives no sign of life; it left nothing behind, since a run is one transaction."""
    if asked.state != State.RUNNING or running().get("request") == asked.pk:
        return False
    begun = asked.begun_at or asked.asked_at
    return (now - begun).total_seconds() > PATIENCE and not running()


def nobody_came(asked: RunRequest, now: datetime) -> bool:
    """Whether it has waited for so long that no worker can be running; another run or a model is waited for."""
    waited = (now - asked.asked_at).total_seconds()
    return asked.state == State.WAITING and waited > PATIENCE and not anything_running()


@task()
def run_asked(request_id: int) -> None:
    """Run the month that was asked for."""
    work_off(request_id)


def work_off(request_id: int, told: Told = silent) -> None:
    """Run a month that waits, unless it was called off or another worker has begun; what came of it is kept on it."""
    asked = RunRequest.objects.select_related("asked_by").get(pk=request_id)
    actor: User = asked.asked_by
    with acting(actor, "system", f"pay.{request_id}"), override(actor.language or settings.LANGUAGE_CODE):
        _wait_for_turn(request_id)
        if (canceller := called_off_by(request_id)) is not None:
            _cancelled(request_id, User.objects.get(pk=canceller), timezone.now())
        elif RunRequest.objects.filter(pk=request_id, state=State.WAITING).update(
            state=State.RUNNING, begun_at=timezone.now()
        ):
            _worked(asked, actor, told)
    forget_word(request_id)


def _wait_for_turn(request_id: int) -> None:
    """One run at a time: another's lock is not waited for in the database, which would give up."""
    while running() and called_off_by(request_id) is None:
        sleep(TURN)


def _worked(asked: RunRequest, actor: User, told: Told) -> None:
    progress = Progress(asked.period, asked.pk)
    refusal: dict[str, object] = {"code": "broken"}
    progress(STAGES[0], 0)  # alive from here on, while it still waits for the lock too
    try:
        done = run_pay(actor=actor, period=asked.period, on=asked.on, told=_both(asked.pk, progress, told))
        progress.end()
        _close(asked.pk, State.DONE, timezone.now(), run=done.run, written=done.written)
    except Cancelled:
        progress.end()
        _cancelled(asked.pk, User.objects.get(pk=called_off_by(asked.pk) or actor.pk), timezone.now())
    except DomainError as error:
        facts = error.extra if error.code in WORDS else {}
        refusal = {"code": error.code[:40], "facts": facts, "message": str(error)}
        logger.info("pay run of %s: %s", asked.period, error)
    finally:
        progress.end()
        _close(asked.pk, State.FAILED, timezone.now(), **refusal)


def _both(request_id: int, progress: Progress, told: Told) -> Callable[[str, int], None]:
    def tell(stage: str, rows: int) -> None:
        progress(stage, rows)
        told(stage, rows)
        if called_off_by(request_id) is not None:
            raise Cancelled(_("The run was cancelled and wrote nothing."), code="cancelled")

    return tell


def _close(request_id: int, state: str, at: datetime, **facts: object) -> bool:
    """End it unless it has ended."""
    still_open = RunRequest.objects.filter(pk=request_id, state__in=RunRequest.OPEN)
    return bool(still_open.update(state=state, ended_at=at, **facts))


@transaction.atomic
def _cancelled(request_id: int, canceller: User, at: datetime) -> None:
    if _close(request_id, State.CANCELLED, at, cancelled_by=canceller):
        asked = RunRequest.objects.get(pk=request_id)
        audit.record("pay_run.cancelled", asked, after={"period": asked.period}, actor=canceller)
    forget_word(request_id)
