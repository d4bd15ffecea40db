"""Pay runs: computed, approved, posted. A run reads, computes and appends; nothing is ever overwritten."""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.computing import ENGINE, RunTables, compute_run, engine_version
from tiji.apps.incentives.models import PayPeriod, Run
from tiji.apps.incentives.permissions import can_approve_pay, can_post_pay, can_run_pay
from tiji.apps.incentives.refusal_words import refusal_text, stopped
from tiji.apps.incentives.selectors.inputs import RunInputs, inputs_of
from tiji.apps.incentives.services.appending import append_earnings, uncredited_events
from tiji.apps.incentives.services.artifacts import write_artifacts
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import InputError, Told, silent
from tiji.kernel.engine import EngineError
from tiji.kernel.periods import Period, PeriodKind
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.events import emit
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require

LOCK = "incentives.run"
logger = logging.getLogger("tiji.pay")


@dataclass(frozen=True)
class RunOutcome:
    """The run that now counts; `written` is False when the inputs were those of the last one, so nothing was."""

    run: Run
    written: bool


@transaction.atomic
def run_pay(*, actor: User, period: str, on: date, told: Told = silent) -> RunOutcome:
    """Compute a month's pay as version n+1 of its runs; unchanged inputs write nothing.

    One run at a time: the lock holds to the end of the transaction, and whatever stops it before leaves the state as it
    was. `period` is a month's key such as 2026-M10; `on` is the day it is computed; `told` hears of every stage as it
    begins.
    Raises: NotAllowed, DomainError.
    """
    require(can_run_pay(actor), refusal_text("not-allowed", {}))
    month = month_to_run(period, on)
    exclusive(LOCK)
    started = timezone.now()
    pay_period = _opened(month)
    told("read", 0)
    inputs = inputs_of(month)
    if not any(one.payees for one in inputs.plans):
        raise stopped("no-plan", field="period")
    told("freeze", inputs.events.num_rows)
    digest, last = inputs.digest, pay_period.current
    if last is not None and last.inputs_digest == digest:
        return RunOutcome(last, written=False)
    tables = _computed(inputs, told)
    told("write", tables["trace"].num_rows)
    run = _write(actor, pay_period, inputs, tables, on, digest, started, told)
    audit.record("pay_run.finished", run, after=audit.snapshot(run), actor=actor)
    emit("pay.calculated", run_id=run.pk)
    return RunOutcome(run, written=True)


def month_to_run(key: str, on: date) -> Period:
    """The month that a key names, if it has begun. Raises: DomainError at `period`."""
    try:
        period = fiscal_calendar().period(key)
    except ValueError as error:
        raise DomainError(_("Name a month such as 2026-M10."), field="period") from error
    if period.kind is not PeriodKind.MONTH:
        raise DomainError(_("Pay is run by the month. Name one such as 2026-M10."), field="period")
    if period.start > on:
        raise DomainError(_("This month has not begun yet."), field="period", code="future")
    return period


def _opened(month: Period) -> PayPeriod:
    row, _made = PayPeriod.objects.get_or_create(
        key=month.key, defaults={"starts_on": month.start, "ends_before": month.end}
    )
    found: PayPeriod = PayPeriod.objects.select_for_update(of=("self",)).select_related("current").get(pk=row.pk)
    return found


def _computed(inputs: RunInputs, told: Told) -> RunTables:
    try:
        return compute_run(inputs.plans, told=told)
    except InputError as error:
        raise stopped("run-stopped", reason=str(error)) from error
    except EngineError as error:
        logger.exception("pay run of %s", inputs.period.key)
        raise stopped("run-too-large") from error


def _write(
    actor: User,
    pay_period: PayPeriod,
    inputs: RunInputs,
    tables: RunTables,
    on: date,
    digest: str,
    started: datetime,
    told: Told,
) -> Run:
    number = pay_period.current.number + 1 if pay_period.current else 1
    place, files = write_artifacts(inputs, tables, number=number, digest=digest)
    run: Run = Run.objects.create(
        pay_period=pay_period,
        number=number,
        on=on,
        inputs_digest=digest,
        plan_versions=sorted({one.version.pk for one in inputs.plans}),
        engine=ENGINE,
        engine_version=engine_version(),
        code_version=code_version(),
        events=inputs.events.num_rows,
        people=len({person for one in inputs.plans for person in one.payees}),
        lines=tables["trace"].num_rows,
        uncredited=uncredited_events(inputs, tables),
        problems=tables["problems"].num_rows,
        artifact_path=place,
        artifacts=files,
        started_at=started,
        finished_at=timezone.now(),
        started_by=actor,
    )
    told("append", run.people)
    append_earnings(run, inputs, tables)
    pay_period.current, pay_period.state = run, Run.State.CALCULATED
    pay_period.save(update_fields=["current", "state"])
    return run


def code_version() -> str:
    """The version of the product that computed."""
    try:
        return version("tiji")
    except PackageNotFoundError:
        return "0"


@transaction.atomic
def approve_run(*, actor: User, run: Run, at: datetime) -> Run:
    """Finance has looked at a calculated run and agrees. Raises: NotAllowed, DomainError, Conflict."""
    require(can_approve_pay(actor, run), _("Only finance approves pay. Ask them."))
    current = _newest(run)
    if current.state != Run.State.CALCULATED:
        raise DomainError(
            _("Only a calculated run can be approved; this one is %(state)s.") % _named(current), code="not-calculated"
        )
    return _moved(actor, current, Run.State.APPROVED, {"approved_at": at, "approved_by": actor}, "pay_run.approved")


@transaction.atomic
def post_run(*, actor: User, run: Run, at: datetime) -> Run:
    """Pay what an approved run still owes: from here on its amounts are paid. Raises: NotAllowed, DomainError."""
    require(can_post_pay(actor, run), _("Only finance posts pay. Ask them."))
    current = _newest(run)
    if current.state != Run.State.APPROVED:
        raise DomainError(
            _("Only an approved run can be posted; this one is %(state)s.") % _named(current), code="not-approved"
        )
    return _moved(actor, current, Run.State.POSTED, {"posted_at": at, "posted_by": actor}, "pay_run.posted")


def _named(run: Run) -> dict[str, Any]:
    return {"state": run.get_state_display()}


def _newest(run: Run) -> Run:
    """The run under its lock, if it still is the one that counts."""
    exclusive(LOCK)
    current: Run = Run.objects.select_for_update(of=("self",)).select_related("pay_period").get(pk=run.pk)
    if current.pay_period.current_id != current.pk:
        raise Conflict(_("There is a newer version of this month. Look at that one."), code="superseded")
    return current


def _moved(actor: User, run: Run, state: str, facts: dict[str, Any], action: str) -> Run:
    before = audit.snapshot(run)
    for name, value in {**facts, "state": state}.items():
        setattr(run, name, value)
    run.save(update_fields=["state", *facts])
    run.pay_period.state = state
    run.pay_period.save(update_fields=["state"])
    audit.record(action, run, *audit.changes(before, run), actor=actor)
    return run
