"""A plan's cells and payment over files: facts and opening balances in, cells, payments and closing balances out.

Source: docs/how-to/pay.md, "Without the web application"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from tiji.kernel.commission import (
    FactError,
    InputError,
    Plan,
    Results,
    SheetInputs,
    SheetResults,
    Window,
    compute_sheet,
    typed_facts,
)
from tiji.shared.errors import DomainError

FACTS = {"payee_id": pa.int64(), "name": pa.string(), "valid_from": pa.date32(), "valid_until": pa.date32()}
PAYEES = {"payee_id": pa.int64(), "valid_from": pa.date32(), "valid_until": pa.date32()}
BALANCES = {"payee_id": pa.int64(), "balance": pa.string(), "amount": pa.int64()}


@dataclass(frozen=True)
class SheetTables:
    """What a sheet is computed from besides the lines; each may be empty."""

    facts: pa.Table
    payees: pa.Table
    balances: pa.Table


def months_of(window: Window | None, events: pa.Table) -> Window:
    """The whole months that are paid: those said, else those of the events. Raises: DomainError."""
    if window is None:
        ends = pc.min_max(events["event_on"]) if "event_on" in events.column_names and events.num_rows else None
        if ends is None:
            raise DomainError(_("Say with --from and --until which months are paid."), code="window")
        first, last = ends["min"].as_py(), ends["max"].as_py()
        following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        return Window(first.replace(day=1), following)
    if window.from_.day != 1 or window.until.day != 1:
        raise DomainError(
            _("A plan with cells or payment pays whole months; begin and end with a first day."), code="window"
        )
    return window


def compute_cells(plan: Plan, results: Results, quotas: pa.Table, given: SheetTables, window: Window) -> SheetResults:
    """The sheet of the window's months. Raises: DomainError."""
    inputs = SheetInputs(
        totals=results.totals.to_pylist(),
        payees=given.payees.to_pylist() or _everybody(results, given.facts),
        facts=_fact_rows(plan, given.facts),
        quotas=quotas.to_pylist(),
        opening=_opening(given.balances),
    )
    try:
        return compute_sheet(plan, inputs, window)
    except InputError as error:
        raise DomainError(str(error), code="input") from error


def tables_of(sheet: SheetResults) -> dict[str, pa.Table]:
    """The sheet as tables. Units: minor units; `value` is a cell's number as written, or its text."""
    cells = [
        {
            "part": row.part,
            "payee_id": row.payee_id,
            "month": _month_text(row.month_no),
            "value": str(Decimal(row.value).scaleb(-row.scale)) if type(row.value) is int else str(row.value),
            "earned": row.earned,
        }
        for row in sheet.cells
    ]
    months = sorted(sheet.payments.items())
    paid = [
        {"payee_id": payee, "month": _month_text(month), "due": row.due, "paid": row.paid}
        for (payee, month), row in months
    ]
    rungs = [
        {"payee_id": payee, "month": _month_text(month), "step": rung.step, "before": rung.before, "after": rung.after}
        | {"opening": rung.opening, "closing": rung.closing, "note": rung.note}
        for (payee, month), row in months
        for rung in row.rungs
    ]
    balances = [
        {"payee_id": payee, "balance": name, "amount": amount}
        for payee, found in sorted(sheet.balances.items())
        for name, amount in sorted(found.items())
    ]
    problems = [
        {"payee_id": one.payee_id, "month": _month_text(one.month_no), "code": one.code, "name": one.name}
        for one in sheet.problems
    ]
    written = {"cells": cells, "paid": paid, "payments": rungs, "balances": balances, "sheet_problems": problems}
    return {name: pa.Table.from_pylist(rows, _SCHEMAS[name]) for name, rows in written.items()}


def _schema(texts: str, numbers: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in texts.split()] + [(name, pa.int64()) for name in numbers.split()])


_SCHEMAS = {
    "cells": _schema("part month value", "payee_id earned"),
    "paid": _schema("month", "payee_id due paid"),
    "payments": _schema("month step note", "payee_id before after opening closing"),
    "balances": _schema("balance", "payee_id amount"),
    "sheet_problems": _schema("month code name", "payee_id"),
}


def _everybody(results: Results, facts: pa.Table) -> list[dict[str, Any]]:
    """Whoever has a line or a fact, from always to for ever."""
    known = [table["payee_id"].to_pylist() for table in (results.trace, facts) if "payee_id" in table.column_names]
    found = sorted({payee for column in known for payee in column})
    return [{"payee_id": payee, "valid_from": None, "valid_until": None} for payee in found]


def _fact_rows(plan: Plan, table: pa.Table) -> list[dict[str, Any]]:
    """Raises: DomainError."""
    try:
        return typed_facts(plan, table.to_pylist())
    except KeyError as error:
        facts = {"name": error.args[0], "known": ", ".join(fact.name for fact in plan.sheet.facts)}
        raise DomainError(_("The plan knows no fact “%(name)s”; it has: %(known)s.") % facts, code="fact") from error
    except FactError as error:
        told = _("The fact “%(name)s” of payee %(payee)s is “%(value)s”, which is not %(kind)s.")
        raise DomainError(told % error.facts, code="fact") from error


def _opening(table: pa.Table) -> dict[int, dict[str, int]]:
    opening: dict[int, dict[str, int]] = {}
    for row in table.to_pylist():
        opening.setdefault(row["payee_id"], {})[row["balance"]] = row["amount"]
    return opening


def _month_text(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"


def paths_of(paths: Iterable[Path | None]) -> list[Path]:
    """Those that were given."""
    return [path for path in paths if path]
