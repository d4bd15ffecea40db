"""Pay runs: a month is read, computed and appended; nothing is ever overwritten."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.computing import RunTables, compute_run, engine_name, engine_version
from tiji.apps.incentives.models import CLOSED, LOOKED_AT, PayPeriod, PayState, Run
from tiji.apps.incentives.permissions import can_run_pay
from tiji.apps.incentives.refusal_words import refusal_text, stopped
from tiji.apps.incentives.selectors.closed import closed_before, closed_file, last_posted_after
from tiji.apps.incentives.services.appending import append_earnings, uncredited_events
from tiji.apps.incentives.services.artifacts import Prepared, prepared
from tiji.apps.incentives.services.corrections import Corrections, corrections_of
from tiji.apps.incentives.services.month import MonthRead, read_month
from tiji.apps.incentives.sheet_computing import Carried
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import InputError, Told, silent
from tiji.kernel.engine import EngineError
from tiji.kernel.money import Money
from tiji.kernel.periods import Period, PeriodKind
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.events import emit
from tiji.shared.locks import exclusive
from tiji.shared.permissions import require

TURNS = 3
LOCK = "incentives.run"
logger = logging.getLogger("tiji.pay")


@dataclass(frozen=True)
class RunOutcome:
    """The run that now counts; `written` is False when the inputs were those of the last one, so nothing was."""

    run: Run
    written: bool


def run_pay(*, actor: User, period: str, on: date, told: Told = silent) -> RunOutcome:
    """Compute a month's pay as version n+1 of its runs; unchanged inputs write nothing.

    It reads within one snapshot, computes without holding anybody up, and appends within one short transaction;
    whatever stops it before leaves the state as it was. If another run of the month was faster, it begins anew.
    `period` is a month's key such as 2026-M10; `on` is the day it is computed; `told` hears of every stage.
    Raises: NotAllowed, DomainError.
    """
    require(can_run_pay(actor), refusal_text("not-allowed", {}))
    month = month_to_run(period, on)
    for _turn in range(TURNS):
        _check_state(month)
        started = timezone.now()
        told("read", 0)
        read = read_month(month, on)
        if not any(one.payees for one in read.inputs.plans) and not read.changed and not read.adjusted:
            raise stopped("no-plan", field="period")
        told("freeze", read.inputs.events.num_rows)
        if (last := _unchanged(read)) is not None:
            return RunOutcome(last, written=False)
        computed = _computed(read, told)
        told("write", computed.tables["trace"].num_rows)
        with prepared(read.inputs, computed.tables, _closed_traces(computed)) as artifacts:
            run = _append(actor, read, computed, artifacts, on, started, told)
        if run is not None:
            return RunOutcome(run, written=True)
    raise stopped("overtaken", field="period")


def _unchanged(read: MonthRead) -> Run | None:
    """The run that counts, if it read the very same."""
    same = Run.objects.filter(pk=read.current, inputs_digest=read.digest).select_related("pay_period")
    found: Run | None = same.first()
    return found


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
    _check_state(period)
    return period


def _check_state(month: Period) -> None:
    """Raises: DomainError if the month is looked at, closed, or lies before a closed one."""
    row = PayPeriod.objects.filter(key=month.key).first()
    if row is not None and row.state in LOOKED_AT:
        raise stopped("in-review", field="period", month=month.key)
    if row is not None and row.state in CLOSED:
        raise stopped("closed", field="period", month=month.key)
    if (later := last_posted_after(month)) is not None:
        raise stopped("later-posted", field="period", month=month.key, later=later.key)


@dataclass(frozen=True)
class _Computed:
    tables: RunTables
    corrections: Corrections


def _computed(read: MonthRead, told: Told) -> _Computed:
    try:
        corrections = corrections_of(read.checked, read.changed)
        carried = Carried(read.opening, _added(read, corrections))
        return _Computed(compute_run(read.inputs.plans, told=told, carried=carried), corrections)
    except InputError as error:
        raise stopped("run-stopped", reason=str(error)) from error
    except EngineError as error:
        logger.exception("pay run of %s", read.inputs.period.key)
        raise stopped("run-too-large") from error


def _added(read: MonthRead, corrections: Corrections) -> dict[int, dict[int, int]]:
    """What corrections add to each plan's payment, by person. Units: minor units."""
    added: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in corrections.rows:
        added[row.plan][row.person] += Money(row.delta, row.currency).to_minor()
    return added


def _closed_traces(computed: _Computed) -> dict[str, Any]:
    return {closed_file(key): table for key, table in computed.corrections.traces.items()}


@transaction.atomic
def _append(
    actor: User,
    read: MonthRead,
    computed: _Computed,
    artifacts: Prepared,
    on: date,
    started: datetime,
    told: Told,
) -> Run | None:
    """Write the run, if the month and the months it builds on still are as they were read; else nothing."""
    exclusive(LOCK)
    pay_period = _opened(read.inputs.period)
    if not _still(read, pay_period):
        return None
    run = _written(actor, pay_period, read, computed, artifacts, on, started)
    told("append", run.people)
    for row in computed.corrections.rows:
        _period_of(row.period)
    append_earnings(run, read, computed.tables, computed.corrections.rows)
    pay_period.current, pay_period.state = run, PayState.CALCULATED
    pay_period.save(update_fields=["current", "state"])
    audit.record("pay_run.finished", run, after=audit.snapshot(run), actor=actor)
    emit("pay.calculated", run_id=run.pk)
    return run


def _still(read: MonthRead, pay_period: PayPeriod) -> bool:
    closed = [period.key for period in closed_before(read.inputs.period)]
    return (
        pay_period.current_id == read.current
        and pay_period.state == read.state
        and closed == list(read.checked)
        and not superseded(read.basis)
        and last_posted_after(read.inputs.period) is None
    )


def superseded(basis: Mapping[str, int]) -> list[str]:
    """The months whose run that counts is another one than was built on."""
    current = dict(PayPeriod.objects.filter(key__in=basis).values_list("key", "current_id"))
    return sorted(key for key, run in basis.items() if current.get(key) != run)


def _opened(month: Period) -> PayPeriod:
    _period_of(month.key)
    found: PayPeriod = PayPeriod.objects.select_for_update(of=("self",)).select_related("current").get(key=month.key)
    return found


def _period_of(key: str) -> None:
    month = fiscal_calendar().period(key)
    PayPeriod.objects.get_or_create(key=key, defaults={"starts_on": month.start, "ends_before": month.end})


def _written(
    actor: User,
    pay_period: PayPeriod,
    read: MonthRead,
    computed: _Computed,
    artifacts: Prepared,
    on: date,
    started: datetime,
) -> Run:
    number = pay_period.current.number + 1 if pay_period.current else 1
    inputs, tables = read.inputs, computed.tables
    run: Run = Run.objects.create(
        pay_period=pay_period,
        number=number,
        on=on,
        inputs_digest=read.digest,
        earned_digest=inputs.digest,
        basis=dict(read.basis),
        checked=dict(read.checked),
        plan_versions=sorted({one.version.pk for one in inputs.plans}),
        engine=engine_name(),
        engine_version=engine_version(),
        code_version=code_version(),
        events=inputs.events.num_rows,
        people=len({person for one in inputs.plans for person in one.payees}),
        lines=tables["trace"].num_rows,
        uncredited=uncredited_events(inputs, tables),
        problems=tables["problems"].num_rows + tables["lacking"].num_rows,
        artifact_path=artifacts.place(number, read.digest),
        artifacts=artifacts.files,
        started_at=started,
        finished_at=timezone.now(),
        started_by=actor,
    )
    return run


def code_version() -> str:
    """The version of the product that computed."""
    try:
        return version("tiji")
    except PackageNotFoundError:
        return "0"
