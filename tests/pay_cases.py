"""Worked pay cases as the product's own plans: read, run through the engine, and asked for their figures.

A case of `kernel/cases/pay-cases.yaml` has runs (a plan with what it is computed from) and says for every figure of
`kernel/cases/worked.json` where the engine has it:

    line T1 [component]           what an event pays          credited main [component]     credit of a payee
    earned pay [@payee] [#month]  a component or cell         total pay [#month]            a running total
    cell code [@payee] [#month]   a cell's value              paid [@payee] [#month]        after all steps of payment
    closing step [@payee] [#month]  a balance                 slice T1 2 rate               a fact of a line's slice
    problem                       whether it is refused       added [@payee] #month         a difference carried here
    applied A, open A             of invoices that a receipt pays

`run: figure` asks another run than the first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from tiji.kernel.commission import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    FIELD_TYPES,
    QUOTA_SCHEMA,
    Plan,
    PlanError,
    Results,
    SheetInputs,
    SheetResults,
    Window,
    compute,
    compute_sheet,
    diff,
    plan_from_dict,
)
from tiji.kernel.commission.sheet_plan import Sheet
from tiji.kernel.engine import DuckEngine, Engine
from tiji.kernel.money import Money
from tiji.kernel.receivables import OpenItem, apply_cash

FOLDER = Path(__file__).parent / "kernel" / "cases"
ENGINE = DuckEngine(threads=1)
DIGITS = 4


class _Plain(yaml.SafeLoader):
    """Numbers with a point and dates stay text, as in the product; references may be used to share tables."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":float", ":timestamp"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.load((FOLDER / "pay-cases.yaml").read_text("utf-8"), Loader=_Plain)
    return found


def worked() -> dict[str, dict[str, Any]]:
    """The cases' expected figures by id."""
    return {case["id"]: case["expected"] for case in json.loads((FOLDER / "worked.json").read_text("utf-8"))["cases"]}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every expected figure with its path: people[0].commission."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from leaves(part, f"{path}[{at}]")
    else:
        yield path, value


@dataclass
class Run:
    """A computed run. Names of payees and events are numbered in the order in which they are first said."""

    document: dict[str, Any]
    plan: Plan | None = None
    problems: list[str] = field(default_factory=list)
    payees: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    results: Results | None = None
    sheet: SheetResults | None = None
    months: list[int] = field(default_factory=list)
    added: dict[tuple[int, int], int] = field(default_factory=dict)
    applied: dict[str, Decimal] = field(default_factory=dict)
    invoiced: dict[str, Decimal] = field(default_factory=dict)

    def payee(self, name: str) -> int:
        return self.payees.setdefault(name, len(self.payees) + 1)


def run_case(document: dict[str, Any], done: dict[str, Run], engine: Engine = ENGINE) -> Run:
    """Compute a run; `done` are those before it, from which differences come."""
    run = Run(document)
    try:
        run.plan = plan_from_dict({"code": "case", "currency": "CNY", **document["plan"]})
    except PlanError as error:
        run.problems = [problem.code for problem in error.problems]
        return run
    first, last = (date.fromisoformat(f"{text}-01") for text in _span(document))
    run.months = list(range(_month(first), _month(last) + 1))
    for name in document.get("payees", ["main"]):
        run.payee(str(name))
    if "applies" in document:
        document["events"] = _applied_receipt(run, document["applies"])
    if "differs" in document:
        now, before = (done[name].results for name in document["differs"])
        assert now
        assert before
        for delta in diff(before, now):
            run.added[delta.payee_id, run.months[0]] = run.added.get((delta.payee_id, run.months[0]), 0) + delta.amount
    events, shares, quotas = _events(run), _shares(run), _quotas(run)
    if run.plan.components:
        run.results = compute(run.plan, events, shares, quotas, engine, amount_digits=DIGITS)
        run.problems += run.results.problems["code"].to_pylist()
    if run.plan.sheet != Sheet():
        given = SheetInputs(_totals(run), _payees(run), _facts(run), quotas.to_pylist(), run.added)
        window = Window(first, date(last.year + last.month // 12, last.month % 12 + 1, 1))
        run.sheet = compute_sheet(run.plan, given, window)
        run.problems += [problem.code for problem in run.sheet.problems]
    return run


def figure(runs: dict[str, Run], asked: str) -> Any:
    """The figure that a case asks for: a Decimal, or the code of a problem."""
    name, _, query = asked.rpartition(": ")
    run = runs[name] if name else next(iter(runs.values()))
    words = [word for word in query.split() if word[0] not in "@#"]
    payee = next((run.payees[word[1:]] for word in query.split() if word[0] == "@"), None)
    month = next((run.months[int(word[1:]) - 1] for word in query.split() if word[0] == "#"), None)
    return _FIGURES[words[0]](run, words[1:], payee, month)


def _line(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    rows = [row for row in _trace(run, payee) if row["event_id"] == run.events[words[0]]]
    return _minor(sum(row["amount"] for row in rows if len(words) < 2 or row["component"] == words[1]))


def _credited(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    rows = _trace(run, run.payees[words[0]])
    return _minor(sum(row["credit"] for row in rows if len(words) < 2 or row["component"] == words[1]))


def _total(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    return _minor(sum(row["credit"] for row in _trace(run, payee) if row["component"] == words[0]))


def _earned(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    rows = [row for row in _trace(run, payee) if month is None or _month(row["event_on"]) == month]
    lines = sum(row["amount"] for row in rows if not words or row["component"] == words[0])
    cells = run.sheet.cells if run.sheet else []
    mine = [row for row in cells if payee in (None, row.payee_id) and month in (None, row.month_no)]
    return _minor(lines + sum(row.earned for row in mine if not words or row.part == words[0]))


def _cell(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    assert run.sheet
    who, when = payee or 1, month or run.months[-1]
    found = next(row for row in run.sheet.cells if (row.part, row.payee_id, row.month_no) == (words[0], who, when))
    return Decimal(found.value).scaleb(-found.scale)


def _paid(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    assert run.sheet
    return _minor(run.sheet.payments[payee or 1, month or run.months[-1]].paid)


def _closing(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    assert run.sheet
    rungs = run.sheet.payments[payee or 1, month or run.months[-1]].rungs
    return _minor(next((rung.closing for rung in rungs if rung.step == words[0]), 0))


def _moved(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    """What a step took away."""
    assert run.sheet
    rungs = run.sheet.payments[payee or 1, month or run.months[-1]].rungs
    return _minor(next(rung.before - rung.after for rung in rungs if rung.step == words[0]))


def _slice(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    """slice EVENT NUMBER what: its size, rate, or what it pays in shares of the event's total (share)."""
    assert run.results
    rows = [row for row in run.results.all_slices.to_pylist() if row["event_id"] == run.events[words[0]]]
    row = sorted(rows, key=lambda row: row["from_total"])[int(words[1]) - 1]
    size = _minor(row["to_total"] - row["from_total"])
    whole = _minor(sum(one["to_total"] - one["from_total"] for one in rows))
    return {
        "size": size,
        "rate": Decimal(row["rate"]).scaleb(-8),
        "share": _minor(row["amount"]) / whole,
        "blended": _minor(sum(one["amount"] for one in rows)) / whole,
    }[words[2]]


def _problem(run: Run, words: list[str], payee: int | None, month: int | None) -> str:
    return "error" if run.problems else ""


def _credits(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    return _minor(sum(row["credit"] for row in _trace(run, payee)))


def _added(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    return _minor(run.added[payee or 1, month or run.months[0]])


def _applied(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    return run.applied[words[0]]


def _open(run: Run, words: list[str], payee: int | None, month: int | None) -> Decimal:
    return run.invoiced[words[0]] - run.applied.get(words[0], Decimal(0))


_FIGURES = {
    "credits": _credits,
    "added": _added,
    "applied": _applied,
    "open": _open,
    "line": _line,
    "credited": _credited,
    "total": _total,
    "earned": _earned,
    "cell": _cell,
    "paid": _paid,
    "closing": _closing,
    "moved": _moved,
    "slice": _slice,
    "problem": _problem,
}


def _trace(run: Run, payee: int | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run.results.trace.to_pylist() if run.results else []
    return [row for row in rows if payee in (None, row["payee_id"])]


def _minor(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _span(document: dict[str, Any]) -> tuple[str, str]:
    months = document.get("months", "2026-01")
    first, _, last = months.partition(" to ")
    return first, last or first


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _events(run: Run) -> pa.Table:
    assert run.plan
    kinds = {one.name: one.kind for one in run.plan.fields}
    rows = []
    for event in run.document.get("events", []):
        number = run.events.setdefault(str(event["id"]), len(run.events) + 1)
        row = {
            "event_id": number,
            "event_on": date.fromisoformat(event.get("day", f"{_span(run.document)[0]}-01")),
            "kind": event.get("kind", "sale"),
            "business": event.get("business"),
            "subject_id": run.payee(str(event.get("of", "main"))),
            "amount": int(Decimal(event["amount"]).scaleb(DIGITS)),
            "currency": run.plan.currency,
        }
        row |= {name: typed(kind, event.get(name), DIGITS) for name, kind in kinds.items()}
        rows.append(row)
    extra = [pa.field(name, FIELD_TYPES[kind]) for name, kind in kinds.items()]
    return pa.Table.from_pylist(rows, schema=pa.schema([*EVENT_SCHEMA, *extra]))


def typed(kind: str, value: Any, digits: int) -> Any:
    """A written value as the engine takes it."""
    if value is None:
        return None
    if kind in ("money", "rate"):
        return int(Decimal(str(value)).scaleb(digits if kind == "money" else 8))
    return date.fromisoformat(value) if kind == "date" else value


def _shares(run: Run) -> pa.Table:
    """Everybody owns what is of him, and what `shares` says besides: [subject, role, payee, share] in order."""
    given = run.document.get("shares", [])
    taken = {(str(of), role) for of, role, _payee, _share in given}
    rows = [[name, "owner", name, "1"] for name in list(run.payees) if (name, "owner") not in taken]
    table = [
        {
            "subject_id": run.payee(str(of)),
            "role": role,
            "seq": seq,
            "payee_id": run.payee(str(payee)),
            "share": int(Decimal(share).scaleb(8)),
        }
        for seq, (of, role, payee, share) in enumerate([*given, *rows], 1)
    ]
    return pa.Table.from_pylist(table, schema=ASSIGNMENT_SCHEMA)


def _quotas(run: Run) -> pa.Table:
    rows = [
        {"payee_id": run.payee(str(payee)), "code": code, "amount": int(Decimal(amount).scaleb(2))}
        for payee, code, amount in run.document.get("quotas", [])
    ]
    return pa.Table.from_pylist(rows, schema=QUOTA_SCHEMA)


def _totals(run: Run) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run.results.totals.to_pylist() if run.results else []
    return rows


def _payees(run: Run) -> list[dict[str, Any]]:
    return [{"payee_id": number, "valid_from": None, "valid_until": None} for number in run.payees.values()]


def _facts(run: Run) -> list[dict[str, Any]]:
    """`facts: {payee: {name: value, other: [a value per month, …]}}`; all payees under `main` if there is one."""
    assert run.plan
    kinds = {fact.name: fact.kind for fact in run.plan.sheet.facts}
    rows = []
    for payee, known in run.document.get("facts", {}).items():
        for name, value in known.items():
            months = value if isinstance(value, list) else [value]
            for at, one in enumerate(months):
                starts = None if not isinstance(value, list) else _first(run.months[at])
                written = {"name": name, "valid_from": starts, "valid_until": None}
                rows.append(written | {"payee_id": run.payee(str(payee)), "value": typed(kinds[name], one, 2)})
    return rows


def _first(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _applied_receipt(run: Run, given: dict[str, Any]) -> list[dict[str, Any]]:
    """A receipt on several invoices, earliest due first: an event for each that it pays."""
    items = {row["id"]: row for row in given["invoices"]}
    opened = [
        OpenItem(name, date.fromisoformat(row["due"]), Money(Decimal(row["amount"]), "CNY"))
        for name, row in items.items()
    ]
    done = apply_cash(Money(Decimal(given["receipt"]), "CNY"), opened)
    run.applied = {name: paid.amount for name, paid in done.applied.items()}
    run.invoiced = {name: Decimal(row["amount"]) for name, row in items.items()}
    return [{**items[name], "id": name, "kind": "receipt", "amount": str(paid)} for name, paid in run.applied.items()]


def matches(pattern: str, path: str) -> re.Match[str] | None:
    """Whether a path is meant by a pattern in which * stands for any one name or place."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", r"([^.\[\]]+)"), path)
