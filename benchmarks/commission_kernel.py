"""A commission run with full trace against a plain scan-and-group of the same columns, measured in one process.

Run: python benchmarks/commission_kernel.py [receipts] [payees]
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from tiji.kernel.commission import Results, compute, plan_from_dict
from tiji.kernel.engine import DuckEngine
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Select, keep

PLAN = plan_from_dict(
    {
        "code": "benchmark",
        "currency": "CNY",
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
                        {"from": "0.8", "to": "1", "rate": "0.05"},
                        {"from": "1", "to": "1.2", "rate": "0.08"},
                        {"from": "1.2", "rate": "0.10"},
                    ],
                },
            }
        ],
    }
)


def receipts(count: int, payees: int) -> tuple[pa.Table, pa.Table, pa.Table]:
    """A quarter's receipts: 2% refunds, a third of the contracts shared by two people. The same numbers every time."""
    first = date(2026, 1, 1)
    days = [first + timedelta(days=day) for day in range(90)]
    subjects = max(count // 4, 1)
    mixed = [(number * 2_654_435_761) % 2**32 for number in range(count)]
    events = {
        "event_id": pa.array(range(1, count + 1), pa.int64()),
        "event_on": pa.array([days[value % 90] for value in mixed], pa.date32()),
        "kind": pa.array(["receipt"] * count),
        "business": pa.array(["new" if value % 3 else "existing" for value in mixed]),
        "subject_id": pa.array([value % subjects for value in mixed], pa.int64()),
        "amount": pa.array([(value % 1_000_000 + 1) * (-1 if value % 50 == 0 else 1) for value in mixed], pa.int64()),
        "currency": pa.array(["CNY"] * count),
        "refs": pa.array([f"receipt:{n}>invoice:{n // 2}>order:{n // 3}>contract:{n // 4}" for n in range(count)]),
    }
    shares: list[tuple[int, int, int, int]] = []
    for subject in range(subjects):
        owner = subject % payees
        if subject % 3:
            shares.append((subject, 1, owner, 100_000_000))
        else:
            shares += [(subject, 1, owner, 70_000_000), (subject, 2, (owner + 1) % payees, 30_000_000)]
    columns = dict(zip(("subject_id", "seq", "payee_id", "share"), map(list, zip(*shares, strict=True)), strict=True))
    assignments = pa.table({**columns, "role": ["owner"] * len(shares)})
    average = count * 500_000 // payees
    quotas = pa.table(
        {
            "payee_id": pa.array(range(payees), pa.int64()),
            "code": ["cash"] * payees,
            "amount": pa.array([average] * payees, pa.int64()),
        }
    )
    return pa.table(events), assignments, quotas


def scan_and_group(engine: DuckEngine, events: pa.Table) -> Any:
    """The same columns read and summed by subject and month: the least that any run has to do."""
    fields = {
        "subject_id": ir.Field("int"),
        "event_on": ir.Field("date"),
        "amount": ir.Field("int"),
        "event_id": ir.Field("int"),
        "kind": ir.Field("text"),
        "refs": ir.Field("text"),
    }
    with engine.session() as session:
        table = session.register("events", events, fields)
        rows = Select(table, {**keep(table), "month": ir.MonthNumber(table.col("event_on"))})
        grouped = Select(
            rows,
            {
                **keep(rows, "subject_id", "month"),
                "amount": ir.Aggregate("SUM", rows.col("amount")),
                "last": ir.Aggregate("MAX", rows.col("event_id")),
                "kind": ir.Aggregate("MAX", rows.col("kind")),
                "refs": ir.Aggregate("MAX", rows.col("refs")),
            },
            group_by=("subject_id", "month"),
        )
        return session.fetch(grouped)


def best_of(times: int, work: Callable[[], Any]) -> tuple[float, float, Any]:
    """The best wall seconds, the CPU seconds of that run, and its result."""
    best = (float("inf"), 0.0, None)
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        spent = (time.perf_counter() - wall, time.process_time() - cpu, result)
        best = min(best, spent, key=lambda run: run[0])
    return best


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    payees = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    engine = DuckEngine()
    events, assignments, quotas = receipts(count, payees)
    scan_wall, scan_cpu, _ = best_of(3, lambda: scan_and_group(engine, events))
    wall, cpu, results = best_of(3, lambda: compute(PLAN, events, assignments, quotas, engine))
    check(results)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"receipts {count:,}  credits {results.credits.num_rows:,}  lines {results.trace.num_rows:,}")
    print(f"slices {results.all_slices.num_rows:,}  earnings {results.earnings.num_rows:,}  peak memory {peak:,} MB")
    print(f"scan and group   {scan_wall:7.3f} s wall  {scan_cpu:7.3f} s CPU")
    print(f"run, full trace  {wall:7.3f} s wall  {cpu:7.3f} s CPU  {count / wall:,.0f} receipts/s")
    print(f"ratio            {wall / scan_wall:7.1f} x wall  {cpu / scan_cpu:7.1f} x CPU")


def check(results: Results) -> None:
    """A fast wrong answer is no answer: lines, slices and earnings must be the same money."""
    sums = [sum(table["amount"].to_pylist()) for table in (results.trace, results.all_slices, results.earnings)]
    if len(set(sums)) != 1:
        raise SystemExit(f"lines, slices and earnings differ: {sums}")


if __name__ == "__main__":
    main()
