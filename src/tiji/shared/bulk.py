"""Loading rows in sets: `COPY` on PostgreSQL, one prepared statement on SQLite; never a row at a time.

Signals, `save()` and validation do not run: the caller has checked in columns what a form would check in fields.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from django.db import connection, models, transaction
from django.db.models import Field, Model

from tiji.shared.fields import ScaledDecimalField

Rows = Iterable[Sequence[Any]]
Seen = Callable[[type[Model], int], None]
CHUNK = 20_000
_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


@contextmanager
def watched(seen: Seen) -> Iterator[None]:
    """`seen` hears of every chunk of rows that `insert_in_sets` writes within the block: table and how many."""
    token = _seen.set(seen)
    try:
        yield
    finally:
        _seen.reset(token)


def _tell(model: type[Model], rows: int) -> None:
    if seen := _seen.get():
        seen(model, rows)


def insert_in_sets(model: type[Model], rows: "pa.Table | Rows", columns: Sequence[str] | None = None) -> int:
    """Append rows to a table within the transaction; returns how many.

    Rows are tuples of Python values (`Decimal`, dates, …) in the order of `columns`, field names or column names; every
    column without a database default has to be among them. Or an Arrow table, whose column names are taken, holding
    what the database holds: integers for amounts and rates, JSON as text, moments as UTC timestamps.
    Raises: FieldDoesNotExist for a name the table lacks, and what the database refuses.
    """
    if isinstance(rows, pa.Table):
        fields = _fields(model, columns or rows.column_names)
        return _insert_table(model, fields, rows)
    if columns is None:
        raise TypeError("rows of plain values need the names of their columns")
    fields = _fields(model, columns)
    count = _insert_rows(model, fields, rows)
    _tell(model, count)
    return count


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """`count` keys that nobody else gets, ascending: with them, rows that point at each other load without asking."""
    if count <= 0:
        return []
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)::regclass) FROM generate_series(1, %s)",
                [f'"{table}"', column, count],
            )
            return sorted(row[0] for row in cursor.fetchall())
        return _reserve_on_sqlite(cursor, table, column or "id", count)


def _reserve_on_sqlite(cursor: Any, table: str, column: str, count: int) -> list[int]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("keys are reserved within the transaction that uses them")
    cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq", [count, table])
    found = cursor.fetchone()
    if found:
        last = found[0]
    else:
        cursor.execute(f'SELECT coalesce(max("{column}"), 0) FROM "{table}"')  # noqa: S608
        last = cursor.fetchone()[0] + count
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
    return list(range(last - count + 1, last + 1))


def _fields(model: type[Model], columns: Sequence[str]) -> list["Field[Any, Any]"]:
    by_column = {field.column: field for field in model._meta.concrete_fields}
    return [by_column.get(name) or model._meta.get_field(name) for name in columns]  # type: ignore[misc]


def _names(fields: Sequence["Field[Any, Any]"]) -> str:
    return ", ".join(f'"{field.column}"' for field in fields)


def _insert_statement(model: type[Model], fields: Sequence["Field[Any, Any]"]) -> str:
    marks = ", ".join("?" * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({_names(fields)}) VALUES ({marks})'  # noqa: S608


def _copy_statement(model: type[Model], fields: Sequence["Field[Any, Any]"], form: str) -> str:
    return f'COPY "{model._meta.db_table}" ({_names(fields)}) FROM STDIN{form}'


def _insert_rows(model: type[Model], fields: Sequence["Field[Any, Any]"], rows: Rows) -> int:
    prepared = _prepared(fields, rows)
    if connection.vendor != "postgresql":
        return _execute_many(_insert_statement(model, fields), prepared)
    count = 0
    statement = _copy_statement(model, fields, "")
    with connection.wrap_database_errors, connection.cursor() as cursor, _raw(cursor).copy(statement) as copy:
        for row in prepared:
            copy.write_row(row)
            count += 1
    return count


def _prepared(fields: Sequence["Field[Any, Any]"], rows: Rows) -> Iterator[Sequence[Any]]:
    """Values as the database keeps them. Only columns that need it are converted."""
    converters = [(at, convert) for at, field in enumerate(fields) if (convert := _converter(field))]
    if not converters:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for at, convert in converters:
            value = values[at]
            if value is not None:
                values[at] = convert(value)
        yield values


_AS_THEY_ARE = (models.CharField, models.TextField, models.BooleanField, models.IntegerField, models.ForeignKey)


def _converter(field: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    """How one column's values become what the database keeps; None when they are that already."""
    sqlite = connection.vendor == "sqlite"
    if isinstance(field, ScaledDecimalField):
        return field.to_count
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, models.DateTimeField):
        return _moment if sqlite else None
    if isinstance(field, models.DateField):
        return str if sqlite else None
    if type(field).__module__.startswith("django.") and isinstance(field, _AS_THEY_ARE):
        return None
    return partial(_saved, field)


def _saved(field: "Field[Any, Any]", value: Any) -> Any:
    kept = field.get_db_prep_save(value, connection)
    return str(kept) if connection.vendor == "sqlite" and isinstance(kept, (Decimal, UUID, date)) else kept


def _execute_many(statement: str, rows: Iterable[Sequence[Any]]) -> int:
    """SQLite's own executemany, in chunks: Django's would rewrite the statement, and one call would hold all rows."""
    count = 0
    with connection.wrap_database_errors, connection.cursor() as cursor:
        raw = _raw(cursor)
        rows = iter(rows)
        while chunk := list(islice(rows, CHUNK)):
            super(type(raw), raw).executemany(statement, chunk)
            count += len(chunk)
    return count


def _raw(cursor: Any) -> Any:
    """The driver's cursor below Django's wrappers."""
    while hasattr(cursor, "cursor"):
        cursor = cursor.cursor
    return cursor


def _insert_table(model: type[Model], fields: Sequence["Field[Any, Any]"], table: pa.Table) -> int:
    if connection.vendor == "postgresql":
        return _copy_table(model, fields, table)
    statement = _insert_statement(model, fields)
    count = 0
    for batch in table.to_batches(max_chunksize=CHUNK):
        columns = [_sqlite_values(column) for column in batch.columns]
        count += _execute_many(statement, zip(*columns, strict=True))
        _tell(model, batch.num_rows)
    return count


def _sqlite_values(column: pa.Array) -> list[Any]:
    """A column as Django's SQLite keeps it: dates and moments as text, yes and no as 1 and 0."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return column.cast(pa.int8()).to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_date(kind):
        return pc.strftime(column.cast(pa.timestamp("s")), format="%Y-%m-%d").to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_timestamp(kind):
        texts = pc.strftime(column.cast(pa.timestamp("us")), format="%Y-%m-%d %H:%M:%S")
        return pc.replace_substring_regex(texts, r"\.0{6}$", "").to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_dictionary(kind):
        return _sqlite_values(column.dictionary_decode())
    return column.to_pylist()  # type: ignore[no-any-return]


def _moment(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value)


def _copy_table(model: type[Model], fields: Sequence["Field[Any, Any]"], table: pa.Table) -> int:
    """CSV is written by Arrow column by column, several times faster than rows in Python; empty is NULL, "" is not."""
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    statement = _copy_statement(model, fields, " (FORMAT csv)")
    with connection.wrap_database_errors, connection.cursor() as cursor, _raw(cursor).copy(statement) as copy:
        for batch in _utc(table).to_batches(max_chunksize=CHUNK):
            sink = io.BytesIO()
            pa_csv.write_csv(batch, sink, options)
            copy.write(sink.getbuffer())
            _tell(model, batch.num_rows)
    return int(table.num_rows)


def _utc(table: pa.Table) -> pa.Table:
    """A moment without a time zone is in UTC, whatever the session's time zone is."""
    for at, kind in enumerate(table.schema.types):
        if pa.types.is_timestamp(kind) and kind.tz is None:
            name = table.column_names[at]
            table = table.set_column(at, name, table.column(at).cast(pa.timestamp(kind.unit, "UTC")))
        elif pa.types.is_dictionary(kind):
            name = table.column_names[at]
            table = table.set_column(at, name, pc.cast(table.column(at), kind.value_type))
    return table
