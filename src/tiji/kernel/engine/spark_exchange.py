"""Large tables on their way to the workers: Parquet in a folder that both sides see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

_LEAST_ROWS = 50_000


@dataclass(slots=True)
class Exchange:
    """One run's own folder: `place` as Spark names it, `path` as the file system does."""

    files: fs.FileSystem
    path: str
    place: str
    count: int = field(default=0)

    def written(self, table: pa.Table, *, parts: int) -> str:
        """Write the table so that it can be read in so many parts; where Spark finds it."""
        self.count += 1
        name = f"{self.count}.parquet"
        rows = max(_LEAST_ROWS, -(-table.num_rows // parts))
        pq.write_table(table, f"{self.path}/{name}", filesystem=self.files, row_group_size=rows, compression="lz4")
        return f"{self.place}/{name}"


@contextmanager
def exchange_at(folder: str | None, master: str) -> Iterator[Exchange | None]:
    """A folder of this run below the given one, gone at the end; on this machine alone a temporary one does."""
    if folder is None and not master.startswith("local"):
        yield None
    elif folder is None:
        with TemporaryDirectory(prefix="tiji-spark-") as path:
            yield Exchange(fs.LocalFileSystem(), path, f"file://{path}")
    else:
        place = folder if "://" in folder else Path(folder).absolute().as_uri()
        files, path = fs.FileSystem.from_uri(place)
        own = f"tiji-{uuid4().hex}"
        files.create_dir(f"{path}/{own}")
        try:
            yield Exchange(files, f"{path}/{own}", f"{place.rstrip('/')}/{own}")
        finally:
            files.delete_dir(f"{path}/{own}")
