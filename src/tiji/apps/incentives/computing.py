"""A run on plain tables: its inputs in, its tables out. No database in here, so the benchmark measures this very path.

Source: docs/kernel/commission-pipeline.md
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import pyarrow as pa
from django.conf import settings

from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.selectors.inputs import PlanInputs
from tiji.apps.incentives.sheet_computing import SHEET_TABLES, Carried, compute_sheets
from tiji.kernel.commission import Results, Told, compute, silent
from tiji.kernel.engine import Engine, engine_of

NOTHING_CARRIED = Carried()
NAMES = tuple(field.name for field in fields(Results))


@dataclass(frozen=True)
class RunTables:
    """All plans' results together, each table with `plan_version` before its columns.

    They stand plan by plan and component by component, each by payee: reading a payee touches few rows of others.
    """

    tables: dict[str, pa.Table]

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]


def company_engine() -> Engine:
    """The engine of `TIJI_ENGINE`."""
    return engine_of(settings.ENGINE, exchange=settings.ENGINE_EXCHANGE)


def engine_name() -> str:
    """What a run records of its engine."""
    return company_engine().name


def engine_version() -> str:
    """The engine's own version."""
    return company_engine().version


def compute_run(
    plans: Sequence[PlanInputs], engine: Engine | None = None, told: Told = silent, carried: Carried = NOTHING_CARRIED
) -> RunTables:
    """Compute every plan over its own inputs; `told` hears of each stage. `carried` is what the month takes over.

    Raises: InputError, EngineError.
    """
    chosen = engine or company_engine()
    parts = [(one.version.pk, _computed(one, chosen, told)) for one in sorted(plans, key=lambda one: one.version.pk)]
    if not parts:
        return RunTables({name: pa.table({}) for name in (*NAMES, *SHEET_TABLES)})
    tables = {name: _together(name, parts) for name in NAMES}
    return RunTables(tables | compute_sheets(plans, tables["totals"], carried))


def _computed(one: PlanInputs, engine: Engine, told: Told) -> Results:
    return compute(
        one.plan,
        one.events,
        one.assignments,
        one.quotas,
        engine,
        window=one.window,
        amount_digits=STORED_DIGITS,
        told=told,
    )


def _together(name: str, parts: list[tuple[int, Results]]) -> pa.Table:
    tables = []
    for version, results in parts:
        table: pa.Table = getattr(results, name)
        number = pa.repeat(pa.scalar(version, pa.int64()), table.num_rows)
        tables.append(table.add_column(0, "plan_version", number))
    return pa.concat_tables(tables).unify_dictionaries()
