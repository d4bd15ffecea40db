"""What a run leaves behind for good: its frozen inputs and its tables as Parquet, with their checksums."""

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.selectors.inputs import RunInputs

ROOM = "pay"
ROWS_PER_GROUP = 50_000
WRITERS = 2
# Columns in which few values repeat; looking for repetitions in the others costs as much as writing them.
_REPEATING = (
    *("plan_version", "component", "payee_id", "seq", "interval_no", "pay_no", "share", "quota", "rate", "event_on"),
    *("kind", "business", "subject_id", "reverses_id", "credit_on", "currency", "role", "code", "slice_no"),
)
_CHUNK = 1 << 20
ALWAYS = ("credits", "measures", "trace", "slices", "earnings", "uncredited", "problems")


@dataclass(frozen=True)
class Prepared:
    """Files that wait beside those that count. `files`: {file: {sha256, rows}}."""

    home: Path
    working: Path
    files: dict[str, Any]

    def place(self, number: int, digest: str) -> str:
        """Put them in place as version `number`, in one step; returns their folder below ARTIFACTS_DIR.

        Called under the lock of runs. A folder that a killed run of the same number left behind is replaced: no run of
        the database knows it.
        """
        for left in self.home.glob(f"v{number}-*"):
            shutil.rmtree(left)
        found = self.home / f"v{number}-{digest[:12]}"
        self.working.rename(found)
        return found.relative_to(settings.ARTIFACTS_DIR).as_posix()


@contextmanager
def prepared(inputs: RunInputs, tables: RunTables, more: Mapping[str, pa.Table]) -> Iterator[Prepared]:
    """Write a run's inputs and tables, and `more` files; what was not put in place is gone in the end."""
    home = Path(settings.ARTIFACTS_DIR) / ROOM / inputs.period.key
    working = home / f".{uuid.uuid4().hex}"
    working.mkdir(parents=True)
    try:
        yield Prepared(home, working, _write_all(working, inputs, tables, more))
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _write_all(folder: Path, inputs: RunInputs, tables: RunTables, more: Mapping[str, pa.Table]) -> dict[str, Any]:
    wanted = {f"{name}.parquet": table for name, table in tables.tables.items() if _kept(name, table)}
    wanted |= more
    for at, one in enumerate(inputs.plans):
        read = {name: getattr(one, name) for name in one.TABLES}
        wanted |= {f"input-{at}-{name}.parquet": table for name, table in read.items() if table.num_rows}
    with ThreadPoolExecutor(WRITERS) as writers:
        facts = writers.map(lambda name: write_table(wanted[name], folder / name), wanted)
        files: dict[str, Any] = dict(zip(wanted, facts, strict=True))
    for at, one in enumerate(inputs.plans):
        path = folder / f"input-{at}-plan.json"
        path.write_text(json.dumps(one.version.document, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        files[path.name] = {"sha256": checksum(path), "rows": 1}
    return files


def _kept(name: str, table: pa.Table) -> bool:
    """What every run leaves behind, and what only some plans have where they have it."""
    return bool(table.num_rows) or name in ALWAYS


def write_table(table: pa.Table, path: Path) -> dict[str, Any]:
    """One table as a file. Returns its checksum and number of rows."""
    repeating = [name for name in _REPEATING if name in table.column_names]
    pq.write_table(table, path, compression="zstd", row_group_size=ROWS_PER_GROUP, use_dictionary=repeating)
    return {"sha256": checksum(path), "rows": table.num_rows}


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
