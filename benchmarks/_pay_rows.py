"""Statements and earnings of a run on their way into a database: in sets, one ORM object after another, and bare."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from import_opportunities import insert, new_rows

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.models import Earning, PayPeriod, PayPlan, PlanVersion, Run, Statement
from tiji.apps.incentives.selectors.inputs import RunInputs
from tiji.apps.incentives.services.appending import append_earnings
from tiji.apps.organization.models import Person
from tiji.shared.bulk import insert_in_sets

NOW = datetime(2026, 4, 1, tzinfo=UTC)
MODELS = (Statement, Earning)
TIMES = 3


def write_back(inputs: RunInputs, tables: RunTables, payees: int) -> dict[str, Any]:
    """The best seconds of each way for the very same rows, always in a transaction that is rolled back."""
    call_command("migrate", verbosity=0)
    run = _run(inputs, payees)
    with transaction.atomic():
        append_earnings(run, inputs, tables)
        objects = {model: list(model.objects.order_by("pk")) for model in MODELS}
        rows = {model: new_rows(connection, model._meta.db_table, 0) for model in MODELS}
        transaction.set_rollback(True)
    ways: dict[str, Callable[[], Any]] = {
        "sets": lambda: append_earnings(run, inputs, tables),
        "objects": lambda: [model.objects.bulk_create(objects[model], batch_size=500) for model in MODELS],
        "bare": lambda: [insert(connection, model._meta.db_table, *rows[model][:2]) for model in MODELS],
    }
    told = {way: min(_rolled_back(work) for _time in range(TIMES)) for way, work in ways.items()}
    return {"vendor": connection.vendor, "rows": sum(count for _columns, _values, count in rows.values()), **told}


def _rolled_back(work: Callable[[], Any]) -> float:
    with transaction.atomic():
        begun = time.perf_counter()
        work()
        spent = time.perf_counter() - begun
        transaction.set_rollback(True)
    return spent


def _run(inputs: RunInputs, payees: int) -> Run:
    """A run with everybody it pays, as it stands just before its rows are appended."""
    texts = ("sort_key", "initials", "number", "email", "phone", "currency", "external_source", "external_key")
    insert_in_sets(Person, ((key, f"Rep {key}", *[""] * len(texts)) for key in range(payees)), ("id", "name", *texts))
    plan = PayPlan.objects.create(code="benchmark", name="Benchmark", created_at=NOW)
    (one,) = inputs.plans
    PlanVersion.objects.create(
        pk=one.version.pk, plan=plan, number=1, valid_from=date(2026, 1, 1), document={}, digest="", created_at=NOW
    )
    month = inputs.period
    period = PayPeriod.objects.create(key=month.key, starts_on=month.start, ends_before=month.end)
    counts = dict.fromkeys(("events", "people", "lines", "uncredited", "problems"), 0)
    return Run.objects.create(
        pay_period=period, number=1, on=month.last_day, started_at=NOW, finished_at=NOW, artifact_path="", **counts
    )
