"""Everything a run of a month reads, frozen: one set of tables for each plan version, and the hash of them all."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.incentives.models import PlanVersion
from tiji.apps.incentives.selectors.crediting import PRODUCT_MANAGER, Crediting, with_roles
from tiji.apps.incentives.selectors.events import PRODUCT_SUBJECT, STORED_DIGITS, events_between
from tiji.apps.incentives.selectors.facts import FACT_SCHEMA, fact_table
from tiji.apps.incentives.selectors.plans import PaidBy, Span, plans_paying
from tiji.apps.incentives.selectors.quotas import quota_amounts
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import EVENT_SCHEMA, QUOTA_SCHEMA, Plan, Window, events_from
from tiji.kernel.money import Money
from tiji.kernel.periods import FiscalCalendar, Period, PeriodKind

SPAN_SCHEMA = pa.schema(
    [
        pa.field("payee_id", pa.int64(), nullable=False),
        pa.field("valid_from", pa.date32()),
        pa.field("valid_until", pa.date32()),
    ]
)


@dataclass(frozen=True)
class PlanInputs:
    """What one plan version is computed from. `plan` holds only the components that pay in this month.

    `payees` are those it pays on some day of the window; `window` is longer than the month for quarterly pay. `facts`
    and `spans` (who is paid from when until when) are there for plans with cells or payment.
    """

    version: PlanVersion
    plan: Plan
    window: Window
    payees: tuple[int, ...]
    events: pa.Table
    assignments: pa.Table
    quotas: pa.Table
    facts: pa.Table = field(default_factory=FACT_SCHEMA.empty_table)
    spans: pa.Table = field(default_factory=SPAN_SCHEMA.empty_table)

    TABLES = ("events", "assignments", "quotas", "facts", "spans")

    @cached_property
    def quota_of(self) -> dict[tuple[int, str, date], int]:
        """(person, code, first day) → quota in minor units."""
        rows = self.quotas.to_pylist()
        return {(row["payee_id"], row["code"], row["valid_from"]): row["amount"] for row in rows}


@dataclass(frozen=True)
class RunInputs:
    """The inputs of a run of `period`: `events` are all that were read, of people with a plan or without."""

    period: Period
    plans: tuple[PlanInputs, ...]
    events: pa.Table

    @cached_property
    def digest(self) -> str:
        """The hash of everything: the same inputs, in whatever order they were read, give the same hash."""
        found = hashlib.sha256(self.period.key.encode())
        for one in self.plans:
            head = [one.version.pk, one.version.digest, [part.code for part in one.plan.components], str(one.window)]
            found.update(json.dumps(head).encode())
            for table in (one.events, one.assignments, one.quotas):
                feed(found, table)
            if one.plan.by_month:
                feed(found, one.facts)
                feed(found, one.spans)
        return found.hexdigest()


def inputs_of(period: Period, on: date | None = None, paying: Iterable[PaidBy] | None = None) -> RunInputs:
    """Read what a run of the month needs; everybody's running totals begin where their plan's interval does.

    `on` is the day of the run, for plans that credit by the hierarchy of that day. `paying` stands in for the plans
    that pay in the month, for a model of pay.
    """
    calendar = fiscal_calendar()
    paid_by = plans_paying(period.start, period.end) if paying is None else paying
    parts = [part for paid in paid_by for part in _due(paid, period, calendar)]
    start = min([events_from(plan, window.from_) for _paid, plan, window in parts], default=period.start)
    kinds = {
        kind for _paid, plan, _window in parts for component in plan.components for kind in component.credit.events
    }
    events = events_between(start, period.end, sorted(kinds))
    crediting = Crediting(events, period.end, on or period.last_day, calendar)
    plans = tuple(_inputs(paid, with_roles(plan), window, crediting) for paid, plan, window in parts)
    return RunInputs(period, plans, events)


def _due(paid: PaidBy, period: Period, calendar: FiscalCalendar) -> list[tuple[PaidBy, Plan, Window]]:
    """The plan cut into its pay intervals: what is paid by the quarter is computed with its last month."""
    found = []
    for interval in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR):
        components = tuple(part for part in paid.plan.components if part.pay.interval == interval.value)
        span = calendar.period_of(period.start, interval)
        if components and span.end == period.end:
            found.append((paid, replace(paid.plan, components=components), Window(span.start, span.end)))
    return found


def _inputs(paid: PaidBy, plan: Plan, window: Window, crediting: Crediting) -> PlanInputs:
    start, events = events_from(plan, window.from_), crediting.events
    payees = {person: spans for person, spans in paid.payees.items() if _overlap(spans, start, window.until)}
    assignments = crediting.assignments(plan, payees)
    mine = events.filter(
        pc.and_(
            pc.and_(
                crediting.credited(plan, assignments),
                pc.greater_equal(events["event_on"], pa.scalar(start, pa.date32())),
            ),
            pc.equal(events["currency"], plan.currency),
        )
    )
    present = tuple(sorted(person for person, spans in payees.items() if _overlap(spans, window.from_, window.until)))
    return PlanInputs(
        version=paid.version,
        plan=plan,
        window=window,
        payees=present,
        events=mine.select([*EVENT_SCHEMA.names, *_own_columns(plan)]).sort_by("event_id"),
        assignments=assignments,
        quotas=_quotas(plan, sorted(payees), start, window.until, crediting.calendar),
        facts=fact_table(plan, payees, window.until) if plan.by_month else FACT_SCHEMA.empty_table(),
        spans=_spans(payees) if plan.by_month else SPAN_SCHEMA.empty_table(),
    )


def inputs_of_plan(paid: PaidBy, window: Window, events: pa.Table) -> PlanInputs:
    """What one plan is computed from over any days, with all of its components: for estimates."""
    crediting = Crediting(events, window.until, window.until - timedelta(days=1), fiscal_calendar())
    return _inputs(paid, with_roles(paid.plan), window, crediting)


def quota_table(plan: Plan, people: list[int], start: date, end: date) -> pa.Table:
    """The standing quotas of the intervals that a plan measures."""
    return _quotas(plan, people, start, end, fiscal_calendar())


def _overlap(spans: list[Span], start: date, end: date) -> bool:
    return any(first < end and (last is None or last > start) for first, last in spans)


def _own_columns(plan: Plan) -> list[str]:
    """What the plan reads of events besides: another subject than the owner's, if it credits by that; its fields."""
    by_product = any(part.credit.role == PRODUCT_MANAGER for part in plan.components)
    return [*([PRODUCT_SUBJECT] if by_product else []), *(one.name for one in plan.fields)]


def _spans(payees: dict[int, list[Span]]) -> pa.Table:
    """Who is paid by the plan from when until when."""
    rows = [(person, start, end) for person, spans in sorted(payees.items()) for start, end in spans]
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    return pa.table([list(column) for column in columns], schema=SPAN_SCHEMA)


def _quotas(plan: Plan, people: list[int], start: date, end: date, calendar: FiscalCalendar) -> pa.Table:
    """The standing quotas of the intervals that the plan measures, in minor units of its currency."""
    wanted = {(part.quota.code, part.measure.interval) for part in plan.components if part.quota}
    rows: list[dict[str, Any]] = []
    for code, interval in sorted(wanted):
        periods = {period.key: period for period in _intervals(interval, start, end, calendar)}
        for (person, key), amount in sorted(quota_amounts(people, code, periods).items()):
            rows.append(
                {
                    "payee_id": person,
                    "code": code,
                    "valid_from": periods[key].start,
                    "valid_until": periods[key].end,
                    "amount": Money(amount, plan.currency).rounded().to_minor(),
                }
            )
    return pa.Table.from_pylist(rows, schema=QUOTA_SCHEMA)


def _intervals(interval: str, start: date, end: date, calendar: FiscalCalendar) -> Iterable[Period]:
    period = calendar.period_of(start, interval)
    while period.start < end:
        yield period
        period = calendar.next(period)


def feed(digest: Any, table: pa.Table) -> None:
    """Hand a table's content to a hash, column by column: neither its chunks nor what stands behind empty cells."""
    digest.update(json.dumps([table.num_rows, [str(field) for field in table.schema]]).encode())
    for column in table.columns:
        digest.update(_bytes_of(pc.is_valid(column).cast(pa.uint8())))
        if pa.types.is_string(column.type):
            filled = pc.fill_null(column, "")
            digest.update(_bytes_of(pc.binary_length(filled)))
            for chunk in filled.chunks:
                digest.update(_text_bytes(chunk))
        else:
            whole = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
            digest.update(_bytes_of(pc.fill_null(whole, 0)))


def _bytes_of(numbers: pa.ChunkedArray) -> memoryview:
    """The numbers of a column without empty cells, one after the other."""
    whole = numbers.combine_chunks()
    width = whole.type.byte_width
    buffer = whole.buffers()[1]
    return memoryview(buffer or b"")[whole.offset * width : (whole.offset + len(whole)) * width]


def _text_bytes(texts: pa.StringArray) -> memoryview:
    if not len(texts):
        return memoryview(b"")
    offsets = memoryview(texts.buffers()[1]).cast("i")
    first, last = offsets[texts.offset], offsets[texts.offset + len(texts)]
    return memoryview(texts.buffers()[2] or b"")[first:last]


__all__ = ["STORED_DIGITS", "PlanInputs", "RunInputs", "inputs_of", "inputs_of_plan", "quota_table"]
