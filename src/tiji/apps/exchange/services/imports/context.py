"""What every loader is told, and what it tells back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import pyarrow as pa
from django.db import transaction

from tiji.apps.exchange.models import Import, ImportedRows
from tiji.apps.exchange.services.imports.problems import Problem
from tiji.apps.exchange.services.imports.sheets import Sheet
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError

Result = TypeVar("Result")
CREATE, UPDATE, SAME, REFUSE = "created", "updated", "unchanged", "refused"
Told = Callable[[str, int, int], None]


def silent(step: str, done: int, of: int) -> None:
    """Nobody is watching."""


@dataclass(slots=True)
class Context:
    """Who loads what from which system at which moment. `told` hears of progress."""

    actor: User
    source: str
    at: datetime
    options: dict[str, Any] = field(default_factory=dict)
    imported: Import | None = None
    told: Told = silent

    @property
    def batch(self) -> str:
        """What the audit log calls this load."""
        return self.imported.batch if self.imported else self.source


@dataclass(slots=True)
class Parsed:
    """A sheet's rows as values. `wrong` has the problems per row index, `columns` an array for each mapped field."""

    kind: str
    sheet: Sheet
    columns: dict[str, pa.Array]
    headings: dict[str, str]
    attributes: list[dict[str, str]] | None = None
    wrong: dict[int, list[Problem]] = field(default_factory=dict)
    settled: set[tuple[int, str]] = field(default_factory=set)
    """Row index and heading of cells of which all is said."""

    @property
    def count(self) -> int:
        return self.sheet.count

    def refuse(self, index: int, name: str, message: str) -> None:
        """Note that the cell of this field is wrong; a field without a column is shown at the row."""
        self.refuse_cell(index, self.headings.get(name, ""), message)

    def refuse_cell(self, index: int, heading: str, message: str) -> None:
        """Note that the cell of this column is wrong; without a column the row as a whole is."""
        if (index, heading) in self.settled:
            return
        place = self.sheet.headings.index(heading) if heading else -1
        value = str(self.sheet.table.column(place)[index]) if heading else ""
        problem = Problem(int(self.sheet.rows[index].as_py()), heading, value, message)
        self.wrong.setdefault(index, []).append(problem)

    def values(self, name: str, default: Any = None) -> list[Any]:
        """A field's values as a list; a field without a column is empty everywhere."""
        return self.columns[name].to_pylist() if name in self.columns else [default] * self.count

    @property
    def problems(self) -> list[Problem]:
        """Every problem in the order of the rows."""
        return [problem for index in sorted(self.wrong) for problem in self.wrong[index]]


@dataclass(slots=True)
class Plan:
    """What will happen to each row. `existing` and `changes` are by row index."""

    parsed: Parsed
    existing: dict[int, Any] = field(default_factory=dict)
    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.parsed.kind

    def action(self, index: int) -> str:
        """created, updated, unchanged or refused."""
        if index in self.parsed.wrong:
            return REFUSE
        if index not in self.existing:
            return CREATE
        return UPDATE if index in self.changes else SAME

    def rows(self, action: str) -> list[int]:
        """Indices of the rows with this action."""
        return [index for index in range(self.parsed.count) if self.action(index) == action]

    def counts(self) -> dict[str, int]:
        """How many rows of each action."""
        found = dict.fromkeys((CREATE, UPDATE, SAME, REFUSE), 0)
        for index in range(self.parsed.count):
            found[self.action(index)] += 1
        return found


def remember_created(context: Context, thing: str, ids: Sequence[int]) -> None:
    """Note the rows an import made, as runs of keys."""
    if context.imported is None or not ids:
        return
    runs: list[list[int]] = []
    for pk in sorted(ids):
        if runs and pk == runs[-1][1] + 1:
            runs[-1][1] = pk
        else:
            runs.append([pk, pk])
    ImportedRows.objects.bulk_create(
        [ImportedRows(imported=context.imported, thing=thing, first_id=first, last_id=last) for first, last in runs],
        batch_size=1000,
    )


def remember_changed(context: Context, thing: str, changed: Sequence[tuple[int, int, dict[str, Any]]]) -> None:
    """Note rows an import changed: key, version afterwards, and what stood there before."""
    if context.imported is not None:
        ImportedRows.objects.bulk_create(
            [
                ImportedRows(
                    imported=context.imported, thing=thing, first_id=pk, last_id=pk, created=False, version=version,
                    before=before,
                )
                for pk, version, before in changed
            ],
            batch_size=1000,
        )  # fmt: skip


def attempt(parsed: Parsed, index: int, work: Callable[[], Result]) -> Result | None:
    """Do one row's work; what a service refuses becomes the row's problem and leaves nothing behind."""
    try:
        with transaction.atomic():
            return work()
    except DomainError as error:
        fields = error.fields or {"": error.message}
        for name, message in fields.items():
            parsed.refuse(index, name, str(message))
        return None
