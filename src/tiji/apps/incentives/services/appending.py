"""The rows of a finished run: an earning a person and component, a statement a person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.models import Earning, PlanVersion, Run, Statement
from tiji.apps.incentives.selectors.inputs import PlanInputs, RunInputs
from tiji.apps.organization.selectors.places import units_of
from tiji.kernel.commission import interval_dates, interval_no
from tiji.kernel.money import Money

PartKey = tuple[int, int, str]  # person, plan version, component


@dataclass
class _Part:
    """A component's sums for a person. Units: minor units."""

    amount: int = 0
    credit: int = 0
    lines: int = 0


@dataclass
class _Sheet:
    """A person's statement while it is put together."""

    parts: dict[tuple[int, str], _Part] = field(default_factory=dict)
    measures: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def append_earnings(run: Run, inputs: RunInputs, tables: RunTables) -> None:
    """Write the statements and earnings of a run, with what was posted for the same month before."""
    sheets = _sheets(inputs, tables)
    currencies = {one.version.pk: one.plan.currency for one in inputs.plans}
    paid = _paid_before(run)
    plan_of = dict(PlanVersion.objects.values_list("pk", "plan_id"))
    rows = [
        row
        for person in sorted(sheets.keys() | {person for person, _plan, _component in paid})
        for row in _earnings(run, person, sheets.get(person, _Sheet()), currencies, plan_of, paid)
    ]
    statements = _statements(run, inputs, sheets, rows)
    Statement.objects.bulk_create(statements.values(), batch_size=500)
    for row in rows:
        row.statement = statements[row.person_id, row.currency]
    Earning.objects.bulk_create(rows, batch_size=500)


def _sheets(inputs: RunInputs, tables: RunTables) -> dict[int, _Sheet]:
    sheets: dict[int, _Sheet] = defaultdict(_Sheet)
    for one in inputs.plans:
        for person in one.payees:
            for component in one.plan.components:
                sheets[person].parts.setdefault((one.version.pk, component.code), _Part())
                sheets[person].measures.append(_nothing_yet(one, person, component.code))
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


def _nothing_yet(one: PlanInputs, person: int, code: str) -> dict[str, Any]:
    """A measure before anything was credited, with the quota that holds at the end of the window."""
    component, first_month = one.plan.component(code), one.plan.fiscal_start_month
    interval = component.measure.interval
    number = interval_no(one.window.until - timedelta(days=1), interval, first_month)
    start, end = interval_dates(number, interval, first_month)
    return {
        "plan_version": one.version.pk,
        "component": code,
        "interval_no": number,
        "starts_on": start.isoformat(),
        "ends_before": end.isoformat(),
        "total": 0,
        "quota": one.quota_of.get((person, component.quota.code, start)) if component.quota else None,
        "earned": 0,
    }


def _measured(measures: list[dict[str, Any]], row: dict[str, Any]) -> None:
    key = ("plan_version", "component", "interval_no")
    for measure in measures:
        if all(measure[name] == row[name] for name in key):
            measure.update(total=row["total"], quota=row["quota"], earned=row["earned"])


def _earnings(
    run: Run,
    person: int,
    sheet: _Sheet,
    currencies: dict[int, str],
    plan_of: dict[int, int],
    paid: dict[PartKey, Earning],
) -> Iterable[Earning]:
    """What the run says, and with nothing what was posted before and is not earned any more."""
    seen = set()
    for (version, component), part in sorted(sheet.parts.items()):
        key = (person, plan_of[version], component)
        seen.add(key)
        before = paid.get(key)
        yield _earning(run, person, version, component, currencies[version], part, before)
    for key, before in sorted(paid.items()):
        if key[0] == person and key not in seen:
            yield _earning(run, person, before.plan_version_id, before.component, before.currency, _Part(), before)


def _earning(
    run: Run, person: int, version: int, component: str, currency: str, part: _Part, before: Earning | None
) -> Earning:
    amount = Money.from_minor(part.amount, currency).amount
    prior = before.amount if before else Decimal(0)
    return Earning(
        run=run,
        pay_period_id=run.pay_period_id,
        person_id=person,
        plan_version_id=version,
        component=component,
        amount=amount,
        prior_amount=prior,
        delta=amount - prior,
        credit=Money.from_minor(part.credit, currency).amount,
        currency=currency,
        lines=part.lines,
    )


def _paid_before(run: Run) -> dict[PartKey, Earning]:
    """(person, plan, component) → the earning of the newest posted run of the same month."""
    posted = Run.objects.filter(pay_period_id=run.pay_period_id, state=Run.State.POSTED).order_by("-number").first()
    if posted is None:
        return {}
    rows = Earning.objects.filter(run=posted).select_related("plan_version")
    return {(row.person_id, row.plan_version.plan_id, row.component): row for row in rows}


def _statements(
    run: Run, inputs: RunInputs, sheets: dict[int, _Sheet], rows: list[Earning]
) -> dict[tuple[int, str], Statement]:
    units = units_of({row.person_id for row in rows}, inputs.period.last_day)
    found: dict[tuple[int, str], Statement] = {}
    for row in rows:
        key = (row.person_id, row.currency)
        if key not in found:
            sheet = sheets.get(row.person_id, _Sheet())
            found[key] = Statement(
                run=run,
                person_id=row.person_id,
                unit_id=units.get(row.person_id),
                starts_on=inputs.period.start,
                amount=Decimal(0),
                prior_amount=Decimal(0),
                delta=Decimal(0),
                credit=Decimal(0),
                currency=row.currency,
                lines=0,
                measures=sheet.measures,
                problems=sheet.problems,
            )
        statement = found[key]
        for name in ("amount", "prior_amount", "delta", "credit", "lines"):
            setattr(statement, name, getattr(statement, name) + getattr(row, name))
    return found


def uncredited_events(inputs: RunInputs, tables: RunTables) -> int:
    """How many of the month's events nobody is credited with: their owner has no plan, or had none on that day."""
    events = inputs.events
    month = events.filter(pc.greater_equal(events["event_on"], pa.scalar(inputs.period.start, pa.date32())))
    credited = tables["credits"]["event_id"] if tables["credits"].num_columns else pa.array([], pa.int64())
    return int(month.num_rows - pc.sum(pc.is_in(month["event_id"], credited)).as_py()) if month.num_rows else 0
