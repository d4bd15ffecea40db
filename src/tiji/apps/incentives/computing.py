"""A run on plain tables: its inputs in, its tables out. No database in here, so the benchmark measures this very path.

Source: docs/kernel/commission-pipeline.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.selectors.inputs import PlanInputs
from tiji.kernel.commission import Results, compute
from tiji.kernel.engine import Engine
from tiji.kernel.engine.duck import DuckEngine

ENGINE = "duckdb"
# The order in which each table is kept: a payee's rows stand together, so that reading them touches few of the others.
_ORDER = {
    "credits": ("payee_id", "plan_version", "component", "event_on", "event_id", "seq"),
    "trace": ("payee_id", "plan_version", "component", "event_on", "event_id", "seq"),
    "slices": ("payee_id", "plan_version", "component", "event_on", "event_id", "seq", "slice_no"),
    "measures": ("payee_id", "plan_version", "component", "interval_no"),
    "earnings": ("payee_id", "plan_version", "component", "interval_no", "pay_no"),
    "uncredited": ("plan_version", "component", "event_id"),
    "problems": ("payee_id", "plan_version", "component", "interval_no"),
}


@dataclass(frozen=True)
class RunTables:
    """All plans' results together, each table with `plan_version` before its columns."""

    tables: dict[str, pa.Table]

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]


def engine_version() -> str:
    """The engine's own version."""
    return str(duckdb.__version__)


def compute_run(plans: Sequence[PlanInputs], engine: Engine | None = None) -> RunTables:
    """Compute every plan over its own inputs. Raises: InputError, EngineError."""
    chosen = engine or DuckEngine(threads=2, memory_limit="1GB")
    parts = [(one.version.pk, _computed(one, chosen)) for one in plans]
    names = list(_ORDER)
    if not parts:
        return RunTables({name: pa.table({}) for name in names})
    return RunTables({name: _together(name, parts) for name in names})


def _computed(one: PlanInputs, engine: Engine) -> Results:
    return compute(
        one.plan,
        one.events,
        one.assignments,
        one.quotas,
        engine,
        window=one.window,
        amount_digits=STORED_DIGITS,
    )


def _together(name: str, parts: list[tuple[int, Results]]) -> pa.Table:
    tables = []
    for version, results in parts:
        table: pa.Table = getattr(results, name)
        number = pa.repeat(pa.scalar(version, pa.int64()), table.num_rows)
        tables.append(table.add_column(0, "plan_version", number))
    whole = pa.concat_tables(tables).unify_dictionaries()
    components = whole.column("component")
    plain = components.cast(pa.string()) if pa.types.is_dictionary(components.type) else components
    if len(parts) == 1 and len(plain.unique()) <= 1:
        return whole  # the kernel's own order is this one already
    sortable = whole.set_column(whole.column_names.index("component"), "component", plain)
    return sortable.sort_by([(column, "ascending") for column in _ORDER[name]])
