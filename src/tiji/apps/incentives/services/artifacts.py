"""What a run leaves behind for good: its frozen inputs and its tables as Parquet, with their checksums."""

import hashlib
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.selectors.inputs import RunInputs

ROOM = "pay"
ROWS_PER_GROUP = 50_000
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
    files: dict[str, Any] = {}
    for name, table in tables.tables.items():
        files[f"{name}.parquet"] = write_table(table, folder / f"{name}.parquet")
    for at, one in enumerate(inputs.plans):
        for name in ("events", "assignments", "quotas"):
            path = folder / f"input-{at}-{name}.parquet"
            files[path.name] = write_table(getattr(one, name), path)
        path = folder / f"input-{at}-plan.json"
        path.write_text(json.dumps(one.version.document, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        files[path.name] = {"sha256": checksum(path), "rows": 1}
    return files


def write_table(table: pa.Table, path: Path) -> dict[str, Any]:
    """One table as a file. Returns its checksum and number of rows."""
    pq.write_table(table, path, compression="zstd", row_group_size=ROWS_PER_GROUP)
    return {"sha256": checksum(path), "rows": table.num_rows}


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
