"""What every engine offers: a session over registered Arrow tables that stores stages and gives Arrow back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import pyarrow as pa

from tiji.kernel.engine.expr import Field
from tiji.kernel.engine.relation import Relation, Table


class EngineError(Exception):
    """The engine could not run a stage, for example because an amount does not fit. The message is for the log."""


class Session(Protocol):
    """One run's private workspace; closing it forgets everything."""

    def register(self, name: str, table: pa.Table, fields: dict[str, Field]) -> Table:
        """Make an Arrow table readable under the name; `fields` types the columns the run uses."""

    def store(self, name: str, relation: Relation) -> Table:
        """Compute a stage once and keep it for later stages. Raises: EngineError."""

    def fetch(self, relation: Relation) -> pa.Table:
        """Compute and return everything. Raises: EngineError."""

    def stream(self, relation: Relation, rows_per_batch: int = 100_000) -> pa.RecordBatchReader:
        """Compute and return batch by batch; read it to the end before the session closes. Raises: EngineError."""


class Engine(Protocol):
    """`name` and `version` are what a run records."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def session(self) -> AbstractContextManager[Session]:
        """A new workspace that shares nothing with others."""
