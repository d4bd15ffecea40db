"""Loading deals in sets with their whole history: for imports and the demo company. Columns in, columns out.

What a deal says today (stage, status, percent, since when, when it stalls) follows from its last step, so that a loaded
deal cannot contradict its ledger.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.utils import timezone

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import business_zone, company
from tiji.apps.pipeline.models import Opportunity, OpportunityLine, StageEvent
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.apps.pipeline.services.facts import keys_of
from tiji.apps.pipeline.services.histories import History, Units, days_of, histories, stage_facts
from tiji.apps.pipeline.services.load_checks import Problem, check_load, refuse
from tiji.apps.pipeline.services.stages import hold_stages
from tiji.shared import audit
from tiji.shared.bulk import insert_in_sets, reserve_ids
from tiji.shared.numbers import next_numbers
from tiji.shared.permissions import require

MONEY = pa.decimal128(38, 4)
MOMENT = pa.timestamp("us", "UTC")
DEALS = pa.schema(
    [
        ("key", pa.string()),
        ("name", pa.string()),
        ("number", pa.string()),
        ("account_id", pa.int64()),
        ("owner_id", pa.int64()),
        ("amount", MONEY),
        ("gross_profit", MONEY),
        ("currency", pa.string()),
        ("expected_on", pa.date32()),
        ("expected_first_on", pa.date32()),
        ("slips", pa.int32()),
        ("forecast_category", pa.string()),
        ("close_reason_id", pa.int64()),
        ("close_note", pa.string()),
        ("rival_id", pa.int64()),
        ("resume_on", pa.date32()),
        ("next_step", pa.string()),
        ("next_step_on", pa.date32()),
        ("source", pa.string()),
        ("note", pa.string()),
        ("attributes", pa.string()),
        ("created_at", MOMENT),
        ("last_activity_on", pa.date32()),
    ]
)
STEPS = pa.schema(
    [
        ("key", pa.string()),
        ("stage_id", pa.int64()),
        ("status", pa.string()),
        ("at", MOMENT),
        ("amount", MONEY),
        ("owner_id", pa.int64()),
        ("reason", pa.string()),
    ]
)
LINES = pa.schema(
    [
        ("key", pa.string()),
        ("product_id", pa.int64()),
        ("quantity", MONEY),
        ("unit_price", MONEY),
        ("amount", MONEY),
    ]
)
Columns: TypeAlias = "pa.Table | Sequence[Mapping[str, Any]]"


@dataclass(slots=True)
class Loaded:
    """What was written. `ids` has one key of the table for each row, in the order given."""

    ids: list[int] = field(default_factory=list)
    steps: int = 0
    lines: int = 0


@transaction.atomic
def insert_opportunities(
    *,
    actor: User | None,
    opportunities: Columns,
    steps: Columns,
    lines: Columns = (),
    source: str = "",
    batch: str = "",
    strict: bool = True,
) -> Loaded:
    """Write deals with their whole ledger and lines in sets; numbers, units, days and today's state are worked out.

    Rows are mappings or Arrow tables with the columns of `DEALS`, `STEPS` and `LINES`; what is absent is empty. `key`
    ties them together and, with a `source`, is kept as the external key. Each deal has at least one step; the first one
    is its birth. `strict` asks open deals for what their stage requires.
    Raises: NotAllowed; DomainError whose `extra["problems"]` lists every wrong row (`check_opportunities` asks only).
    """
    if actor is not None:
        require(can_manage_pipeline(actor))
    deals, moves, products = (_table(*pair) for pair in ((opportunities, DEALS), (steps, STEPS), (lines, LINES)))
    if deals.num_rows == 0:
        return Loaded()
    refuse(check_load(deals, moves, products, strict=strict))
    home = company()
    zone = business_zone(home)
    hold_stages()
    stages = stage_facts()
    history = histories(deals, moves, stages, zone, Units(deals, moves))
    ids = reserve_ids(Opportunity, deals.num_rows)
    insert_in_sets(Opportunity, _deal_rows(deals, history, ids, actor, source, home.currency, zone))
    written = insert_in_sets(StageEvent, _event_rows(history, ids, actor, home.currency, deals))
    count = insert_in_sets(OpportunityLine, _line_rows(products, deals, ids)) if products.num_rows else 0
    audit.record_batch(
        "opportunity.load",
        Opportunity,
        batch=batch or source or "load",
        count=deals.num_rows,
        digest=_digest(deals, moves, products),
        summary={"steps": written, "lines": count, "source": source},
        actor=actor,
    )
    return Loaded(ids, written, count)


def check_opportunities(
    *, opportunities: Columns, steps: Columns, lines: Columns = (), strict: bool = True
) -> list[Problem]:
    """Every problem of such rows without writing: row number (from 0), column, and what to do."""
    deals, moves, products = (_table(*pair) for pair in ((opportunities, DEALS), (steps, STEPS), (lines, LINES)))
    return check_load(deals, moves, products, strict=strict)


def _table(rows: Columns, schema: pa.Schema) -> pa.Table:
    """Rows in the schema's columns and types; what is absent is empty."""
    if not isinstance(rows, pa.Table):
        plain: list[Mapping[str, Any]] = list(rows)
        unknown = {name for row in plain for name in row} - set(schema.names)
        if unknown:
            raise TypeError(f"no such column: {', '.join(sorted(unknown))}")
        return pa.Table.from_pydict(
            {one.name: [_plain(row.get(one.name), one.type) for row in plain] for one in schema}, schema=schema
        )
    unknown = set(rows.column_names) - set(schema.names)
    if unknown:
        raise TypeError(f"no such column: {', '.join(sorted(unknown))}")
    columns = [
        rows.column(one.name).cast(one.type) if one.name in rows.column_names else pa.nulls(rows.num_rows, one.type)
        for one in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _plain(value: Any, kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind) and isinstance(value, int | Decimal):
        return Decimal(value).quantize(Decimal("0.0001"))
    if pa.types.is_timestamp(kind) and isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


def _deal_rows(
    deals: pa.Table, history: History, ids: list[int], actor: User | None, source: str, currency: str, zone: Any
) -> pa.Table:
    """The deals' rows as the table keeps them, each group of columns by what it comes from."""
    created = pc.coalesce(deals["created_at"], history.first_at)
    columns = _given(deals, currency) | _standing(history) | _named(deals, _numbers(deals, days_of(created, zone)))
    columns |= _written(deals.num_rows, actor)
    columns |= {"id": ids, "created_at": created, "external_source": [source] * deals.num_rows}
    columns["external_key"] = deals["key"] if source else [""] * deals.num_rows
    return pa.table(columns)


def _given(deals: pa.Table, currency: str) -> dict[str, Any]:
    """What is kept as it was given; texts are empty where nothing was."""
    texts = ("close_note", "next_step", "source", "note", "forecast_category")
    return {
        "account_id": deals["account_id"],
        "owner_id": deals["owner_id"],
        "amount": counts(deals["amount"]),
        "gross_profit": counts(deals["gross_profit"]),
        "currency": pc.fill_null(deals["currency"], currency),
        "expected_on": deals["expected_on"],
        "expected_first_on": pc.coalesce(deals["expected_first_on"], deals["expected_on"]),
        "slips": pc.fill_null(deals["slips"], 0),
        "close_reason_id": deals["close_reason_id"],
        "rival_id": deals["rival_id"],
        "resume_on": deals["resume_on"],
        "next_step_on": deals["next_step_on"],
        "attributes": pc.fill_null(deals["attributes"], "{}"),
        "last_activity_on": deals["last_activity_on"],
        **{name: pc.fill_null(deals[name], "") for name in texts},
    }


def _standing(history: History) -> dict[str, Any]:
    """Where the deals stand after their last step."""
    return {
        "unit_id": history.last_unit,
        "process_id": history.last_process,
        "stage_id": history.last_stage,
        "status": history.last_status,
        "percent": history.last_percent,
        "entered_stage_at": history.last_at,
        "stalls_on": history.stalls_on,
        "closed_on": history.closed_on,
    }


def _named(deals: pa.Table, numbers: list[str]) -> dict[str, Any]:
    """Names, numbers and what both are found by."""
    names = deals["name"].to_pylist()
    keys = _search_keys(names, numbers)
    return {
        "number": numbers,
        "name": names,
        "search_key": [key for key, _grams in keys],
        "search_grams": [grams for _key, grams in keys],
    }


def _written(rows: int, actor: User | None) -> dict[str, Any]:
    """Who wrote the rows, and when."""
    return {
        "created_by_id": pa.nulls(rows, pa.int64()) if actor is None else [actor.pk] * rows,
        "archived_at": pa.nulls(rows, MOMENT),
        "version": [1] * rows,
        "updated_at": pa.array([timezone.now()] * rows, MOMENT),
    }


def _event_rows(history: History, ids: list[int], actor: User | None, currency: str, deals: pa.Table) -> pa.Table:
    deal_at = history.deal_at
    amounts = pc.coalesce(history.amount, deals["amount"].combine_chunks().take(deal_at))
    currencies = pc.fill_null(deals["currency"], currency).combine_chunks()
    rows = len(deal_at)
    return pa.table(
        {
            "opportunity_id": pa.array(ids, pa.int64()).take(deal_at),
            "from_stage_id": history.from_stage,
            "to_stage_id": history.stage,
            "from_status": history.from_status,
            "to_status": history.status,
            "cause": history.cause,
            "at": history.at,
            "on": history.on,
            "by_id": pa.nulls(rows, pa.int64()) if actor is None else [actor.pk] * rows,
            "days_in_stage": history.days,
            "amount": counts(amounts),
            "currency": currencies.take(deal_at),
            "percent": history.percent,
            "owner_id": history.owner,
            "unit_id": history.unit,
            "reason": history.reason,
            "external_source": [""] * rows,
            "external_key": [""] * rows,
        }
    )


def _line_rows(lines: pa.Table, deals: pa.Table, ids: list[int]) -> pa.Table:
    at = pc.index_in(lines["key"], deals["key"].combine_chunks())
    quantity = pc.coalesce(lines["quantity"], pa.scalar(Decimal(1), MONEY))
    price = pc.coalesce(lines["unit_price"], pa.scalar(Decimal(0), MONEY))
    amount = [
        given if given is not None else (many * one).quantize(Decimal("0.01"))
        for given, many, one in zip(*(column.to_pylist() for column in (lines["amount"], quantity, price)), strict=True)
    ]
    rows = lines.num_rows
    return pa.table(
        {
            "opportunity_id": pa.array(ids, pa.int64()).take(at.combine_chunks()),
            "product_id": lines["product_id"],
            "quantity": counts(quantity),
            "unit_price": counts(price),
            "amount": counts(pa.chunked_array([pa.array(amount, MONEY)])),
            "position": pa.array(range(1, rows + 1), pa.int32()),
            "external_source": [""] * rows,
            "external_key": [""] * rows,
        }
    )


def counts(column: Any) -> Any:
    """Decimals of four places as the integers the database keeps."""
    return pc.multiply(column.cast(pa.decimal128(28, 4)), pa.scalar(Decimal(10_000), pa.decimal128(5, 0))).cast(
        pa.int64()
    )


def _numbers(deals: pa.Table, created_on: Any) -> list[str]:
    """Numbers as given; the others from the sequence of the year in which the deal was made."""
    numbers: list[Any] = deals["number"].to_pylist()
    by_year: dict[int, list[int]] = {}
    for at, (number, day) in enumerate(zip(numbers, created_on.to_pylist(), strict=True)):
        if not number:
            by_year.setdefault(day.year, []).append(at)
    for year, places in sorted(by_year.items()):
        for at, number in zip(places, next_numbers("SJ", year, len(places)), strict=True):
            numbers[at] = number
    return numbers


def _search_keys(names: list[str], numbers: list[str]) -> list[tuple[str, str]]:
    return [tuple(keys_of(name, number).values()) for name, number in zip(names, numbers, strict=True)]  # type: ignore[misc]


def _digest(*tables: pa.Table) -> str:
    """The SHA-256 of what was loaded, column by column."""
    running = hashlib.sha256()
    for table in tables:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        running.update(sink.getvalue())
    return running.hexdigest()
