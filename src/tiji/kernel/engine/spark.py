"""The engine room on Spark: the same stages as on DuckDB, computed by the processes of a cluster.

No Python runs on the workers: they get SQL with Arrow or Parquet, and give Arrow back. An extra: `tiji[spark]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from tiji.kernel.engine.base import EngineError
from tiji.kernel.engine.expr import Field, Kind
from tiji.kernel.engine.relation import Relation, Select, Table
from tiji.kernel.engine.spark_exchange import Exchange, exchange_at
from tiji.kernel.engine.spark_process import borrowed
from tiji.kernel.engine.spark_sql import PRINTER

_ARROW: dict[Kind, pa.DataType] = {"int": pa.int64(), "text": pa.string(), "date": pa.date32(), "bool": pa.bool_()}
_ROWS_PER_PARTITION = 1_250_000
_ROWS_PER_BATCH = 250_000


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Settings: `master` ("local[2]", "local-cluster[2,1,1024]", "spark://host:7077"), `exchange` (a folder that this
    process and all workers see, for large tables; None: they travel through this process), further `options` of Spark.
    """

    master: str
    exchange: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return "spark"

    @property
    def version(self) -> str:
        import pyspark

        return str(pyspark.__version__)

    @contextmanager
    def session(self) -> Iterator[SparkSession]:
        with ExitStack() as stack:
            spark = stack.enter_context(borrowed(self.master, dict(self.options)))
            session = SparkSession(spark, stack.enter_context(exchange_at(self.exchange, self.master)))
            stack.callback(session.forget)
            yield session


class SparkSession:
    """Views and cached stages of one run. See `tiji.kernel.engine.base.Session`."""

    def __init__(self, spark: Any, exchange: Exchange | None) -> None:
        self._spark, self._exchange = spark, exchange
        self._cores = max(2, int(spark.sparkContext.defaultParallelism))
        self._rows = 0
        self._stored: dict[str, Any] = {}

    def register(self, name: str, table: pa.Table, fields: dict[str, Field]) -> Table:
        missing = [column for column in fields if column not in table.column_names]
        if missing:
            raise ValueError(f"table {name} lacks the columns {missing}")
        given = table.select(list(fields)).cast(_schema(fields))
        self._rows = max(self._rows, given.num_rows)
        with _engine_errors():
            self._spread()
            self._given(given).createOrReplaceTempView(PRINTER.quoted(name))
        return Table(name, fields)

    def store(self, name: str, relation: Relation) -> Table:
        """The stage is computed when it is first read, and kept in the workers; a lost part is computed again."""
        from pyspark import StorageLevel

        with _engine_errors():
            stage = self._spark.sql(PRINTER.relation(relation)).persist(StorageLevel.MEMORY_AND_DISK)
            stage.createOrReplaceTempView(PRINTER.quoted(name))
        before = self._stored.pop(name, None)
        self._stored[name] = stage
        if before is not None:
            before.unpersist()
        return Table(name, dict(relation.fields))

    def fetch(self, relation: Relation) -> pa.Table:
        """The rows are put into their order here: Spark would compute them twice, once to find where to cut."""
        order = relation.order_by if isinstance(relation, Select) else ()
        rows = replace(relation, order_by=()) if isinstance(relation, Select) else relation
        with _engine_errors():
            table = self._spark.sql(PRINTER.fetched(rows)).toArrow().cast(_schema(relation.fields))
        return table.sort_by([(name, "ascending") for name in order]) if order else table

    def stream(self, relation: Relation, rows_per_batch: int = 100_000) -> pa.RecordBatchReader:
        return self.fetch(relation).to_reader(rows_per_batch)

    def forget(self) -> None:
        for stage in self._stored.values():
            with suppress(EngineError), _engine_errors():  # where Spark is gone, they are gone with it
                stage.unpersist()
        self._stored.clear()

    def _spread(self) -> None:
        """As many parts of a shuffle as the rows need, at least one for each core."""
        parts = max(self._cores, -(-self._rows // _ROWS_PER_PARTITION))
        self._spark.conf.set("spark.sql.shuffle.partitions", str(parts))

    def _given(self, table: pa.Table) -> Any:
        if self._exchange is not None and table.num_rows > _ROWS_PER_BATCH:
            return self._spark.read.parquet(self._exchange.written(table, parts=2 * self._cores))
        rows = max(1_000, min(_ROWS_PER_BATCH, -(-table.num_rows // self._cores)))
        setting = "spark.sql.execution.arrow.maxRecordsPerBatch"
        usual = self._spark.conf.get(setting)
        self._spark.conf.set(setting, str(rows))
        try:
            return self._spark.createDataFrame(table)
        finally:
            self._spark.conf.set(setting, usual)


def _schema(fields: Any) -> pa.Schema:
    return pa.schema([(name, _ARROW[field.kind]) for name, field in fields.items()])


@contextmanager
def _engine_errors() -> Iterator[None]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        raise EngineError(str(error).partition("JVM stacktrace")[0].strip()) from error
