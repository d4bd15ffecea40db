"""The cells and the payment of a run on plain tables, after its lines. No database in here.

Source: docs/kernel/pay-sheet.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.incentives.selectors.inputs import PlanInputs
from tiji.kernel.commission import (
    FactError,
    InputError,
    SheetInputs,
    SheetResults,
    compute_sheet,
    typed_facts,
)

CELLS = pa.schema(
    [
        pa.field("plan_version", pa.int64()),
        pa.field("payee_id", pa.int64()),
        pa.field("part", pa.string()),
        pa.field("value", pa.string()),
        pa.field("scale", pa.int64()),
        pa.field("earned", pa.int64()),
    ]
)
STEPS = pa.schema(
    [
        pa.field("plan_version", pa.int64()),
        pa.field("payee_id", pa.int64()),
        pa.field("place", pa.int64()),
        pa.field("balance", pa.string()),
        *(pa.field(name, pa.int64()) for name in ("before", "after", "opening", "closing")),
        pa.field("note", pa.string()),
    ]
)
PAID = pa.schema([pa.field(name, pa.int64()) for name in ("plan_version", "payee_id", "due", "paid")])
LACKING = pa.schema(
    [
        pa.field("plan_version", pa.int64()),
        pa.field("payee_id", pa.int64()),
        pa.field("code", pa.string()),
        pa.field("name", pa.string()),
    ]
)
SHEET_TABLES = {"cells": CELLS, "payment": STEPS, "paid": PAID, "lacking": LACKING}


@dataclass(frozen=True)
class Carried:
    """What a month takes over. By plan: payee → balances before the month; payee → minor units due besides."""

    opening: Mapping[int, Mapping[int, Mapping[str, int]]] = field(default_factory=dict)
    added: Mapping[int, Mapping[int, int]] = field(default_factory=dict)


def compute_sheets(plans: Sequence[PlanInputs], totals: pa.Table, carried: Carried) -> dict[str, pa.Table]:
    """Cells, steps of payment and what is paid by every plan that has them, for the month that each window ends with.

    Units: minor units of each plan's currency. Raises: InputError, also for a fact that is not what the plan says.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SHEET_TABLES}
    for one in sorted(plans, key=lambda one: one.version.pk):
        if one.plan.by_month:
            for name, found in _rows(one.version.pk, _computed(one, totals, carried)).items():
                rows[name] += found
    return {name: pa.Table.from_pylist(rows[name], schema) for name, schema in SHEET_TABLES.items()}


def _computed(one: PlanInputs, totals: pa.Table, carried: Carried) -> SheetResults:
    plan, month = one.version.plan_id, one.window.until.year * 12 + one.window.until.month - 2
    mine = totals.filter(pc.equal(totals["plan_version"], one.version.pk)) if totals.num_columns else totals
    try:
        facts = typed_facts(one.plan, one.facts.to_pylist())
    except FactError as error:
        raise InputError(str(error)) from error
    given = SheetInputs(
        totals=mine.to_pylist(),
        payees=one.spans.to_pylist(),
        facts=facts,
        quotas=one.quotas.to_pylist(),
        added={(payee, month): amount for payee, amount in carried.added.get(plan, {}).items()},
        opening=carried.opening.get(plan, {}),
    )
    return compute_sheet(one.plan, given, one.window)


def _rows(version: int, sheet: SheetResults) -> dict[str, list[dict[str, Any]]]:
    payments = [(payee, climb) for (payee, _month), climb in sorted(sheet.payments.items())]
    return {
        "cells": [
            {"plan_version": version, "payee_id": row.payee_id, "part": row.part, "value": str(row.value)}
            | {"scale": row.scale if type(row.value) is int else 0, "earned": row.earned}
            for row in sheet.cells
        ],
        "payment": [
            {"plan_version": version, "payee_id": payee, "place": place, "balance": rung.step, "before": rung.before}
            | {"after": rung.after, "opening": rung.opening, "closing": rung.closing, "note": rung.note}
            for payee, climb in payments
            for place, rung in enumerate(climb.rungs, 1)
        ],
        "paid": [
            {"plan_version": version, "payee_id": payee, "due": climb.due, "paid": climb.paid}
            for payee, climb in payments
        ],
        "lacking": [
            {"plan_version": version, "payee_id": one.payee_id, "code": one.code, "name": one.name}
            for one in sheet.problems
        ],
    }
