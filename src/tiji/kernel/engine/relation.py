"""Tables and staged SELECTs as data: what a run reads, joins, filters and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

from tiji.kernel.engine.expr import Column, Expr, Field


@dataclass(frozen=True, slots=True)
class Table:
    """A registered Arrow table or a stored stage."""

    name: str
    fields: Mapping[str, Field]

    def col(self, name: str) -> Column:
        return Column(name, self.fields[name])


@dataclass(frozen=True, slots=True)
class Aliased:
    """A relation under a name of its own, for joins."""

    of: Relation
    alias: str

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.of.fields

    def col(self, name: str) -> Column:
        return Column(name, self.fields[name], self.alias)


@dataclass(frozen=True, slots=True)
class Join:
    left: Aliased | Join
    right: Aliased
    on: Expr
    kind: OneOf["INNER", "LEFT"] = "INNER"

    @property
    def fields(self) -> Mapping[str, Field]:
        return {**self.left.fields, **self.right.fields}


@dataclass(frozen=True, slots=True)
class Select:
    """One stage: named expressions over a source, filtered, perhaps grouped by some of the names."""

    source: Source
    columns: Mapping[str, Expr]
    where: Expr | None = None
    group_by: tuple[str, ...] = ()
    order_by: tuple[str, ...] = field(default=())

    @property
    def fields(self) -> Mapping[str, Field]:
        return {name: expr.field for name, expr in self.columns.items()}

    def col(self, name: str) -> Column:
        return Column(name, self.fields[name])


@dataclass(frozen=True, slots=True)
class Union:
    """The rows of all parts (UNION ALL). Raises: TypeError if a name or a type differs."""

    parts: tuple[Relation, ...]

    def __post_init__(self) -> None:
        shapes = [[(name, kind.kind, kind.scale) for name, kind in part.fields.items()] for part in self.parts]
        if any(shape != shapes[0] for shape in shapes):
            raise TypeError("the parts of a union must have the same columns in the same order")

    @property
    def fields(self) -> Mapping[str, Field]:
        return {
            name: Field(kind.kind, kind.scale, max(part.fields[name].bound for part in self.parts))
            for name, kind in self.parts[0].fields.items()
        }

    def col(self, name: str) -> Column:
        return Column(name, self.fields[name])


Relation = Table | Select | Union
Source = Relation | Aliased | Join


def keep(relation: Relation | Aliased, *names: str) -> dict[str, Expr]:
    """The named columns as they are, all of them if none is named."""
    return {name: relation.col(name) for name in names or relation.fields}
