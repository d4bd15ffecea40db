"""Formulas over the rows of a relation, wide: every step in a SELECT of its own, so that it is computed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas import Program
from tiji.kernel.engine.relation import Relation, Select, keep


def computed(rows: Relation, programs: Mapping[str, Program]) -> Relation:
    """The rows with one more column per program, under its key; a program may read those before it.

    The columns that formulas name must be there, with the type of their declaration; the steps are columns, too.
    """
    steps = [step for key, program in programs.items() for step in (*program.lets, (key, program.result))]
    depths: dict[str, int] = {}
    levels: dict[int, dict[str, ir.Expr]] = {}
    for name, of in steps:
        depths[name] = 1 + max((depths.get(column, 0) for column in columns_in(of)), default=0)
        levels.setdefault(depths[name], {})[name] = of
    for depth in sorted(levels):
        rows = Select(rows, {**keep(rows), **levels[depth]})
    return rows


def columns_in(of: ir.Expr) -> Iterator[str]:
    """The names of all columns that an expression reads."""
    if isinstance(of, ir.Column):
        yield of.name
        return
    for part in fields(of):  # type: ignore[arg-type]  # every node is a dataclass
        yield from _within(getattr(of, part.name))


def _within(value: object) -> Iterator[str]:
    if isinstance(value, ir.Expr):
        yield from columns_in(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _within(item)
