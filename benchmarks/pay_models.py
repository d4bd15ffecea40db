"""Twelve months of a model of pay, both plans at five growths, against one month's run with its trace and artifacts.

A year has four quarters of the same receipts; each month reads its quarter so far, as a run does. No database: what is
measured is what a model computes. Run: python benchmarks/pay_models.py [receipts a year] [payees]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from commission_run import inputs_of_benchmark, run

from tiji.apps.incentives.selectors.inputs import PlanInputs, RunInputs
from tiji.apps.incentives.services.scenarios import GROWTHS, Credited, computed
from tiji.kernel.commission import Window, plan_from_dict, plan_to_dict
from tiji.kernel.periods import FiscalCalendar

QUARTERS = 4
STARTS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))


def months(quarter: PlanInputs) -> list[PlanInputs]:
    """The quarter's three months, each with the receipts of the quarter up to its end."""
    found = []
    for start, end in pairwise(STARTS):
        before = pc.less(quarter.events["event_on"], pa.scalar(end, pa.date32()))
        found.append(replace(quarter, events=quarter.events.filter(before), window=Window(start, end)))
    return found


def changed(month: PlanInputs) -> PlanInputs:
    """The same inputs by another plan: every rate a tenth higher."""
    document = plan_to_dict(month.plan)
    for step in document["components"][0]["rate"]["steps"]:
        step["rate"] = str(round(float(step["rate"]) * 1.1, 6))
    version: Any = SimpleNamespace(pk=0, digest="changed", document=document)
    return replace(month, version=version, plan=plan_from_dict(document))


def year(parts: list[tuple[PlanInputs, PlanInputs]]) -> dict[int, list[int]]:
    """Growth → what the model and the plan of then cost over the year."""
    costs = {growth: [0, 0] for growth in GROWTHS}
    for _quarter in range(QUARTERS):
        for month in parts:
            for growth in GROWTHS:
                for at, plan in enumerate(month):
                    sums, _tables = computed([plan], growth, Credited(mixed=False))
                    costs[growth][at] += sum(one.amount for one in sums.values())
    return costs


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    payees = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    inputs = inputs_of_benchmark(count // QUARTERS, payees)
    parts = [(changed(month), month) for month in months(inputs.plans[0])]
    march = RunInputs(FiscalCalendar().period("2026-M03"), (parts[-1][1],), parts[-1][1].events)
    alone = min(_seconds(lambda: run(march)) for _time in range(3))
    begun = time.perf_counter()
    costs = year(parts)
    whole = time.perf_counter() - begun
    check(costs)
    computes = QUARTERS * len(parts) * len(GROWTHS) * 2
    print(f"receipts a year {count:,}  payees {payees:,}  12 months, {len(GROWTHS)} growths, 2 plans")
    print(f"one month's run      {alone:7.3f} s, its quarter's {march.events.num_rows:,} receipts")
    print(f"model of 12 months   {whole:7.3f} s, {computes} computings, {whole / computes:.3f} s each")
    print(f"ratio                {whole / alone:7.1f} x a run, {whole / alone / 12:.1f} x for each month")


def _seconds(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def check(costs: dict[int, list[int]]) -> None:
    """A fast wrong answer is no answer: rates a tenth higher cost a tenth more, but for each line's cents."""
    for growth, (model, then) in costs.items():
        if abs(model * 10 - then * 11) > then // 1000:
            raise SystemExit(f"at {growth} the model costs {model}, not a tenth more than {then}")


if __name__ == "__main__":
    main()
