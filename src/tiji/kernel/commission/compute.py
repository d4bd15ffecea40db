"""A commission run: a plan's components one by one over the same tables. See docs/kernel/commission-pipeline.md"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from tiji.kernel.commission.crediting import store_credits
from tiji.kernel.commission.earning import SLICE_KINDS, slices_of, store_lines
from tiji.kernel.commission.field_texts import field_texts
from tiji.kernel.commission.periods import interval_dates, interval_no
from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.results import (
    CREDITS,
    CREDITS_ORDER,
    EARNINGS,
    MEASURES,
    PROBLEMS,
    SLICES,
    TOTALS,
    TRACE,
    UNCREDITED,
    Results,
    coded,
    in_words,
    joined,
    with_component,
)
from tiji.kernel.commission.schemas import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    FIELD_TYPES,
    NOTHING,
    QUOTA_SCHEMA,
    SHARE_DIGITS,
    InputError,
    Window,
    subject_column,
)
from tiji.kernel.commission.scopes import EVENT_DIGITS, event_scope, shell_of
from tiji.kernel.engine import Engine, Session
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Table, keep

_KINDS = {pa.int64(): "int", pa.date32(): "date", pa.string(): "text", pa.bool_(): "bool"}
# What the engine reads of an event. The rest only stands in the trace and is put there by the row's number: texts are
# never joined, sorted or moved.
_READ = ("event_id", "event_on", "credit_on", "kind", "business", "subject_id", "amount")
_TOLD = {"event_amount": "amount"} | {
    name: name for name in ("kind", "business", "subject_id", "reverses_id", "refs", "fields")
}
_LINE = tuple(name for name in TRACE if name not in _TOLD)


# Hears the name of a stage (credit, earn, explain) and how many rows go into it.
Told = Callable[[str, int], None]


def silent(_stage: str, _rows: int) -> None:
    """Nobody listens."""


def compute(
    plan: Plan,
    events: pa.Table,
    assignments: pa.Table,
    quotas: pa.Table,
    engine: Engine,
    *,
    window: Window | None = None,
    amount_digits: int | None = None,
    told: Told = silent,
) -> Results:
    """Run the plan over the tables. `told` hears of each stage when it begins, with the rows it goes through.

    Shape: tables as in EVENT_SCHEMA, ASSIGNMENT_SCHEMA, QUOTA_SCHEMA (other columns are ignored); `events` from
    `events_from(plan, window.from_)` on. The order of rows changes nothing. Credits, lines, slices and earnings are
    those of the window, or all; measures are the totals at its end.
    Units: amounts of events are integers with `amount_digits` decimals (the currency's own, or 4 as in the database);
    quotas and all results are in minor units.
    Raises: InputError if the tables do not stand, EngineError if an amount does not fit 64 bits.
    Source: docs/kernel/commission-pipeline.md
    """
    digits = plan.digits if amount_digits is None else amount_digits
    if digits < plan.digits:
        raise InputError(f"amounts of {plan.currency} need {plan.digits} decimals, not {digits}")
    events, assignments, quotas = _checked(plan, events, assignments, quotas)
    with engine.session() as session:
        run = _Run(
            plan,
            session,
            _register_events(session, plan, events, digits),
            _register(session, "assignments", assignments, ASSIGNMENT_SCHEMA, {"share": SHARE_DIGITS}),
            _register(session, "quotas", quotas, QUOTA_SCHEMA, {"amount": plan.digits}),
            window,
            _days(events, window),
            _given(plan, events, digits),
            told,
        )
        return joined([run.component(component) for component in plan.components])


@dataclass(frozen=True, slots=True)
class _Run:
    plan: Plan
    session: Session
    events: Table
    assignments: Table
    quotas: Table
    window: Window | None
    days: tuple[date, date] | None
    given: pa.Table
    told: Told

    def component(self, component: Component) -> Results:
        self.told("credit", self.given.num_rows)
        credits, uncredited = store_credits(
            self.session, self.plan, component, self.events, self.assignments, self.window
        )
        quotas = self._interval_quotas(component) if component.quota else None
        self.told("earn", self.given.num_rows)
        lines, unpaid = store_lines(self.session, self.plan, component, credits, quotas, self.events)
        self.told("explain", self.given.num_rows)
        slices = slices_of(self.plan, component, self._paid(lines))
        tables = {
            "trace": Select(self._paid(lines), keep(lines, *_LINE, "row_no"), order_by=_LINE[:4]),
            "slices": Select(slices, keep(slices, *SLICES), order_by=SLICES[:5]),
            "measures": self._measures(component, lines),
            "earnings": self._earnings(lines),
            "totals": self._totals(lines),
            "uncredited": Select(uncredited, keep(uncredited, *UNCREDITED), order_by=("event_id",)),
            "problems": self._problems(unpaid if unpaid is not None else _nobody(lines)),
        }
        fetched = {name: self.session.fetch(relation) for name, relation in tables.items()}
        kinds = in_words(fetched["slices"]["kind"], SLICE_KINDS)
        fetched["slices"] = fetched["slices"].set_column(SLICES.index("kind"), "kind", kinds)
        fetched["trace"] = self._traced(fetched["trace"])
        if fetched["problems"].num_rows:
            fetched["credits"] = self.session.fetch(
                Select(self._paid(credits), keep(credits, *CREDITS), order_by=CREDITS_ORDER)
            )
        else:  # every credit has its line, in the same order
            fetched["credits"] = fetched["trace"].select(CREDITS)
        return Results(**{name: with_component(table, component.code) for name, table in fetched.items()})

    def _paid(self, rows: Relation) -> Relation:
        if self.window is None:
            return rows
        return Select(rows, keep(rows), where=rows.col("event_on").ge(ir.Day(self.window.from_.isoformat())))

    def _traced(self, lines: pa.Table) -> pa.Table:
        """The lines with what their events say beside the numbers."""
        rows = lines["row_no"]
        told = {name: self.given[source].take(rows) for name, source in _TOLD.items()}
        return pa.table({name: told[name] if name in told else lines[name] for name in TRACE})

    def _earnings(self, lines: Relation) -> Relation:
        paid = self._paid(lines)
        columns = {
            **keep(paid, "payee_id", "interval_no", "pay_no"),
            "credit": ir.Aggregate("SUM", paid.col("credit")),
            "amount": ir.Aggregate("SUM", paid.col("amount")),
            "lines": ir.Aggregate("COUNT", ir.Number(1)),
        }
        keys = ("payee_id", "interval_no", "pay_no")
        return Select(paid, {name: columns[name] for name in EARNINGS}, group_by=keys, order_by=keys)

    def _totals(self, lines: Relation) -> Relation:
        """By month, also of the months before the window: what cells look back to."""
        months = Select(
            lines,
            {**keep(lines, "payee_id", "credit", "amount"), "month_no": ir.MonthNumber(lines.col("event_on"))},
            where=None if self.plan.by_month else lines.col("interval_no").lt(ir.Number(-1)),
        )
        keys = ("payee_id", "month_no")
        sums = {name: ir.Aggregate("SUM", months.col(name)) for name in ("credit", "amount")}
        columns = {**keep(months, *keys), **sums}
        return Select(months, {name: columns[name] for name in TOTALS}, group_by=keys, order_by=keys)

    def _measures(self, component: Component, lines: Relation) -> Relation:
        where = None
        if self.window is not None:
            first = interval_no(self.window.from_, component.measure.interval, self.plan.fiscal_start_month)
            where = lines.col("interval_no").ge(ir.Number(first))
        columns = {
            **keep(lines, "payee_id", "interval_no"),
            "total": ir.Aggregate("SUM", lines.col("credit")),
            "quota": ir.Aggregate("MAX", lines.col("quota")),
            "earned": ir.Aggregate("SUM", lines.col("amount")),
        }
        keys = ("payee_id", "interval_no")
        return Select(lines, {name: columns[name] for name in MEASURES}, where=where, group_by=keys, order_by=keys)

    def _problems(self, unpaid: Relation) -> Relation:
        rows = self._paid(unpaid)
        reason = ir.case(
            (ir.IsNull(rows.col("quota")), ir.Text("quota_missing")), otherwise=ir.Text("quota_not_positive")
        )
        coded = Select(rows, {**keep(rows, "payee_id", "interval_no", "credit"), "code": reason})
        columns = {
            **keep(coded, "payee_id", "interval_no", "code"),
            "total": ir.Aggregate("SUM", coded.col("credit")),
        }
        return Select(
            coded,
            {name: columns[name] for name in PROBLEMS},
            group_by=("payee_id", "interval_no", "code"),
            order_by=("payee_id", "interval_no"),
        )

    def _interval_quotas(self, component: Component) -> Table:
        """One amount per payee and interval: the quota row that holds on the interval's first day."""
        assert component.quota is not None
        starts = self.session.register(
            "intervals", self._intervals(component), {"interval_no": ir.Field("int"), "on": ir.Field("date")}
        )
        q, i = Aliased(self.quotas, "q"), Aliased(starts, "i")
        on = ir.both(
            q.col("code").eq(ir.Text(component.quota.code)),
            ir.either(ir.IsNull(q.col("valid_from")), q.col("valid_from").le(i.col("on"))),
            ir.either(ir.IsNull(q.col("valid_until")), q.col("valid_until").gt(i.col("on"))),
        )
        columns = {**keep(q, "payee_id", "amount"), **keep(i, "interval_no")}
        stored = self.session.store("interval_quotas", Select(Join(q, i, on), columns))
        counted = Select(
            stored,
            {**keep(stored, "payee_id", "interval_no"), "n": ir.Aggregate("COUNT", ir.Number(1))},
            group_by=("payee_id", "interval_no"),
        )
        twice = Select(
            counted, {"payee": ir.Aggregate("MIN", counted.col("payee_id"))}, where=counted.col("n").gt(ir.Number(1))
        )
        payee = self.session.fetch(twice).to_pylist()[0]["payee"]
        if payee is not None:
            raise InputError(
                f"payee {payee} has two quotas {component.quota.code} for one {component.measure.interval}"
            )
        return stored

    def _intervals(self, component: Component) -> pa.Table:
        interval, start = component.measure.interval, self.plan.fiscal_start_month
        numbers: list[int] = []
        if self.days:
            numbers = list(
                range(interval_no(self.days[0], interval, start), interval_no(self.days[1], interval, start) + 1)
            )
        days = [interval_dates(number, interval, start)[0] for number in numbers]
        return pa.table({"interval_no": pa.array(numbers, pa.int64()), "on": pa.array(days, pa.date32())})


def _nobody(lines: Relation) -> Relation:
    return Select(lines, keep(lines), where=lines.col("interval_no").lt(ir.Number(-1)))


def _register_events(session: Session, plan: Plan, events: pa.Table, digits: int) -> Table:
    """What the engine reads of the events, with the fields that the plan's formulas speak of."""
    own = [pa.field(field.name, FIELD_TYPES[field.kind]) for field in plan.fields]
    own += [pa.field(name, pa.int64()) for name in _subject_columns(plan, events)]
    numbered = events.select([*_READ, *(field.name for field in own)])
    numbered = numbered.append_column("row_no", pa.arange(0, events.num_rows))
    schema = pa.schema([*(EVENT_SCHEMA.field(name) for name in _READ), *own, pa.field("row_no", pa.int64())])
    scales = {field.name: {"money": digits, "rate": SHARE_DIGITS}.get(field.kind, 0) for field in plan.fields}
    registered = _register(session, "events", numbered, schema, {"amount": digits, **scales})
    _check_bounds(plan, registered, digits)
    return registered


def _check_bounds(plan: Plan, events: Table, digits: int) -> None:
    """Formulas were compiled for numbers of a certain size. Raises: InputError if one of the data is larger."""
    by_formula = any(part.by_formula or part.credit.when or part.credit.value for part in plan.components)
    for name, allowed in event_scope(shell_of(plan)).names.items():
        field = events.fields[name]
        wider = EVENT_DIGITS - digits if allowed.scale == EVENT_DIGITS else 0
        if by_formula and field.kind == "int" and field.bound * 10**wider > allowed.bound:
            raise InputError(f"an amount of the events' {name} is too large for formulas")


def _given(plan: Plan, events: pa.Table, digits: int) -> pa.Table:
    """The columns that only the trace shows, in one piece each; words that repeat are kept once."""
    events = events.append_column("fields", field_texts(plan, events, digits))
    columns = {source: events[source].combine_chunks() for source in _TOLD.values()}
    columns |= {name: coded(events[name]) for name in ("kind", "business")}
    return pa.table(columns)


def _register(session: Session, name: str, table: pa.Table, schema: pa.Schema, digits: dict[str, int]) -> Table:
    fields = {}
    for column in schema:
        kind = _KINDS[column.type]
        largest = _largest(table[column.name]) if kind == "int" else 0
        fields[column.name] = ir.Field(kind, digits.get(column.name, 0), largest)  # type: ignore[arg-type]
    return session.register(name, table, fields)


def _largest(column: pa.ChunkedArray) -> int:
    ends = pc.min_max(column)
    return max(abs(int(ends[end].as_py() or 0)) for end in ("min", "max"))


def _days(events: pa.Table, window: Window | None) -> tuple[date, date] | None:
    ends = pc.min_max(events["event_on"])
    first, last = ends["min"].as_py(), ends["max"].as_py()
    return (first, last) if first is not None else None


def _checked(
    plan: Plan, events: pa.Table, assignments: pa.Table, quotas: pa.Table
) -> tuple[pa.Table, pa.Table, pa.Table]:
    tables = (
        _with_fields(plan, events),
        _shaped("assignments", assignments, ASSIGNMENT_SCHEMA),
        _shaped("quotas", quotas, QUOTA_SCHEMA),
    )
    others = [name for name in pc.unique(tables[0]["currency"]).to_pylist() if name != plan.currency]
    if others:
        raise InputError(f"the plan pays in {plan.currency}; convert the events in {', '.join(others)} first")
    if not _all_different(tables[0]["event_id"]):
        raise InputError("an event_id is given twice")
    if tables[1].num_rows and pc.min(tables[1]["share"]).as_py() <= 0:
        raise InputError("a share is not above 0; leave the row out instead")
    return tables


def _with_fields(plan: Plan, events: pa.Table) -> pa.Table:
    """The events' own columns, and the plan's fields with what an empty one stands for. Raises: InputError."""
    shaped = _shaped("events", events, EVENT_SCHEMA)
    for field in plan.fields:
        if field.name not in events.column_names:
            raise InputError(f"table events lacks the field {field.name} that the plan's formulas read")
        wanted = pa.field(field.name, FIELD_TYPES[field.kind])
        column = events[field.name]
        column = column if column.type == wanted.type else _cast("events", wanted, column)
        shaped = shaped.append_column(wanted, column if field.kind == "date" else column.fill_null(NOTHING[field.kind]))
    for name in _subject_columns(plan, events):
        column, wanted = events[name], pa.field(name, pa.int64())
        shaped = shaped.append_column(wanted, column if column.type == wanted.type else _cast("events", wanted, column))
    return shaped


def _subject_columns(plan: Plan, events: pa.Table) -> list[str]:
    """The columns with the subjects of roles that have subjects of their own."""
    names = dict.fromkeys(subject_column(part.credit.role) for part in plan.components)
    return [name for name in names if name in events.column_names]


def _all_different(numbers: pa.ChunkedArray) -> bool:
    """Rising numbers are, without counting them."""
    rises = pc.all(pc.greater(numbers[1:], numbers[:-1])).as_py() if len(numbers) > 1 else True
    return bool(rises) or pc.count_distinct(numbers).as_py() == len(numbers)


def _shaped(name: str, table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The schema's columns in its types; a nullable column may be missing. Raises: InputError."""
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            if not field.nullable:
                raise InputError(f"table {name} lacks the column {field.name}")
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        column = table[field.name]
        if not field.nullable and column.null_count:
            raise InputError(f"{name}.{field.name} is empty on {column.null_count} rows")
        columns.append(column if column.type == field.type else _cast(name, field, column))
    return pa.table(columns, schema=pa.schema([pa.field(field.name, field.type) for field in schema]))


def _cast(name: str, field: pa.Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(f"{name}.{field.name} must be {field.type}, not {column.type}") from error
