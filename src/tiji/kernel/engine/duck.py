"""The engine room on DuckDB, in process and in memory, shut off from files, network and its own settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tiji.kernel.engine.base import EngineError
from tiji.kernel.engine.duck_sql import PRINTER
from tiji.kernel.engine.expr import Field
from tiji.kernel.engine.relation import Relation, Table

# Everything that could reach outside is off before the first statement, and the last entry makes that final.
_SHUT = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "preserve_insertion_order": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}


@dataclass(frozen=True, slots=True)
class DuckEngine:
    """Settings: `threads` (None: all cores), `memory_limit` ("1GB"), `spill_directory` (None: never spills)."""

    threads: int | None = None
    memory_limit: str | None = None
    spill_directory: str | None = None

    @property
    def name(self) -> str:
        return "duckdb"

    @property
    def version(self) -> str:
        return str(duckdb.__version__)

    @contextmanager
    def session(self) -> Iterator[DuckSession]:
        connection = duckdb.connect(":memory:")
        try:
            for name, value in self._settings().items():
                connection.execute(f"SET {name} = '{value}'")
            yield DuckSession(connection)
        finally:
            connection.close()

    def _settings(self) -> dict[str, str]:
        own = {"temp_directory": (self.spill_directory or "").replace("'", "''")}
        if self.threads is not None:
            own["threads"] = str(int(self.threads))
        if self.memory_limit is not None:
            own["memory_limit"] = self.memory_limit.replace("'", "''")
        return own | _SHUT


class DuckSession:
    """A private in-memory database. See `tiji.kernel.engine.base.Session`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._kept: list[pa.Table] = []

    def register(self, name: str, table: pa.Table, fields: dict[str, Field]) -> Table:
        missing = [column for column in fields if column not in table.column_names]
        if missing:
            raise ValueError(f"table {name} lacks the columns {missing}")
        self._kept.append(table)
        self._connection.register(name, table.select(list(fields)))
        return Table(name, fields)

    def store(self, name: str, relation: Relation) -> Table:
        self._run(f"CREATE OR REPLACE TEMP TABLE {PRINTER.quoted(name)} AS {PRINTER.relation(relation)}")
        return Table(name, dict(relation.fields))

    def fetch(self, relation: Relation) -> pa.Table:
        with _engine_errors():
            return self._connection.sql(PRINTER.fetched(relation)).to_arrow_table()

    def stream(self, relation: Relation, rows_per_batch: int = 100_000) -> pa.RecordBatchReader:
        with _engine_errors():
            return self._connection.sql(PRINTER.fetched(relation)).to_arrow_reader(rows_per_batch)

    def _run(self, sql: str) -> None:
        with _engine_errors():
            self._connection.execute(sql)


@contextmanager
def _engine_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise EngineError(str(error)) from error
