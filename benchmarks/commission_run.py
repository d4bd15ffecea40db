"""A month's pay through the room's own path, frozen and traced, against a plain scan-and-group of the same columns.

The path is the one of `run_pay` between reading and writing the database: hash the inputs, compute, write every
artifact with its checksum. Then its statements and earnings go into a database (SQLite, or the one of
TIJI_DATABASE_URL) in sets, as the product does it, one ORM object after another, and by the database's own bulk
statement. Run: python benchmarks/commission_run.py [receipts] [payees]
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HOME = Path(__file__).resolve().parent
sys.path[:0] = [str(HOME), str(HOME.parent / "src")]
os.environ.setdefault("TIJI_DEBUG", "1")
os.environ["TIJI_DATA_DIR"] = tempfile.mkdtemp(prefix="tiji-benchmark-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiji.config.settings")

import django  # noqa: E402

django.setup()

import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
from _pay_rows import write_back  # noqa: E402
from commission_kernel import PLAN, best_of, receipts, scan_and_group  # noqa: E402

from tiji.apps.incentives.computing import RunTables, compute_run  # noqa: E402
from tiji.apps.incentives.selectors.crediting import WHOLE  # noqa: E402
from tiji.apps.incentives.selectors.inputs import PlanInputs, RunInputs  # noqa: E402
from tiji.apps.incentives.services.artifacts import prepared  # noqa: E402, write_artifacts  # noqa: E402
from tiji.kernel.commission import ASSIGNMENT_SCHEMA, EVENT_SCHEMA, QUOTA_SCHEMA, Window, plan_to_dict  # noqa: E402
from tiji.kernel.engine import DuckEngine  # noqa: E402
from tiji.kernel.periods import FiscalCalendar  # noqa: E402


def inputs_of_benchmark(count: int, payees: int) -> RunInputs:
    """A quarter of receipts, each its owner's, in the room's tables; the window is the quarter itself."""
    events, _shares, quotas = receipts(count, payees)
    owners = pa.array([subject % payees for subject in events["subject_id"].to_pylist()], pa.int64())
    at = events.column_names.index("subject_id")
    events = _shaped(events.set_column(at, "subject_id", owners), EVENT_SCHEMA)
    amount = events.column_names.index("amount")
    events = events.set_column(amount, EVENT_SCHEMA.field("amount"), pc.multiply(events["amount"], 100))
    people = list(range(payees))
    shares = {"subject_id": people, "role": ["owner"] * payees, "seq": [1] * payees, "payee_id": people}
    assignments = _shaped(pa.table({**shares, "share": [WHOLE] * payees}), ASSIGNMENT_SCHEMA)
    version: Any = SimpleNamespace(pk=1, digest="benchmark", document=plan_to_dict(PLAN))
    window = Window(date(2026, 1, 1), date(2026, 4, 1))
    plan = PlanInputs(version, PLAN, window, tuple(people), events, assignments, _shaped(quotas, QUOTA_SCHEMA))
    return RunInputs(FiscalCalendar().period("2026-M03"), (plan,), events)


def _shaped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def run(inputs: RunInputs) -> tuple[RunTables, dict[str, float]]:
    """The room's path, with the seconds of each stage."""
    started = time.perf_counter()
    digest = RunInputs(inputs.period, inputs.plans, inputs.events).digest
    hashed = time.perf_counter()
    tables = compute_run(inputs.plans, DuckEngine())
    computed = time.perf_counter()
    with prepared(inputs, tables, {}) as artifacts:
        artifacts.place(1, digest)
    written = time.perf_counter()
    return tables, {"hash": hashed - started, "compute": computed - hashed, "write": written - computed}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    payees = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    inputs = inputs_of_benchmark(count, payees)
    scan, scan_cpu, _ = best_of(3, lambda: scan_and_group(DuckEngine(), inputs.events))
    wall, cpu, (tables, stages) = best_of(3, lambda: run(inputs))
    check(tables)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = "  ".join(f"{name} {seconds:.2f} s" for name, seconds in stages.items())
    print(f"receipts {count:,}  payees {payees:,}  lines {tables['trace'].num_rows:,}  peak memory {peak:,} MB")
    print(f"scan and group       {scan:7.3f} s wall  {scan_cpu:7.3f} s CPU")
    print(f"run with full trace  {wall:7.3f} s wall  {cpu:7.3f} s CPU  {count / wall:,.0f} receipts/s  ({told})")
    print(f"ratio                {wall / scan:7.1f} x wall  {cpu / scan_cpu:7.1f} x CPU")
    report_rows(write_back(inputs, tables, payees))


def report_rows(told: dict[str, Any]) -> None:
    rows, sets, objects, bare = (told[name] for name in ("rows", "sets", "objects", "bare"))
    print(f"{told['vendor']}: {rows:,} statements and earnings of the run")
    print(f"put together, in sets {sets:6.3f} s  {rows / sets:,.0f} rows/s")
    print(f"written as objects    {objects:6.3f} s  {objects / sets:.1f} x that, made already")
    print(f"written bare          {bare:6.3f} s  {bare / sets:.0%} of that, made already")


def check(tables: RunTables) -> None:
    """A fast wrong answer is no answer: lines, slices and earnings must be the same money."""
    trace = tables["trace"]
    alone = trace.filter(pc.is_valid(trace["rate"]))  # a line with a rate is its own slice
    sliced = (pc.sum(alone["amount"]).as_py() or 0) + (pc.sum(tables["slices"]["amount"]).as_py() or 0)
    sums = {sliced} | {pc.sum(tables[name]["amount"]).as_py() for name in ("trace", "earnings")}
    if len(sums) != 1:
        raise SystemExit(f"lines, slices and earnings differ: {sums}")


if __name__ == "__main__":
    main()
