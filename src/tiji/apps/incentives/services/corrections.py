"""What became known of closed months after they were paid: differences that the open month pays, with their causes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tiji.apps.incentives.computing import RunTables, compute_run
from tiji.apps.incentives.models import PlanVersion
from tiji.apps.incentives.selectors.closed import Key, LastSeen, Paid, closed_before, last_seen, paid_for
from tiji.apps.incentives.selectors.inputs import RunInputs, inputs_of
from tiji.apps.incentives.services.earned import earned_parts
from tiji.kernel.money import Money
from tiji.kernel.periods import Period

MOST_CAUSES = 20
_SAME_LINE = ("component", "event_id", "seq")


@dataclass(frozen=True)
class ClosedMonth:
    """A closed month that is known otherwise than when it was last looked at."""

    period: Period
    inputs: RunInputs
    seen: LastSeen
    paid: Mapping[Key, Paid]


@dataclass(frozen=True)
class Correction:
    """What a person's component of a closed month earns today, was paid until now, and why they differ."""

    period: str
    person: int
    plan: int
    version: int
    component: str
    currency: str
    amount: Decimal
    before: Decimal
    causes: tuple[Mapping[str, Any], ...] = ()
    more: int = 0

    @property
    def delta(self) -> Decimal:
        return self.amount - self.before


@dataclass(frozen=True)
class Corrections:
    """All of a run: `checked` maps every closed month to the hash as which it is known now; `traces` has the lines of
    those that differ, by month."""

    checked: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Correction, ...] = ()
    traces: Mapping[str, pa.Table] = field(default_factory=dict)


def closed_months(month: Period, on: date) -> tuple[dict[str, str], list[ClosedMonth]]:
    """Month → hash of everything it is earned from, for each closed month before; and those that changed.

    A month is read as of the day on which it was run; one that never was, as of `on`.
    """
    checked: dict[str, str] = {}
    changed = []
    for period in closed_before(month):
        seen = last_seen(period)
        inputs = inputs_of(period, seen.on or on)
        checked[period.key] = inputs.digest
        if inputs.digest != seen.digest:
            changed.append(ClosedMonth(period, inputs, seen, paid_for(period, month)))
    return checked, changed


def corrections_of(checked: Mapping[str, str], changed: Iterable[ClosedMonth]) -> Corrections:
    """Compute the changed months again and compare them with what was paid. Raises: InputError, EngineError."""
    plan_of = dict(PlanVersion.objects.values_list("pk", "plan_id"))
    rows: list[Correction] = []
    traces: dict[str, pa.Table] = {}
    for month in changed:
        tables = compute_run(month.inputs.plans)
        found = _differences(month, tables, plan_of)
        traces[month.period.key] = tables["trace"]
        rows += _with_causes(found, tables["trace"], month.seen.trace)
    return Corrections(checked, tuple(rows), traces)


def _differences(month: ClosedMonth, tables: RunTables, plan_of: Mapping[int, int]) -> list[Correction]:
    currencies = {one.version.pk: one.plan.currency for one in month.inputs.plans}
    now: dict[Key, tuple[int, Decimal]] = {}
    for (person, version, component), part in earned_parts(month.inputs, tables).items():
        currency = currencies[version]
        amount = Money.from_minor(part.amount, currency).amount
        now[person, plan_of[version], component, currency] = (version, amount)
    found = []
    for key in sorted(now.keys() | month.paid.keys()):
        before = month.paid[key].amount if key in month.paid else Decimal(0)
        version, amount = now.get(key) or (month.paid[key].version, Decimal(0))
        if amount != before:
            person, plan, component, currency = key
            found.append(Correction(month.period.key, person, plan, version, component, currency, amount, before))
    return found


def _with_causes(found: list[Correction], now: pa.Table, before: Path | None) -> list[Correction]:
    people = sorted({row.person for row in found})
    old = _lines(pq.read_table(before, filters=[("payee_id", "in", people)])) if before and people else {}
    new = _lines(now.filter(pc.is_in(now["payee_id"], pa.array(people, pa.int64())))) if now.num_columns else {}
    named = []
    for row in found:
        key = (row.person, row.component)
        causes = _causes(old.get(key, {}), new.get(key, {}))
        told = tuple(sorted(causes, key=_size, reverse=True)[:MOST_CAUSES])
        facts = {name: getattr(row, name) for name in Correction.__dataclass_fields__ if name not in ("causes", "more")}
        named.append(Correction(**facts, causes=told, more=max(len(causes) - MOST_CAUSES, 0)))
    return named


def _lines(table: pa.Table) -> dict[tuple[int, str], dict[tuple[Any, ...], dict[str, Any]]]:
    """(person, component) → its lines by event and share."""
    kept = ("payee_id", *_SAME_LINE, "event_on", "refs", "credit", "before", "amount")
    found: dict[tuple[int, str], dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
    for row in table.select(kept).to_pylist():
        found[row["payee_id"], row["component"]][row["event_id"], row["seq"]] = row
    return found


def _causes(old: dict[tuple[Any, ...], dict[str, Any]], new: dict[tuple[Any, ...], dict[str, Any]]) -> list[Any]:
    """The lines that are new, gone or credited otherwise; without any, those that only pay otherwise: their running
    total moved, or the plan or quota did."""
    credited, moved = [], []
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        line: dict[str, Any] = now or was or {}
        cause = {
            "event_id": line["event_id"],
            "event_on": line["event_on"].isoformat(),
            "refs": line["refs"],
            "credit": [was["credit"] if was else 0, now["credit"] if now else 0],
            "amount": [was["amount"] if was else 0, now["amount"] if now else 0],
        }
        if was is None or now is None:
            credited.append({**cause, "what": "new" if was is None else "gone"})
        elif was["credit"] != now["credit"]:
            credited.append({**cause, "what": "changed"})
        elif was["amount"] != now["amount"]:
            moved.append({**cause, "what": "moved" if was["before"] != now["before"] else "terms"})
    return credited or moved


def _size(cause: Mapping[str, Any]) -> tuple[int, int]:
    return abs(cause["amount"][1] - cause["amount"][0]), -cause["event_id"]
