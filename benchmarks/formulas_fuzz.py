"""Random formulas on every engine against exact fractions: cells compared, cells that differ.

python benchmarks/formulas_fuzz.py [CELLS] [SEED]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from time import perf_counter

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests/kernel/formulas")]

from test_formulas_agreement import on_duckdb, programs_of  # noqa: E402

from random_formulas import rows  # noqa: E402
from tiji.kernel.engine.closure import closure_of  # noqa: E402
from tiji.kernel.engine.expr import INT64_MAX  # noqa: E402

FORMULAS, ROWS = 60, 500


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    cells = differ = 0
    began = perf_counter()
    while cells < wanted:
        seen, wrong = _compared(seed)
        cells, differ, seed = cells + seen, differ + wrong, seed + 1
        print(f"\r{cells:,} cells, {differ} differ, {perf_counter() - began:.0f} s", end="", flush=True)
    print()
    if differ:
        raise SystemExit(1)


def _compared(seed: int) -> tuple[int, int]:
    """Cells compared on DuckDB and in the closure, and how many of them differ from the fractions."""
    programs, meant = programs_of(random.Random(seed), FORMULAS)
    given = rows(seed, ROWS)
    exact = {key: [part(row) * 10 ** programs[key].field.scale for row in given] for key, part in meant.items()}
    for key, values in exact.items():
        if max(map(abs, values)) > INT64_MAX:
            del programs[key]
    wide, closure = on_duckdb(programs, given), closure_of(programs)
    narrow = [closure(row) for row in given]
    wrong = 0
    for key in programs:
        found = zip(exact[key], wide[key], (row[key] for row in narrow), strict=True)
        for number, (right, on_duck, in_python) in enumerate(found):
            if right != on_duck or right != in_python:
                wrong += 1
                print(f"\nseed {seed}, row {number}: {meant[key].text}: {right} {on_duck} {in_python}")
    return 2 * len(programs) * len(given), wrong


if __name__ == "__main__":
    main()
