"""A payee's month: the plan's cells over totals, quotas and facts, what groups share, and what is paid in the end.

Wide work is done before: here each payee has one row a month, and formulas run as Python functions of it.
Source: docs/kernel/pay-sheet.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tiji.kernel.commission.groups import contested, shared_out, summed
from tiji.kernel.commission.ladder import Climb, Formula, climb
from tiji.kernel.commission.periods import interval_dates, interval_no
from tiji.kernel.commission.plan import Plan
from tiji.kernel.commission.schemas import InputError, Window
from tiji.kernel.commission.sheet_plan import Cell, Contest, ShareOut, SheetPart, SumOf
from tiji.kernel.commission.sheet_scope import (
    Fixed,
    SheetScope,
    component_names,
    part_programs,
    payment_programs,
)
from tiji.kernel.engine.closure import closure_of

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CellValue:
    """A part's value for a payee and month. `value` is an integer at `scale` (a text, date or truth as it is).

    `earned` is what the month earns by it, in minor units; 0 for parts that pay nothing.
    """

    part: str
    payee_id: int
    month_no: int
    value: Any
    scale: int
    earned: int = 0


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """Why a payee's month could not be computed: fact_missing, with the fact's name."""

    payee_id: int
    month_no: int
    code: str
    name: str


@dataclass(slots=True)
class SheetResults:
    """`cells` and `payments` of the window's months; `balances` by payee after its last one."""

    cells: list[CellValue] = field(default_factory=list)
    payments: dict[tuple[int, int], Climb] = field(default_factory=dict)
    balances: dict[int, dict[str, int]] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SheetInputs:
    """What a sheet is computed from, as rows (mappings).

    totals: component, payee_id, month_no, credit, amount: what each component counted and earned in each month, from
    the start of its interval on. payees: payee_id, valid_from, valid_until. facts: payee_id, name, valid_from,
    valid_until, value (an integer at the fact's scale, a text, a date, a truth). quotas: as the run's, by payee and
    code. added: (payee, month_no) → minor units that are due besides, such as differences of closed months.
    opening: payee → balances before the first month.
    """

    totals: Iterable[Row]
    payees: Iterable[Row]
    facts: Iterable[Row] = ()
    quotas: Iterable[Row] = ()
    added: Mapping[tuple[int, int], int] = field(default_factory=dict)
    opening: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


def compute_sheet(plan: Plan, given: SheetInputs, window: Window) -> SheetResults:
    """Compute the window's months for every payee, one after the other.

    Units: minor units of the plan's currency. Raises: InputError if a number is too large for the plan's formulas.
    Source: docs/kernel/pay-sheet.md
    """
    book = _Book(plan, given)
    results = SheetResults(balances={payee: dict(found) for payee, found in given.opening.items()})
    scope = SheetScope.of(plan)
    parts = [(part, part_programs(plan, part, scope)) for part in plan.sheet.parts]
    closures = {key: _closure(key, fixed) for _part, programs in parts for key, fixed in programs.items()}
    steps = {key: _closure(f"{key[0]}.{key[1]}", fixed) for key, fixed in payment_programs(plan, scope).items()}
    months = range(_month(_first_day(plan, window)), _month(window.until - timedelta(days=1)) + 1)
    earlier: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for month in months:
        paid_here = month >= _month(window.from_)
        rows = book.rows(month, results.problems if paid_here else [])
        for part, _programs in parts:
            values = _values(plan, part, closures, rows)
            _note(plan, part, month, rows, values, earlier, results if paid_here else None)
        if paid_here:
            _pay(plan, month, rows, steps, given, results)
    return results


def _pay(
    plan: Plan,
    month: int,
    rows: dict[int, dict[str, Any]],
    steps: Mapping[tuple[str, str], Formula],
    given: SheetInputs,
    results: SheetResults,
) -> None:
    for payee, row in rows.items():
        due = row["=earned"] + given.added.get((payee, month), 0)
        opening = results.balances.get(payee, {})
        done = climb(plan.sheet.payment, steps, due, opening, row)
        results.payments[payee, month] = done
        results.balances[payee] = dict(done.balances)


def _values(
    plan: Plan, part: SheetPart, closures: Mapping[str, Callable[[Row], Any]], rows: dict[int, dict[str, Any]]
) -> dict[int, Any]:
    """The part's value of every payee."""
    match part:
        case Cell():
            return {payee: closures[part.code](row) for payee, row in rows.items()}
        case SumOf():
            return summed(rows, part.of, part.by)
        case ShareOut():
            weights = {payee: closures[f"{part.code}.weight"](row) for payee, row in rows.items()}
            amounts = {payee: closures[f"{part.code}.amount"](row) for payee, row in rows.items()}
            return shared_out(rows, amounts, weights, part.by)
        case Contest():
            runs = closures.get(f"{part.code}.when")
            takes_part = {payee: runs is None or bool(runs(row)) for payee, row in rows.items()}
            return contested(rows, part, takes_part, plan.digits)
    raise TypeError(type(part).__name__)


def _note(
    plan: Plan,
    part: SheetPart,
    month: int,
    rows: dict[int, dict[str, Any]],
    values: dict[int, Any],
    earlier: dict[tuple[str, int], list[tuple[int, int]]],
    results: SheetResults | None,
) -> None:
    """Write a part's values into the rows, for the parts after it, and into the results."""
    pays = isinstance(part, ShareOut | Contest) or (isinstance(part, Cell) and part.pays)
    for payee, value in values.items():
        row = rows[payee]
        row[part.code] = value
        earned = 0
        if pays:
            earned = value
            if isinstance(part, Cell) and part.to_date:
                before = earlier.setdefault((part.code, payee), [])
                interval = interval_no(_day(month), part.to_date, plan.fiscal_start_month)
                earned -= sum(amount for number, amount in before if number == interval)
                before.append((interval, earned))
            row["=earned"] += earned
        if results is not None:
            scale = row["=scales"][part.code]
            results.cells.append(CellValue(part.code, payee, month, value, scale, earned))


def _closure(key: str, fixed: Fixed) -> Callable[[Row], Any]:
    run = closure_of({key: fixed.program})
    bound = fixed.bound

    def computed(row: Row) -> Any:
        value = run(row)[key]
        if isinstance(value, int) and abs(value) > bound:
            raise InputError(f"{key} is larger than formulas may read")
        return value

    return computed


class _Book:
    """Everything given, by payee and month."""

    def __init__(self, plan: Plan, given: SheetInputs) -> None:
        self.plan = plan
        self.scales = SheetScope.of(plan).scales
        self.payees = sorted(given.payees, key=lambda row: row["payee_id"])
        self.facts: dict[int, list[Row]] = {}
        for row in given.facts:
            self.facts.setdefault(row["payee_id"], []).append(row)
        self.quotas: dict[tuple[int, str], list[Row]] = {}
        for row in given.quotas:
            self.quotas.setdefault((row["payee_id"], row["code"]), []).append(row)
        self.totals: dict[tuple[str, int], list[Row]] = {}
        for row in given.totals:
            self.totals.setdefault((row["component"], row["payee_id"]), []).append(row)

    def rows(self, month: int, problems: list[SheetProblem]) -> dict[int, dict[str, Any]]:
        """A row for each payee whom the plan pays on some day of the month; who lacks a fact is a problem."""
        first, after = _day(month), _day(month + 1)
        found: dict[int, dict[str, Any]] = {}
        for payee in self.payees:
            if not _meets(payee, first, after):
                continue
            last = min([after, *([payee["valid_until"]] if payee["valid_until"] else [])]) - timedelta(days=1)
            number = payee["payee_id"]
            row = {"period_start": first, "period_end": after - timedelta(days=1), "=earned": 0, "=scales": self.scales}
            missing = self._add_facts(row, number, last)
            if missing:
                problems.append(SheetProblem(number, month, "fact_missing", missing))
                continue
            self._add_components(row, number, month)
            found[number] = row
        return found

    def _add_facts(self, row: dict[str, Any], payee: int, on: date) -> str:
        """The facts that hold on the day; the name of the first one missing."""
        for fact in self.plan.sheet.facts:
            held = [one for one in self.facts.get(payee, []) if one["name"] == fact.name and _holds(one, on)]
            value = max(held, key=lambda one: one["valid_from"] or date.min)["value"] if held else None
            if value is None and not fact.optional:
                return fact.name
            row[fact.name] = value
        return ""

    def _add_components(self, row: dict[str, Any], payee: int, month: int) -> None:
        for component in self.plan.components:
            names = component_names(component)
            interval = component.measure.interval
            start = self.plan.fiscal_start_month
            number = interval_no(_day(month), interval, start)
            mine = self.totals.get((component.code, payee), [])
            so_far = [
                one
                for one in mine
                if one["month_no"] <= month and interval_no(_day(one["month_no"]), interval, start) == number
            ]
            this = [one for one in so_far if one["month_no"] == month]
            row[names.earned] = sum(one["amount"] for one in this)
            row[names.credit] = sum(one["credit"] for one in this)
            row[names.total] = sum(one["credit"] for one in so_far)
            row["=earned"] += row[names.earned]
            if component.quota:
                first = interval_dates(number, interval, start)[0]
                quotas = [one for one in self.quotas.get((payee, component.quota.code), []) if _holds(one, first)]
                row[names.quota] = quotas[0]["amount"] if quotas else None


def _meets(row: Row, first: date, after: date) -> bool:
    starts, ends = row["valid_from"], row["valid_until"]
    return (starts is None or starts < after) and (ends is None or ends > first)


def _holds(row: Row, on: date) -> bool:
    starts, ends = row.get("valid_from"), row.get("valid_until")
    return (starts is None or starts <= on) and (ends is None or on < ends)


def _first_day(plan: Plan, window: Window) -> date:
    """The start of the longest interval that a to-date cell looks back to."""
    starts = [window.from_]
    for part in plan.sheet.parts:
        if isinstance(part, Cell) and part.to_date:
            number = interval_no(window.from_, part.to_date, plan.fiscal_start_month)
            starts.append(interval_dates(number, part.to_date, plan.fiscal_start_month)[0])
    return min(starts)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
