"""The rows of a finished run: earnings, steps of payment, a statement a person and currency, appended in sets."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.models import Earning, PaymentStep, PayPeriod, Run, Statement
from tiji.apps.incentives.selectors.crediting import counts_for_company
from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.selectors.inputs import PlanInputs, RunInputs
from tiji.apps.incentives.services.corrections import Correction
from tiji.apps.incentives.services.earned import earned_parts
from tiji.apps.incentives.services.month import MonthRead
from tiji.apps.organization.selectors.places import units_of
from tiji.kernel.commission import Component, interval_dates, interval_no
from tiji.kernel.money import minor_units
from tiji.shared.bulk import insert_in_sets, reserve_ids

# person, currency
Key = tuple[int, str]
OWN_SUMS = ("amount", "credit", "lines")


@dataclass(slots=True)
class _Row:
    """An earning on its way in, with the names of its columns. Units: as stored."""

    person_id: int
    plan_version_id: int
    component: str
    amount: int
    prior_amount: int
    delta: int
    credit: int
    currency: str
    lines: int
    of_period_id: int | None = None
    causes: str = "[]"
    causes_more: int = 0


@dataclass
class _Sheet:
    """What stands on a person's statement besides its sums."""

    measures: list[dict[str, Any]] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def append_earnings(run: Run, read: MonthRead, tables: RunTables, corrections: Sequence[Correction]) -> None:
    """Write the statements of a run with everything below them, within the caller's transaction.

    They go in as sets; the statements' keys are reserved, so all of it is built first.
    """
    currencies = {one.version.pk: one.plan.currency for one in read.inputs.plans}
    rows = [*_own_rows(read.inputs, tables, currencies), *_corrected_rows(corrections)]
    statements = _statements(read, tables, rows, currencies)
    numbers = dict(zip(statements, reserve_ids(Statement, len(statements)), strict=True))
    insert_in_sets(Statement, _statement_table(run, list(statements.values()), list(numbers.values())))
    insert_in_sets(Earning, _earning_table(run, rows, [numbers[row.person_id, row.currency] for row in rows]))
    steps = tables["payment"].to_pylist()
    insert_in_sets(PaymentStep, _step_table(run, steps, currencies, numbers))


def _own_rows(inputs: RunInputs, tables: RunTables, currencies: dict[int, str]) -> Iterable[_Row]:
    """What the month itself earned."""
    for (person, version, component), part in sorted(earned_parts(inputs, tables).items()):
        currency = currencies[version]
        amount, credit = part.amount * _stored(currency), part.credit * _stored(currency)
        yield _Row(person, version, component, amount, 0, amount, credit, currency, part.lines)


def _corrected_rows(corrections: Sequence[Correction]) -> Iterable[_Row]:
    """What closed months earn otherwise than was paid. A month that never was run has its row from now on."""
    periods = dict(PayPeriod.objects.filter(key__in={row.period for row in corrections}).values_list("key", "pk"))
    for row in corrections:
        amount, before = (int(value.scaleb(STORED_DIGITS)) for value in (row.amount, row.before))
        causes = json.dumps(row.causes)
        yield _Row(
            *(row.person, row.version, row.component, amount, before, amount - before, 0, row.currency, 0),
            *(periods[row.period], causes, row.more),
        )


def _stored(currency: str) -> int:
    """How many stored units a minor unit is."""
    return int(10 ** (STORED_DIGITS - minor_units(currency)))


def _statement_table(run: Run, rows: list[dict[str, Any]], keys: list[int]) -> pa.Table:
    numbers = ("person_id", "currency", *OWN_SUMS, "corrections", "adjustments", "due", "paid")
    columns: dict[str, Any] = {"id": keys, "run_id": [run.pk] * len(rows)}
    columns |= {name: [row[name] for row in rows] for name in numbers}
    columns["unit_id"] = pa.array([row["unit_id"] for row in rows], pa.int64())
    columns["starts_on"] = pa.array([row["starts_on"] for row in rows], pa.date32())
    columns |= {name: [json.dumps(row[name]) for row in rows] for name in ("measures", "cells", "problems")}
    return pa.table(columns)


def _earning_table(run: Run, rows: list[_Row], statements: list[int]) -> pa.Table:
    columns: dict[str, Any] = {
        "statement_id": statements,
        "run_id": [run.pk] * len(rows),
        "pay_period_id": [run.pay_period_id] * len(rows),
    }
    columns |= {name: [getattr(row, name) for row in rows] for name in _Row.__dataclass_fields__}
    columns["of_period_id"] = pa.array(columns["of_period_id"], pa.int64())
    return pa.table(columns)


def _step_table(
    run: Run, steps: list[dict[str, Any]], currencies: dict[int, str], statements: dict[Key, int]
) -> pa.Table:
    codes = [currencies[row["plan_version"]] for row in steps]
    columns: dict[str, Any] = {
        "statement_id": [statements[row["payee_id"], code] for row, code in zip(steps, codes, strict=True)],
        "run_id": [run.pk] * len(steps),
        "person_id": [row["payee_id"] for row in steps],
        "plan_version_id": [row["plan_version"] for row in steps],
        "step": [row["balance"].partition(".")[0] for row in steps],
        "currency": codes,
    }
    columns |= {name: [row[name] for row in steps] for name in ("place", "balance", "note")}
    for name in ("before", "after", "opening", "closing"):
        columns[name] = [row[name] * _stored(code) for row, code in zip(steps, codes, strict=True)]
    return pa.table(columns)


def _statements(
    read: MonthRead, tables: RunTables, rows: list[_Row], currencies: dict[int, str]
) -> dict[Key, dict[str, Any]]:
    """(person, currency) → the columns of the statement, in the order of both."""
    inputs, sums = read.inputs, _sums(read, tables, rows, currencies)
    units = units_of({person for person, _currency in sums}, inputs.period.last_day)
    sheets = _sheets(inputs, tables)
    found = {}
    for key in sorted(sums):
        sheet = sheets.get(key[0], _Sheet())
        found[key] = {
            "person_id": key[0],
            "unit_id": units.get(key[0]),
            "starts_on": inputs.period.start,
            "currency": key[1],
            **{name: getattr(sheet, name) for name in ("measures", "cells", "problems")},
            **sums[key],
        }
    return found


def _sums(
    read: MonthRead, tables: RunTables, rows: list[_Row], currencies: dict[int, str]
) -> dict[Key, dict[str, int]]:
    """The sums of each statement: due is what the month earned, with corrections and adjustments; paid is what the
    steps of payment leave of what each plan owes, and all of the rest. Units: as stored."""
    names = (*OWN_SUMS, "corrections", "adjustments", "due", "paid")
    sums: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for row in rows:
        mine = sums[row.person_id, row.currency]
        if row.of_period_id is None:
            for name in OWN_SUMS:
                mine[name] += getattr(row, name)
        else:
            mine["corrections"] += row.delta
    for adjusted in read.adjusted:
        sums[adjusted.person_id, adjusted.currency]["adjustments"] += adjusted.amount
    for mine in sums.values():
        mine["due"] = mine["paid"] = mine["amount"] + mine["corrections"] + mine["adjustments"]
    for row in tables["paid"].to_pylist():
        currency = currencies[row["plan_version"]]
        sums[row["payee_id"], currency]["paid"] += (row["paid"] - row["due"]) * _stored(currency)
    return sums


def _sheets(inputs: RunInputs, tables: RunTables) -> dict[int, _Sheet]:
    sheets: dict[int, _Sheet] = defaultdict(_Sheet)
    for one in inputs.plans:
        for component in one.plan.components:
            quota_code = component.quota and component.quota.code
            start, nothing = _nothing_yet(one, component)
            for person in one.payees:
                quota = one.quota_of.get((person, quota_code, start)) if quota_code else None
                sheets[person].measures.append({**nothing, "quota": quota})
    for row in tables["measures"].to_pylist():
        _measured(sheets[row["payee_id"]].measures, row)
    for row in tables["cells"].to_pylist():
        sheets[row.pop("payee_id")].cells.append(row)
    for row in tables["problems"].to_pylist():
        sheets[row["payee_id"]].problems.append(
            {name: row[name] for name in ("plan_version", "component", "interval_no", "code", "total")}
        )
    for row in tables["lacking"].to_pylist():
        sheets[row.pop("payee_id")].problems.append(row)
    return sheets


def _nothing_yet(one: PlanInputs, component: Component) -> tuple[date, dict[str, Any]]:
    """A measure before anything was credited, and its first day: the interval that the end of the window lies in."""
    first_month, interval = one.plan.fiscal_start_month, component.measure.interval
    number = interval_no(one.window.until - timedelta(days=1), interval, first_month)
    start, end = interval_dates(number, interval, first_month)
    return start, {
        "plan_version": one.version.pk,
        "component": component.code,
        "interval_no": number,
        "starts_on": start.isoformat(),
        "ends_before": end.isoformat(),
        "total": 0,
        "quota": None,
        "earned": 0,
    }


def _measured(measures: list[dict[str, Any]], row: dict[str, Any]) -> None:
    key = ("plan_version", "component", "interval_no")
    for measure in measures:
        if all(measure[name] == row[name] for name in key):
            measure.update(total=row["total"], quota=row["quota"], earned=row["earned"])


def uncredited_events(inputs: RunInputs, tables: RunTables) -> int:
    """How many of the month's events no owner is credited with: he has no plan, or had none on that day.

    What managers and product managers are credited with are the same events once more and count for nothing here.
    """
    events, credits = inputs.events, tables["credits"]
    month = events.filter(pc.greater_equal(events["event_on"], pa.scalar(inputs.period.start, pa.date32())))
    credited = _of_owners(inputs, credits)["event_id"] if credits.num_columns else pa.array([], pa.int64())
    return int(month.num_rows - pc.sum(pc.is_in(month["event_id"], credited)).as_py()) if month.num_rows else 0


def _of_owners(inputs: RunInputs, credits: pa.Table) -> pa.Table:
    """The credits of components that count for the company."""
    parts = [(one.version.pk, part) for one in inputs.plans for part in one.plan.components]
    owned = [(version, part.code) for version, part in parts if counts_for_company(part)]
    if len(owned) == len(parts):
        return credits
    masks = [
        pc.and_(pc.equal(credits["plan_version"], version), pc.equal(credits["component"], code))
        for version, code in owned
    ]
    return credits.filter(reduce(pc.or_, masks)) if masks else credits.slice(0, 0)
