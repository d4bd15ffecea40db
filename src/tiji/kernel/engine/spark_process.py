"""The Spark of this process: Spark allows one at a time, so sessions of the same settings share it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any

from tiji.kernel.engine.base import EngineError

_ALWAYS = {
    "spark.app.name": "tiji",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.maxResultSize": "0",
}
# What a result depends on, or how fast it is there; set for each session, whatever the cluster's own defaults are.
_SESSION = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.execution.arrow.useLargeVarTypes": "false",
    "spark.sql.adaptive.enabled": "true",
}
_LOOPBACK = ("local", "spark://127.", "spark://localhost")

_lock = RLock()
_running: dict[tuple[str, tuple[tuple[str, str], ...]], Any] = {}
_borrowed = 0


@contextmanager
def borrowed(master: str, options: Mapping[str, str]) -> Iterator[Any]:
    """A Spark session of its own on the process's Spark, which is started or, when nobody uses it, changed for it.

    Raises: EngineError if it cannot be had.
    """
    global _borrowed  # noqa: PLW0603 - one Spark per process
    key = (master, tuple(sorted(options.items())))
    with _lock:
        spark = _spark(key)
        _borrowed += 1
    try:
        yield spark
    finally:
        with _lock:
            _borrowed -= 1


def shut_down() -> None:
    """Stop the process's Spark. The next session starts it anew."""
    with _lock:
        for spark in _running.values():
            with suppress(Exception):  # it may be gone already
                spark.stop()
        _running.clear()


def _spark(key: tuple[str, tuple[tuple[str, str], ...]]) -> Any:
    known = _running.get(key)
    if known is not None and _alive(known):
        return _own(known)
    if _borrowed:
        raise EngineError(f"this process computes on {', '.join(master for master, _options in _running)} at present")
    shut_down()
    _running[key] = _started(key[0], dict(key[1]))
    return _own(_running[key])


def _alive(spark: Any) -> bool:
    """Whether it still computes. A Java process that has died is forgotten, so that another can be started."""
    from pyspark import SparkContext

    try:
        return not spark.sparkContext._jsc.sc().isStopped()
    except Exception:
        SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
        return False


def _started(master: str, options: dict[str, str]) -> Any:
    from pyspark.sql import SparkSession

    logging.getLogger("SQLQueryContextLogger").disabled = True  # it would log whole statements with their values
    logging.getLogger("py4j").setLevel(logging.WARNING)
    settings = {**_ALWAYS, **_places(master), **options}
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise EngineError(f"Spark does not start on {master}: {error}") from error


def _places(master: str) -> dict[str, str]:
    """On this machine nothing listens to others; a worker of local-cluster has the memory that the master says."""
    places: dict[str, str] = {}
    if master.startswith(_LOOPBACK):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # read by the processes that are started
        places |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if master.startswith("local-cluster["):
        places["spark.executor.memory"] = master.removesuffix("]").rpartition(",")[2].strip() + "m"
    return places


def _own(spark: Any) -> Any:
    """Views and settings that nobody else sees."""
    session = spark.newSession()
    for name, value in _SESSION.items():
        session.conf.set(name, value)
    return session
