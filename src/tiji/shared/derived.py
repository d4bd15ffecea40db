"""Figures that are derived from ledgers, and the proof that they are: dropped, rebuilt, compared to the cent.

A room declares each figure it stores beside its ledger: how to print it, and how to make it anew. `tiji check_figures`
drops and rebuilds every one of them in a transaction of its own and tells what differs.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived figure. `rows` yields it as plain tuples in a stable order; `rebuild` drops it and makes it anew."""

    name: str
    rows: Callable[[], Iterable[tuple[Any, ...]]]
    rebuild: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check found of one figure: how many rows before and after, and the first rows that differ."""

    name: str
    before: int
    after: int
    missing: list[tuple[Any, ...]]
    surplus: list[tuple[Any, ...]]

    @property
    def same(self) -> bool:
        return not self.missing and not self.surplus


_registry: dict[str, Derived] = {}
SHOWN = 20


def derive(name: str, *, rows: Callable[[], Iterable[tuple[Any, ...]]], rebuild: Callable[[], None]) -> None:
    """Declare a derived figure; called where the app starts."""
    _registry[name] = Derived(name, rows, rebuild)


def derived() -> tuple[Derived, ...]:
    """Every figure declared, in order of declaration."""
    return tuple(_registry.values())


class _RolledBack(Exception):
    """Ends a check without keeping what it rebuilt."""


def check(figure: Derived, *, keep: bool = False) -> Finding:
    """Drop the figure, rebuild it, compare. What was rebuilt is kept only with `keep`."""
    finding: Finding | None = None
    try:
        with transaction.atomic():
            before = _digests(figure.rows())
            figure.rebuild()
            after = _digests(figure.rows())
            finding = _compare(figure.name, before, after)
            if not keep:
                raise _RolledBack
    except _RolledBack:
        pass
    assert finding is not None
    return finding


def _digests(rows: Iterable[tuple[Any, ...]]) -> dict[bytes, tuple[Any, ...]]:
    return {hashlib.blake2b(repr(row).encode(), digest_size=12).digest(): row for row in rows}


def _compare(name: str, before: dict[bytes, tuple[Any, ...]], after: dict[bytes, tuple[Any, ...]]) -> Finding:
    missing = [before[key] for key in list(before.keys() - after.keys())[:SHOWN]]
    surplus = [after[key] for key in list(after.keys() - before.keys())[:SHOWN]]
    return Finding(name, len(before), len(after), missing, surplus)
