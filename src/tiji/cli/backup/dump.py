"""Writing a backup: one moment of the database, table by table, then the stored files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

import tiji
from tiji.cli.backup.archive import CHUNK, Writer, written
from tiji.cli.backup.files import stored_files
from tiji.cli.backup.tables import Table, tables

ROWS = 20_000
OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def write_backup(path: Path) -> dict[str, Any]:
    """Write database, files and run artifacts to `path`; the manifest that was written with them.

    Raises: DomainError if the file exists.
    """
    with written(path) as writer:
        with snapshot():
            manifest: dict[str, Any] = {
                "tiji": tiji.__version__,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "database": connection.vendor,
                "migrations": applied_migrations(),
                "tables": {table.name: dump_table(writer, table) for table in tables()},
            }
        manifest["files"] = dump_files(writer)
        writer.finish(manifest)
    return manifest


@contextmanager
def snapshot() -> Iterator[None]:
    """All tables as of one moment, without holding up those who write meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if on_postgres() else "BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


def applied_migrations() -> dict[str, list[str]]:
    """The migrations applied, by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def dump_table(writer: Writer, table: Table) -> dict[str, Any]:
    """One table as an Arrow stream, in the order of its key."""
    rows = 0
    with (
        writer.entry(f"tables/{table.name}") as sums,
        pa.ipc.new_stream(pa.PythonFile(sums, "w"), table.schema, options=OPTIONS) as stream,
    ):
        for batch in batches(table):
            rows += batch.num_rows
            stream.write_batch(batch)
    return {"rows": rows, "sha256": sums.sha.hexdigest(), "last_id": last_id(table)}


def batches(table: Table) -> Iterator[pa.RecordBatch]:
    """The table's rows in sets."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    order = ", ".join(quote(name) for name in table.key)
    query = f"SELECT {names} FROM {quote(table.name)} ORDER BY {order}"  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(ROWS):
            yield pack(table, rows)


def pack(table: Table, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    arrays = []
    for column, values in zip(table.columns, zip(*rows, strict=True), strict=True):
        convert = column.kind.pack
        packed = [None if value is None else convert(value) for value in values]
        arrays.append(pa.array(packed, type=column.kind.arrow))
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def last_id(table: Table) -> int | None:
    """The highest key ever given out, so that a deleted row's key is not given out again."""
    with connection.cursor() as cursor:
        if not on_postgres():
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
            row = cursor.fetchone()
            return row[0] if row else None
        key = table.key[0]
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table.name), key])
        (sequence,) = cursor.fetchone()
        if sequence is None:
            return None
        cursor.execute(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
        value, used = cursor.fetchone()
        return value if used else None


def dump_files(writer: Writer) -> dict[str, Any]:
    """Every stored file, copied piece by piece."""
    found = {}
    for name, stream in stored_files():
        with stream, writer.entry(f"files/{name}") as sums:
            while chunk := stream.read(CHUNK):
                sums.write(chunk)
        found[name] = {"bytes": sums.size, "sha256": sums.sha.hexdigest()}
    return found
