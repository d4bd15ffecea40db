"""The funnel of a whole stage ledger on the engine room."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from tiji.kernel.engine import Engine, Session
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Table, keep
from tiji.kernel.funnel.report import LEFT, FunnelReport, Outcomes, report

STAGE_EVENT_SCHEMA = pa.schema(
    [
        pa.field("deal_id", pa.int64(), nullable=False),
        pa.field("event_no", pa.int64(), nullable=False),
        pa.field("on", pa.date32(), nullable=False),
        pa.field("stage", pa.int64(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
    ]
)
_FIELDS = {"deal_id": "int", "event_no": "int", "on": "date", "stage": "int", "amount": "int"}


def funnel_wide(
    events: pa.Table,
    stages: int,
    engine: Engine,
    *,
    as_of: date,
    since: date | None = None,
    until: date | None = None,
) -> FunnelReport:
    """The same report as `funnel`, from an Arrow table as in STAGE_EVENT_SCHEMA (all columns filled).

    Raises: ValueError if a stage is not in the process, EngineError if the amounts together do not fit 64 bits.
    Source: docs/kernel/funnel.md
    """
    table = events.select(STAGE_EVENT_SCHEMA.names).cast(STAGE_EVENT_SCHEMA)
    ends = pc.min_max(table["stage"]).as_py()
    if table.num_rows and not LEFT <= ends["min"] <= ends["max"] < stages:
        raise ValueError(f"the stages {ends['min']} to {ends['max']} are not all in the process")
    fields = {name: ir.Field(kind) for name, kind in _FIELDS.items()}  # type: ignore[arg-type]
    with engine.session() as session:
        ledger = session.register("events", table, fields)
        known = session.store(
            "known", Select(ledger, keep(ledger), where=ledger.col("on").le(ir.Day(as_of.isoformat())))
        )
        deals = session.store("deals", _cohort(known, stages, since, until))
        return report(_furthest(session, deals), _medians(session, known, deals), stages, _outcomes(session, deals))


def _cohort(known: Table, stages: int, since: date | None, until: date | None) -> Select:
    """One row per deal: furthest stage, last stage and amount, first and last day."""
    order = (known.col("on"), known.col("event_no"))
    deals = Select(
        known,
        {
            "deal_id": known.col("deal_id"),
            "first_on": ir.Aggregate("MIN", known.col("on")),
            "last_on": ir.Aggregate("MAX", known.col("on")),
            "furthest": ir.Aggregate("MAX", known.col("stage")),
            "stage": ir.Aggregate("LAST", known.col("stage"), order=order),
            "amount": ir.Aggregate("LAST", known.col("amount"), order=order),
        },
        group_by=("deal_id",),
    )
    tests = []
    if since:
        tests.append(deals.col("first_on").ge(ir.Day(since.isoformat())))
    if until:
        tests.append(deals.col("first_on").lt(ir.Day(until.isoformat())))
    stage, zero, one = deals.col("stage"), ir.Number(0), ir.Number(1)
    won, lost = stage.eq(ir.Number(stages - 1)), stage.eq(ir.Number(LEFT))
    days = ir.DayNumber(deals.col("last_on")) - ir.DayNumber(deals.col("first_on"))
    columns = {
        **keep(deals, "deal_id", "furthest", "amount"),
        "won": ir.case((won, one), otherwise=zero),
        "lost": ir.case((lost, one), otherwise=zero),
        "won_amount": ir.case((won, deals.col("amount")), otherwise=zero),
        "cycle_days": ir.case((won, ir.greatest(days, one)), otherwise=zero),
    }
    return Select(deals, columns, where=ir.both(*tests) if tests else None)


def _furthest(session: Session, deals: Relation) -> dict[int, tuple[int, int]]:
    counted = Select(
        deals,
        {
            "furthest": deals.col("furthest"),
            "deals": ir.Aggregate("COUNT", ir.Number(1)),
            "amount": ir.Aggregate("SUM", deals.col("amount")),
        },
        group_by=("furthest",),
    )
    return {row["furthest"]: (row["deals"], row["amount"]) for row in session.fetch(counted).to_pylist()}


def _medians(session: Session, known: Relation, deals: Relation) -> dict[int, int]:
    next_on = ir.Window(
        "LEAD",
        known.col("on"),
        (known.col("deal_id"),),
        ((known.col("on"), False), (known.col("event_no"), False)),
    )
    moves = Select(known, {**keep(known, "deal_id", "on", "stage"), "next_on": next_on})
    ended = ir.both(ir.IsNull(moves.col("next_on"), negated=True), moves.col("stage").ge(ir.Number(0)))
    days = ir.DayNumber(moves.col("next_on")) - ir.DayNumber(moves.col("on"))
    visits = Select(moves, {**keep(moves, "deal_id", "stage"), "days": days}, where=ended)
    v, d = Aliased(visits, "v"), Aliased(deals, "d")
    mine = Select(Join(v, d, v.col("deal_id").eq(d.col("deal_id"))), keep(v))
    stays = Select(
        mine,
        {**keep(mine, "deal_id", "stage"), "days": ir.Aggregate("SUM", mine.col("days"))},
        group_by=("deal_id", "stage"),
    )
    medians = Select(
        stays,
        {"stage": stays.col("stage"), "days": ir.Aggregate("MEDIAN", stays.col("days"))},
        group_by=("stage",),
    )
    return {row["stage"]: row["days"] for row in session.fetch(medians).to_pylist()}


def _outcomes(session: Session, deals: Relation) -> Outcomes:
    names = ("won", "lost", "won_amount", "cycle_days")
    columns: dict[str, ir.Expr] = {name: ir.Aggregate("SUM", deals.col(name)) for name in names}
    row = session.fetch(Select(deals, {**columns, "deals": ir.Aggregate("COUNT", ir.Number(1))})).to_pylist()[0]
    counts = {name: row[name] or 0 for name in names}
    return Outcomes(open=row["deals"] - counts["won"] - counts["lost"], **counts)
