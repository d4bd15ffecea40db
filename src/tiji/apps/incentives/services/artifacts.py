"""What a run leaves behind for good: its frozen inputs and its tables as Parquet, with their checksums."""

import hashlib
import json
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor
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


def write_artifacts(inputs: RunInputs, tables: RunTables, *, number: int, digest: str) -> tuple[str, dict[str, Any]]:
    """Write everything beside the files that count, then put it in place in one step.

    Returns the folder below ARTIFACTS_DIR and {file: {sha256, rows}}. A folder that a killed run of the same number
    left behind is replaced: no run of the database knows it.
    """
    home = Path(settings.ARTIFACTS_DIR) / ROOM / inputs.period.key
    home.mkdir(parents=True, exist_ok=True)
    for left in home.glob(f"v{number}-*"):
        shutil.rmtree(left)
    working = home / f".{uuid.uuid4().hex}"
    working.mkdir()
    try:
        files = _write_all(working, inputs, tables)
        place = home / f"v{number}-{digest[:12]}"
        working.rename(place)
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        raise
    return place.relative_to(settings.ARTIFACTS_DIR).as_posix(), files


def _write_all(folder: Path, inputs: RunInputs, tables: RunTables) -> dict[str, Any]:
    wanted = {f"{name}.parquet": table for name, table in tables.tables.items()}
    for at, one in enumerate(inputs.plans):
        wanted |= {f"input-{at}-{name}.parquet": getattr(one, name) for name in ("events", "assignments", "quotas")}
    with ThreadPoolExecutor(WRITERS) as writers:
        facts = writers.map(lambda name: write_table(wanted[name], folder / name), wanted)
        files: dict[str, Any] = dict(zip(wanted, facts, strict=True))
    for at, one in enumerate(inputs.plans):
        path = folder / f"input-{at}-plan.json"
        path.write_text(json.dumps(one.version.document, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        files[path.name] = {"sha256": checksum(path), "rows": 1}
    return files


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
