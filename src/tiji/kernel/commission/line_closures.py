"""A component's way from an event to its line as Python functions of one row: the relations of the wide run themselves.

Source: docs/kernel/estimate.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiji.kernel.commission.crediting import counted_events
from tiji.kernel.commission.earning import (
    SLICE_KINDS,
    exact_earnings,
    formula_lines_of,
    slices_of,
    stepped_exactly,
    table_lines,
)
from tiji.kernel.commission.explain import Slice
from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.schemas import NOTHING, SHARE_DIGITS, InputError
from tiji.kernel.commission.scopes import EVENT_DIGITS, event_scope, shell_of
from tiji.kernel.commission.tiers import Tiers
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas.scope import LARGEST_MONEY
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Table, keep
from tiji.kernel.engine.row_closure import row_closure, rows_closure

Row = Mapping[str, Any]

# Bounds choose the width of an engine's numbers. Python's have none; small ones leave the expressions room.
_ROOM = 2**50
_KEYS = ("payee_id", "event_id", "seq", "event_on", "interval_no", "pay_no", "row_no")


class _Unkept:
    """Stages inside of one function: nothing is stored."""

    def store(self, _name: str, relation: Relation) -> Relation:
        return relation

    def bounded(self, rows: Relation, name: str) -> ir.Expr:
        return ir.Bounded(rows.col(name), _ROOM)


@dataclass(frozen=True, slots=True)
class Counted:
    """An event that a component counts: `target` is what all its shares get together, in minor units."""

    interval_no: int
    pay_no: int
    target: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What a line pays, and what stands after it: the exact earning so far, before the cap."""

    amount: int
    rate: int | None
    gross_after: int
    slices: tuple[Slice, ...]


class ComponentClosures:
    """The functions of one component. Events and lines are rows with the columns of a run; money in minor units.

    Units: amounts of events have `digits` decimals; `gross` is at `gross_scale`, whatever the component's rates need.
    """

    def __init__(self, plan: Plan, component: Component, digits: int) -> None:
        self.plan, self.component = plan, component
        self._events = _event_table(plan, digits)
        self._running = _running_table(plan)
        self._bounds = _bounds(plan, digits) if component.by_formula or component.credit.when else {}
        self._counted = row_closure(self._targets())
        if component.by_formula:
            steps = stepped_exactly(_Unkept(), plan, component, self._running, self._events)
            self.gross_scale = steps.fields["step"].scale
            self._step = row_closure(Select(steps, keep(steps, "step")))
            self._lines: Select = formula_lines_of(plan, component, self._grossed())
        else:
            exact = exact_earnings(Tiers(component, plan.digits), self._running)
            self.gross_scale = exact.fields["gross_after"].scale
            self._gross = row_closure(Select(exact, keep(exact, "gross_after")))
            self._lines = table_lines(plan, component, self._running)
        self._line = row_closure(self._lines)
        self._slices = rows_closure(slices_of(plan, component, self._lines))

    def row_of(self, event: Row) -> dict[str, Any]:
        """The event as the run's tables hold it: empty fields are nothing. Raises: InputError if one is too large."""
        row = {
            **event,
            "credit_on": event.get("credit_on"),
            "business": event.get("business"),
            "row_no": event["event_id"],
        }
        for one in self.plan.fields:
            value = row.get(one.name)
            row[one.name] = NOTHING.get(one.kind) if value is None else value
        for name, bound in self._bounds.items():
            if abs(row[name]) > bound:
                raise InputError(f"an amount of the events' {name} is too large for formulas")
        return row

    def counted(self, row: Row, shares: int) -> Counted | None:
        """What the event counts if its shares are so much together (in 1/100,000,000), or nothing if it does not."""
        found = self._counted({"events": row, "shares": {"together": shares}})
        return None if found is None else Counted(found["interval_no"], found["pay_no"], found["target"])

    def step(self, row: Row, line: Row) -> int:
        """What a line earns exactly by its formulas, at `gross_scale`."""
        found = self._step({"events": row, "running": line})
        assert found is not None
        return int(found["step"])

    def gross(self, line: Row) -> int:
        """What the rate table earns of the total after the line, exact, at `gross_scale`."""
        found = self._gross({"running": line})
        assert found is not None
        return int(found["gross_after"])

    def paid(self, row: Row, line: Row, gross_before: int) -> Paid:
        """What the line pays, with its slices. `gross_before` is read only where formulas have their say."""
        if self.component.by_formula:
            gross_after = gross_before + self.step(row, line)
            line = {**line, "gross_before": gross_before, "gross_after": gross_after}
        else:
            gross_after = self.gross(line)
        found = self._line({"running": line, "grossed": line})
        assert found is not None
        if abs(found["amount"]) > ir.INT64_MAX:
            raise InputError("an amount is too large to be paid")
        own = () if found["rate"] is None else (self._whole(found),)
        return Paid(found["amount"], found["rate"], gross_after, own or self._parts(line))

    def _whole(self, line: Row) -> Slice:
        return Slice("tier", line["before"], line["after"], line["rate"], line["amount"])

    def _parts(self, line: Row) -> tuple[Slice, ...]:
        rows = sorted(self._slices({"running": line, "grossed": line}), key=lambda row: row["slice_no"])
        names = ("from_total", "to_total", "rate", "amount")
        return tuple(Slice(SLICE_KINDS[row["kind"]], *(row[name] for name in names)) for row in rows)

    def _targets(self) -> Select:
        """The counted event times its shares, rounded once."""
        counted = counted_events(_Unkept(), self.plan, self.component, self._events, None)
        shares = Table("shares", {"together": ir.Field("int", SHARE_DIGITS, 10**SHARE_DIGITS * 1000)})
        event, share = Aliased(counted, "e"), Aliased(shares, "s")
        exact = Select(
            Join(event, share, ir.Truth(True)),
            {**keep(event, "interval_no", "pay_no"), "exact": event.col("counted") * share.col("together")},
        )
        return Select(
            exact, {**keep(exact, "interval_no", "pay_no"), "target": ir.Round(exact.col("exact"), self.plan.digits)}
        )

    def _grossed(self) -> Table:
        gross = ir.Field("int", self.gross_scale, _ROOM)
        return Table("grossed", {**self._running.fields, "gross_before": gross, "gross_after": gross})


def still(total: int, quota: int | None) -> dict[str, Any]:
    """A line that moves nothing, at a total."""
    names = ("payee_id", "event_id", "seq", "interval_no", "pay_no", "row_no", "share", "credit")
    return {**dict.fromkeys(names, 0), "event_on": None, "before": total, "after": total, "quota": quota}


def _event_table(plan: Plan, digits: int) -> Table:
    number, day, text = ir.Field("int", 0, ir.INT64_MAX), ir.Field("date"), ir.Field("text")
    kinds = {"text": text, "date": day, "flag": ir.Field("bool")}
    scales = {"money": digits, "rate": SHARE_DIGITS, "count": 0}
    fields = {"event_id": number, "event_on": day, "credit_on": day, "kind": text, "business": text}
    fields |= {"subject_id": number, "amount": ir.Field("int", digits, LARGEST_MONEY), "row_no": number}
    for one in plan.fields:
        fields[one.name] = kinds.get(one.kind) or ir.Field("int", scales[one.kind], LARGEST_MONEY)
    return Table("events", fields)


def _running_table(plan: Plan) -> Table:
    money, number = ir.Field("int", plan.digits, LARGEST_MONEY), ir.Field("int", 0, ir.INT64_MAX)
    fields = {name: ir.Field("date") if name == "event_on" else number for name in _KEYS}
    fields["share"] = ir.Field("int", SHARE_DIGITS, 10**SHARE_DIGITS * 1000)
    return Table("running", fields | dict.fromkeys(("credit", "before", "after", "quota"), money))


def _bounds(plan: Plan, digits: int) -> dict[str, int]:
    """The largest numbers of events that the plan's formulas were compiled for, as the events hold them."""
    found = {}
    for name, allowed in event_scope(shell_of(plan)).names.items():
        if allowed.kind == "number":
            narrower = 10 ** (EVENT_DIGITS - digits) if allowed.scale == EVENT_DIGITS else 1
            found[name] = allowed.bound // narrower
    return found
