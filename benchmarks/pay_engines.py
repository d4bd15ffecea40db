"""The same plan over the same rows on DuckDB and on Spark: CPU, wall seconds, and the cents between them (none).

Run: python benchmarks/pay_engines.py [receipts] [master …]
     python benchmarks/pay_engines.py 1000000 'local[2]' 'local-cluster[2,1,2048]'

CPU is that of this process and of all processes it started: Spark's driver, its workers and their executors. Spark runs
once to get warm; the second run counts. Every table is compared row by row.
"""

from __future__ import annotations

import sys
import time
from dataclasses import fields
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from commission_kernel import PLAN, check, receipts

from tiji.kernel.commission import Results, compute
from tiji.kernel.engine import DuckEngine, Engine, SparkEngine

PAYEES = 10_000
MASTERS = ["local[2]", "local-cluster[2,1,2048]"]


def cpu_seconds() -> float:
    """User and system seconds of this process and everything below it that still runs."""
    me = psutil.Process()
    times = [one.cpu_times() for one in (me, *me.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def measured(engine: Engine, tables: tuple, runs: int) -> tuple[float, float, Results]:
    """Wall and CPU seconds of the last of so many runs, with its result."""
    for _ in range(runs):
        wall, cpu = time.perf_counter(), cpu_seconds()
        results = compute(PLAN, *tables, engine)
        spent = (time.perf_counter() - wall, cpu_seconds() - cpu)
    return *spent, results


def cents_between(one: Results, other: Results) -> int:
    """The money that differs, line by line. Raises: SystemExit if a row, or anything else of it, does."""
    for field in fields(Results):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if left.num_rows != right.num_rows:
            raise SystemExit(f"{field.name}: {left.num_rows:,} rows and {right.num_rows:,}")
        if not left.equals(right) and field.name != "trace":
            raise SystemExit(f"{field.name} differs")
    pairs = zip(one.trace["amount"].to_pylist(), other.trace["amount"].to_pylist(), strict=True)
    return sum(abs(left - right) for left, right in pairs)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else 100_000
    tables = receipts(count, PAYEES)
    wall, cpu, expected = measured(DuckEngine(), tables, 2)
    check(expected)
    print(f"receipts {count:,}  lines {expected.trace.num_rows:,}  earnings {expected.earnings.num_rows:,}")
    print(f"{'duckdb':<26} {wall:8.2f} s wall {cpu:8.2f} s CPU")
    for master in sys.argv[2:] or MASTERS:
        own_wall, own_cpu, found = measured(SparkEngine(master), tables, 2)
        ratio = f"{own_cpu / cpu:.1f} x CPU, {own_wall / wall:.1f} x wall"
        cents = cents_between(expected, found)
        print(
            f"{master:<26} {own_wall:8.2f} s wall {own_cpu:8.2f} s CPU  {ratio}, {cents} cents of difference",
            flush=True,
        )
        if cents:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
