"""A plan on a Spark cluster of two workers: the rows of DuckDB, also when a worker is lost on the way."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta

import psutil
import pyarrow as pa
import pytest

from spark_cluster import Cluster, cluster
from tiji.kernel.commission import ASSIGNMENT_SCHEMA, QUOTA_SCHEMA, Results, compute, plan_from_dict
from tiji.kernel.engine import DuckEngine, SparkEngine
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Select
from tiji.kernel.engine.spark_process import shut_down

pytestmark = pytest.mark.once

EVENTS, PAYEES = 30_000, 200
PLAN = plan_from_dict(
    {
        "code": "cluster",
        "currency": "CNY",
        "fields": {"days_past_due": "count", "channel": "text"},
        "tables": {
            "overdue": {
                "kind": "steps",
                "rows": [{"from": "0", "to": "30", "value": "1"}, {"from": "30", "value": "0.9"}],
            }
        },
        "components": [
            {
                "code": "cash",
                "credit": {"event": "receipt"},
                "measure": {"interval": "quarter"},
                "quota": {"code": "cash"},
                "rate": {
                    "mode": "marginal",
                    "unit": "attainment",
                    "steps": [
                        {"from": "0", "to": "0.8", "rate": "0.03"},
                        {"from": "0.8", "to": "1.2", "rate": "0.05"},
                        {"from": "1.2", "rate": "0.10"},
                    ],
                },
                "factor": "at(overdue, days_past_due)",
            },
        ],
    }
)


def tables() -> tuple[pa.Table, pa.Table, pa.Table]:
    """A quarter of receipts with refunds, a third of the subjects shared by two; the same every time."""
    dice = random.Random(17)
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(90)]
    events = {
        "event_id": pa.array(range(1, EVENTS + 1), pa.int64()),
        "event_on": pa.array([dice.choice(days) for _ in range(EVENTS)], pa.date32()),
        "kind": pa.array(["receipt"] * EVENTS),
        "subject_id": pa.array([dice.randrange(3 * PAYEES) for _ in range(EVENTS)], pa.int64()),
        "amount": pa.array([dice.randint(-200_000, 1_000_000) for _ in range(EVENTS)], pa.int64()),
        "currency": pa.array(["CNY"] * EVENTS),
        "days_past_due": pa.array([dice.choice([0, 29, 30, 90, None]) for _ in range(EVENTS)], pa.int64()),
        "channel": pa.array([dice.choice(["direct", "it's 'one'", None]) for _ in range(EVENTS)]),
    }
    shares = []
    for subject in range(3 * PAYEES):
        parts = [66_666_667, 33_333_333] if subject % 3 == 0 else [100_000_000]
        for seq, share in enumerate(parts, 1):
            row = {"subject_id": subject, "role": "owner", "seq": seq, "share": share}
            shares.append(row | {"payee_id": (subject + seq * 7) % PAYEES})
    quotas = [{"payee_id": payee, "code": "cash", "amount": 30_000_000 + payee} for payee in range(1, PAYEES)]
    return (
        pa.table(events),
        pa.Table.from_pylist(shares, schema=ASSIGNMENT_SCHEMA),
        pa.Table.from_pylist(quotas, schema=QUOTA_SCHEMA),
    )


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("spark"), workers=2) as started:
        yield started
        shut_down()


@pytest.fixture(scope="module")
def on_duckdb() -> Results:
    return compute(PLAN, *tables(), DuckEngine(threads=1))


def engine(started: Cluster) -> SparkEngine:
    return SparkEngine(started.url, exchange=str(started.folder), options=(("spark.executor.memory", "600m"),))


def executors(computed_by: SparkEngine) -> int:
    with computed_by.session() as session:
        return int(session._spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size()) - 1  # without this process


def same(found: Results, expected: Results) -> None:
    for field in fields(Results):
        assert getattr(found, field.name).equals(getattr(expected, field.name)), field.name


def test_two_workers_give_the_rows_of_one_process(two_workers, on_duckdb) -> None:
    assert on_duckdb.trace.num_rows > EVENTS
    assert on_duckdb.problems.num_rows > 0
    same(compute(PLAN, *tables(), engine(two_workers)), on_duckdb)
    assert executors(engine(two_workers)) == 2


def test_a_worker_that_is_lost_during_a_run_changes_nothing(two_workers, on_duckdb) -> None:
    """It goes a moment after the credits are computed and kept in both workers: half of them are lost with it."""
    heard = []

    def told(stage: str, _rows: int) -> None:
        heard.append(stage)
        if stage == "earn":
            threading.Timer(0.3, two_workers.lose, [1]).start()

    same(compute(PLAN, *tables(), engine(two_workers), told=told), on_duckdb)
    assert heard == ["credit", "earn", "explain"]
    assert two_workers.workers[1].returncode is not None
    assert executors(engine(two_workers)) == 1


def test_processes_on_this_machine_listen_to_nobody_else() -> None:
    """The driver, the workers in it and their executors."""
    table = pa.table({"x": pa.array(range(10), pa.int64())})
    with SparkEngine("local-cluster[2,1,700]").session() as session:
        t = session.register("t", table, {"x": ir.Field("int")})
        assert session.fetch(Select(t, {"s": ir.Aggregate("SUM", t.col("x"))}))["s"].to_pylist() == [45]
        listening = [
            (one.pid, found.laddr.ip)
            for one in psutil.Process().children(recursive=True)
            if one.name() == "java"
            for found in one.net_connections(kind="tcp")
            if found.status == psutil.CONN_LISTEN
        ]
        assert len({pid for pid, _ip in listening}) >= 2
        assert {ip.removeprefix("::ffff:") for _pid, ip in listening} == {"127.0.0.1"}
    shut_down()
