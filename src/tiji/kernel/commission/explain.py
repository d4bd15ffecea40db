"""Why a line pays what it pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiji.kernel.commission.results import Results


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a line. `kind`: tier, rerate (earlier money at the new rate), fixed, cap. `rate` in 1/100,000,000."""

    kind: str
    from_total: int
    to_total: int
    rate: int
    amount: int


@dataclass(frozen=True, slots=True)
class Why:
    """One line of a statement with its working. Units: minor units, `share` in 1/100,000,000.

    `parents` leads from the event up: (("application", 7), ("receipt", 3), ("invoice", 12), ("order", 5)).
    """

    component: str
    payee_id: int
    event_id: int
    seq: int
    event_on: date
    kind: str
    business: str | None
    event_amount: int
    share: int
    credit: int
    before: int
    after: int
    quota: int | None
    amount: int
    reverses_id: int | None
    parents: tuple[tuple[str, int], ...]
    slices: tuple[Slice, ...]


def explain(results: Results, payee_id: int, component: str | None = None) -> list[Why]:
    """Every line of a payee with its slices, in the order of computing. Source: docs/kernel/commission-pipeline.md"""
    slices: dict[tuple[str, int, int], list[Slice]] = {}
    for row in _rows(results.slices, payee_id, component):
        slices.setdefault(_key(row), []).append(Slice(*(row[name] for name in SLICE_FACTS)))
    return [
        Why(
            component=row["component"],
            **{name: row[name] for name in _SAME},
            parents=parse_refs(row["refs"]),
            slices=own_slice(row) or tuple(slices.get(_key(row), ())),
        )
        for row in _rows(results.trace, payee_id, component)
    ]


def own_slice(line: Mapping[str, Any]) -> tuple[Slice, ...]:
    """The slice that a line of the trace is as a whole, if it has a rate; else its slices stand in their table."""
    if line.get("rate") is None:
        return ()
    return (Slice("tier", line["before"], line["after"], line["rate"], line["amount"]),)


def _key(row: Mapping[str, Any]) -> tuple[str, int, int]:
    return row["component"], row["event_id"], row["seq"]


def parse_refs(refs: str | None) -> tuple[tuple[str, int], ...]:
    """The parents that an event names: "receipt:3>invoice:12" is (("receipt", 3), ("invoice", 12))."""
    pairs = (part.split(":", 1) for part in (refs or "").split(">") if part)
    return tuple((kind, int(number)) for kind, number in pairs)


SLICE_FACTS = ("kind", "from_total", "to_total", "rate", "amount")
_SAME = (
    *("payee_id", "event_id", "seq", "event_on", "kind", "business", "event_amount"),
    *("share", "credit", "before", "after", "quota", "amount", "reverses_id"),
)


def _rows(table: pa.Table, payee_id: int, component: str | None) -> list[dict[str, Any]]:
    mine = table.filter(pc.equal(table["payee_id"], payee_id))
    if component is not None:
        mine = mine.filter(pc.equal(mine["component"].cast(pa.string()), component))
    rows: list[dict[str, Any]] = mine.to_pylist()
    return rows
