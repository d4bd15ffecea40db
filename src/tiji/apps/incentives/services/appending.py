"""The rows of a finished run: an earning a person and component, a statement a person, appended in sets."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.models import Earning, PlanVersion, Run, Statement
from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.selectors.inputs import PlanInputs, RunInputs
from tiji.apps.organization.selectors.places import units_of
from tiji.kernel.commission import Component, interval_dates, interval_no
from tiji.kernel.money import minor_units
from tiji.shared.bulk import insert_in_sets, reserve_ids

SUMS = ("amount", "prior_amount", "delta", "credit", "lines")


@dataclass
class _Part:
    """A component's sums for a person. Units: minor units."""

    amount: int = 0
    credit: int = 0
    lines: int = 0


@dataclass
class _Paid:
    """What was posted of a component before. Units: as stored."""

    plan_version_id: int
    amount: int
    currency: str


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


@dataclass
class _Sheet:
    """A person's statement while it is put together."""

    parts: dict[tuple[int, str], _Part] = field(default_factory=dict)
    measures: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def append_earnings(run: Run, inputs: RunInputs, tables: RunTables) -> None:
    """Write the statements and earnings of a run, with what was posted for the same month before.

    They go in as sets within the caller's transaction; the statements' keys are reserved, so both are built first.
    """
    sheets = _sheets(inputs, tables)
    currencies = {one.version.pk: one.plan.currency for one in inputs.plans}
    paid = _paid_before(run)
    plan_of = dict(PlanVersion.objects.values_list("pk", "plan_id"))
    rows = [
        row
        for person in sorted(sheets.keys() | paid.keys())
        for row in _earnings(person, sheets.get(person, _Sheet()), currencies, plan_of, paid.get(person, {}))
    ]
    statements = _statements(inputs, sheets, rows)
    numbers = dict(zip(statements, reserve_ids(Statement, len(statements)), strict=True))
    insert_in_sets(Statement, _statement_table(run, list(statements.values()), list(numbers.values())))
    insert_in_sets(Earning, _earning_table(run, rows, [numbers[row.person_id, row.currency] for row in rows]))


def _statement_table(run: Run, rows: list[dict[str, Any]], keys: list[int]) -> pa.Table:
    columns: dict[str, Any] = {"id": keys, "run_id": [run.pk] * len(rows)}
    columns |= {name: [row[name] for row in rows] for name in ("person_id", "currency", *SUMS)}
    columns["unit_id"] = pa.array([row["unit_id"] for row in rows], pa.int64())
    columns["starts_on"] = pa.array([row["starts_on"] for row in rows], pa.date32())
    columns |= {name: [json.dumps(row[name]) for row in rows] for name in ("measures", "problems")}
    return pa.table(columns)


def _earning_table(run: Run, rows: list[_Row], statements: list[int]) -> pa.Table:
    columns: dict[str, Any] = {
        "statement_id": statements,
        "run_id": [run.pk] * len(rows),
        "pay_period_id": [run.pay_period_id] * len(rows),
    }
    return pa.table(columns | {name: [getattr(row, name) for row in rows] for name in _Row.__dataclass_fields__})


def _sheets(inputs: RunInputs, tables: RunTables) -> dict[int, _Sheet]:
    sheets: dict[int, _Sheet] = defaultdict(_Sheet)
    for one in inputs.plans:
        for component in one.plan.components:
            key, quota_code = (one.version.pk, component.code), component.quota and component.quota.code
            start, nothing = _nothing_yet(one, component)
            for person in one.payees:
                sheet = sheets[person]
                sheet.parts.setdefault(key, _Part())
                quota = one.quota_of.get((person, quota_code, start)) if quota_code else None
                sheet.measures.append({**nothing, "quota": quota})
    for row in tables["earnings"].to_pylist() if tables["earnings"].num_columns else []:
        part = sheets[row["payee_id"]].parts.setdefault((row["plan_version"], row["component"]), _Part())
        part.amount += row["amount"]
        part.credit += row["credit"]
        part.lines += row["lines"]
    for row in tables["measures"].to_pylist():
        _measured(sheets[row["payee_id"]].measures, row)
    for row in tables["problems"].to_pylist():
        sheets[row["payee_id"]].problems.append(
            {name: row[name] for name in ("plan_version", "component", "interval_no", "code", "total")}
        )
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


def _earnings(
    person: int,
    sheet: _Sheet,
    currencies: dict[int, str],
    plan_of: dict[int, int],
    paid: dict[tuple[int, str], _Paid],
) -> Iterable[_Row]:
    """What the run says, and with nothing what was posted before and is not earned any more."""
    seen = set()
    for (version, component), part in sorted(sheet.parts.items()):
        key = (plan_of[version], component)
        seen.add(key)
        yield _earning(person, version, component, currencies[version], part, paid.get(key))
    for key, before in sorted(paid.items(), key=lambda item: item[0]):
        if key not in seen:
            yield _earning(person, before.plan_version_id, key[1], before.currency, _Part(), before)


def _earning(person: int, version: int, component: str, currency: str, part: _Part, before: _Paid | None) -> _Row:
    stored = 10 ** (STORED_DIGITS - minor_units(currency))
    amount, prior = part.amount * stored, before.amount if before else 0
    return _Row(person, version, component, amount, prior, amount - prior, part.credit * stored, currency, part.lines)


def _paid_before(run: Run) -> dict[int, dict[tuple[int, str], _Paid]]:
    """Person → (plan, component) → what the newest posted run of the same month paid."""
    posted = Run.objects.filter(pay_period_id=run.pay_period_id, state=Run.State.POSTED).order_by("-number").first()
    found: dict[int, dict[tuple[int, str], _Paid]] = defaultdict(dict)
    rows = Earning.objects.filter(run=posted) if posted else Earning.objects.none()
    columns = ("person_id", "plan_version__plan_id", "component", "plan_version_id", "amount", "currency")
    for person, plan, component, version, amount, currency in rows.values_list(*columns):
        found[person][plan, component] = _Paid(version, int(amount.scaleb(STORED_DIGITS)), currency)
    return found


def _statements(
    inputs: RunInputs, sheets: dict[int, _Sheet], rows: list[_Row]
) -> dict[tuple[int, str], dict[str, Any]]:
    """(person, currency) → the columns of his statement, summed over its earnings."""
    units = units_of({row.person_id for row in rows}, inputs.period.last_day)
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for row in rows:
        key = (row.person_id, row.currency)
        if key not in found:
            sheet = sheets.get(row.person_id, _Sheet())
            found[key] = {
                "person_id": row.person_id,
                "unit_id": units.get(row.person_id),
                "starts_on": inputs.period.start,
                "currency": row.currency,
                "measures": sheet.measures,
                "problems": sheet.problems,
                **dict.fromkeys(SUMS, 0),
            }
        statement = found[key]
        for name in SUMS:
            statement[name] += getattr(row, name)
    return found


def uncredited_events(inputs: RunInputs, tables: RunTables) -> int:
    """How many of the month's events nobody is credited with: their owner has no plan, or had none on that day."""
    events = inputs.events
    month = events.filter(pc.greater_equal(events["event_on"], pa.scalar(inputs.period.start, pa.date32())))
    credited = tables["credits"]["event_id"] if tables["credits"].num_columns else pa.array([], pa.int64())
    return int(month.num_rows - pc.sum(pc.is_in(month["event_id"], credited)).as_py()) if month.num_rows else 0
