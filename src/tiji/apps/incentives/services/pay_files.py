"""A plan over files, without a company or a database: tables in, tables out, the same cents as a run.

Source: docs/how-to/pay.md, "Without the web application"
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from django.conf import settings
from django.utils.translation import gettext as _

from tiji.apps.incentives.problem_words import engine_problem, problem_text
from tiji.apps.incentives.services.documents import from_yaml
from tiji.apps.incentives.services.sheet_files import (
    BALANCES,
    FACTS,
    PAYEES,
    SheetTables,
    compute_cells,
    months_of,
    paths_of,
    tables_of,
)
from tiji.kernel.commission import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    FIELD_TYPES,
    QUOTA_SCHEMA,
    SHARE_DIGITS,
    InputError,
    Plan,
    PlanError,
    Results,
    Told,
    Window,
    compute,
    plan_from_dict,
    silent,
    subject_column,
)
from tiji.kernel.engine import Engine, EngineChoiceError, EngineError, engine_of
from tiji.shared.errors import DomainError

DIGITS = 4


@dataclass(frozen=True)
class Computed:
    """What was written: the folder and the rows of each of its tables."""

    folder: Path
    rows: dict[str, int]
    problems: int


def compute_files(
    *,
    plan: Path,
    events: Path,
    out: Path,
    shares: Path | None = None,
    quotas: Path | None = None,
    facts: Path | None = None,
    payees: Path | None = None,
    balances: Path | None = None,
    window: Window | None = None,
    engine: str = "",
    told: Told = silent,
) -> Computed:
    """Compute a plan over files and write its tables as Parquet beside a `run.json` with the hashes of all.

    A plan with cells or payment pays whole months; it reads facts, payees and opening balances, too, and writes the
    closing ones in the same form. Events, shares and quotas are Parquet or CSV with the kernel's columns; amounts are
    numbers as written (text, decimals or whole units), never floats. Without shares every event is its subject's own.
    `engine` is a word such as `TIJI_ENGINE` has, which counts without one.
    Raises: DomainError that says which file and what is wrong.
    """
    chosen, computed_by = _plan(plan), _engine(engine, out)
    given = _read_lines(chosen, events, shares, quotas)
    by_month = chosen.by_month
    paid = months_of(window, given.events) if by_month else window
    out.mkdir(parents=True, exist_ok=True)
    results = _lines(chosen, given, computed_by, paid, told)
    tables = {field.name: getattr(results, field.name) for field in fields(Results)}
    if by_month and paid:
        known = SheetTables(
            _optional(facts, {**FACTS, "value": pa.string()}),
            _optional(payees, PAYEES),
            _optional(balances, BALANCES),
        )
        tables |= tables_of(compute_cells(chosen, results, given.quotas, known, paid))
    read = paths_of((plan, events, shares, quotas, facts, payees, balances))
    return _written(chosen, computed_by, tables, out, read)


@dataclass(frozen=True)
class _Lines:
    """What lines are computed from."""

    events: pa.Table
    shares: pa.Table
    quotas: pa.Table


def _read_lines(plan: Plan, events: Path, shares: Path | None, quotas: Path | None) -> _Lines:
    counted = _table(events, _event_types(plan))
    whole = _own(counted) if shares is None else _table(shares, _types(ASSIGNMENT_SCHEMA, {"share": SHARE_DIGITS}))
    kept = _types(QUOTA_SCHEMA, {"amount": plan.digits})
    return _Lines(counted, whole, QUOTA_SCHEMA.empty_table() if quotas is None else _table(quotas, kept))


def _engine(word: str, out: Path) -> Engine:
    """Raises: DomainError that says which engines there are, or what to install."""
    exchange = settings.ENGINE_EXCHANGE
    try:
        return engine_of(word or settings.ENGINE, spill_directory=str(out), exchange=exchange)
    except EngineChoiceError as error:
        raise DomainError(engine_problem(error), field="engine", code="engine") from error


def _lines(plan: Plan, given: _Lines, engine: Engine, window: Window | None, told: Told) -> Results:
    """Raises: DomainError."""
    tables = (given.events, given.shares, given.quotas)
    try:
        return compute(plan, *tables, engine, window=window, amount_digits=DIGITS, told=told)
    except (InputError, EngineError) as error:
        raise DomainError(str(error), code="input") from error


def _optional(path: Path | None, types: dict[str, pa.DataType]) -> pa.Table:
    """The file's columns, all of them; an empty table where there is no file. Raises: DomainError."""
    if path is None:
        return pa.schema(list(types.items())).empty_table()
    table = _table(path, {name: (kind, None) for name, kind in types.items()})
    for name, kind in types.items():
        if name not in table.column_names:
            if not name.startswith("valid_"):
                raise DomainError(
                    _("%(file)s lacks the column %(column)s.") % {"file": path.name, "column": name}, code="column"
                )
            table = table.append_column(name, pa.nulls(table.num_rows, kind))
    return table


def _plan(path: Path) -> Plan:
    found = {"code": path.stem.lower().replace(" ", "-"), **from_yaml(_text(path))}
    try:
        return plan_from_dict(found)
    except PlanError as error:
        raise DomainError("\n".join(map(problem_text, error.problems)), code="plan") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DomainError(_("%(file)s cannot be read.") % {"file": path}, code="file") from error


def _event_types(plan: Plan) -> dict[str, tuple[pa.DataType, int | None]]:
    scales = {"money": DIGITS, "rate": SHARE_DIGITS}
    own = {field.name: (FIELD_TYPES[field.kind], scales.get(field.kind)) for field in plan.fields}
    subjects: dict[str, tuple[pa.DataType, int | None]] = {
        subject_column(part.credit.role): (pa.int64(), None) for part in plan.components
    }
    return _types(EVENT_SCHEMA, {"amount": DIGITS}) | own | subjects


def _types(schema: pa.Schema, scaled: dict[str, int]) -> dict[str, tuple[pa.DataType, int | None]]:
    """Each column's type, and for written numbers how many decimals are kept."""
    return {field.name: (field.type, scaled.get(field.name)) for field in schema}


def _table(path: Path, types: dict[str, tuple[pa.DataType, int | None]]) -> pa.Table:
    """The file's columns that count, in the kernel's types. Raises: DomainError."""
    table = _read(path)
    columns = {}
    for name, (kind, scale) in types.items():
        if name in table.column_names:
            columns[name] = _column(path, name, table[name], kind, scale)
    return pa.table(columns)


def _read(path: Path) -> pa.Table:
    try:
        if path.suffix.lower() == ".csv":
            with pacsv.open_csv(path) as reader:
                header = reader.schema.names
            as_text = pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True)
            return pacsv.read_csv(path, convert_options=as_text)
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise DomainError(_("%(file)s cannot be read.") % {"file": path}, code="file") from error


def _column(path: Path, name: str, column: pa.ChunkedArray, kind: pa.DataType, scale: int | None) -> pa.ChunkedArray:
    if pa.types.is_floating(column.type) and (scale is not None or pa.types.is_integer(kind)):
        text = _("%(file)s: %(column)s holds floats, which are not exact; write decimals or text.")
        raise DomainError(text % {"file": path.name, "column": name}, code="float")
    try:
        if scale is None:
            return column.cast(kind)
        exact = column.cast(pa.decimal128(27, scale))
        units = pc.multiply(exact, pa.scalar(Decimal(10**scale), pa.decimal128(scale + 1, 0)))
        return units.cast(pa.decimal128(38, 0)).cast(pa.int64())
    except pa.ArrowException as error:
        text = _("%(file)s: %(column)s must be %(kind)s with at most %(scale)s decimals.")
        facts = {"file": path.name, "column": name, "kind": kind, "scale": scale or 0}
        raise DomainError(text % facts, code="column") from error


def _own(events: pa.Table) -> pa.Table:
    """Every subject holds all of itself."""
    if "subject_id" not in events.column_names:
        return ASSIGNMENT_SCHEMA.empty_table()
    subjects = pc.unique(events["subject_id"]).drop_null()
    count = len(subjects)
    columns = {
        "subject_id": subjects,
        "role": pa.array(["owner"] * count, pa.string()),
        "seq": pa.array([1] * count, pa.int64()),
        "payee_id": subjects,
        "share": pa.array([10**SHARE_DIGITS] * count, pa.int64()),
        "valid_from": pa.nulls(count, pa.date32()),
        "valid_until": pa.nulls(count, pa.date32()),
    }
    return pa.table(columns, schema=ASSIGNMENT_SCHEMA)


def _written(plan: Plan, engine: Engine, tables: dict[str, pa.Table], out: Path, read: list[Path]) -> Computed:
    rows = {}
    for name, table in tables.items():
        pq.write_table(table, out / f"{name}.parquet", compression="zstd")
        rows[name] = table.num_rows
    record: dict[str, Any] = {
        "plan": f"{plan.code} v{plan.version}",
        "engine": f"{engine.name} {engine.version}",
        "read": {path.name: _digest(path) for path in read},
        "written": {f"{name}.parquet": _digest(out / f"{name}.parquet") for name in rows},
        "rows": rows,
    }
    (out / "run.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return Computed(out, rows, rows["problems"] + rows.get("sheet_problems", 0))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def window_of(start: date | None, end: date | None) -> Window | None:
    """The days that are paid, half-open. Raises: DomainError if only one is said, or they are the wrong way round."""
    if start is None and end is None:
        return None
    if start is None or end is None or start >= end:
        raise DomainError(_("Say both --from and --until, the earlier day first."), code="window")
    return Window(start, end)
