"""What the formulas of a plan may speak of: an event's fields, and a credit's line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tiji.kernel.commission.kinds import FieldKind
from tiji.kernel.commission.plan import Component, EventField, NamedTable, Plan
from tiji.kernel.engine.formulas import DAY, TEXT, TRUTH, Declared, Scope, count, money, rate

# Amounts of events have up to four decimals; formulas see them all.
EVENT_DIGITS = 4
EVENT_NAMES = ("amount", "kind", "business", "event_on")
LINE_NAMES = ("credit", "share", "before", "after", "quota")
RESERVED = (*EVENT_NAMES, *LINE_NAMES)

_DECLARED: Mapping[FieldKind, Callable[[], Declared]] = {
    "money": lambda: money(EVENT_DIGITS),
    "rate": rate,
    "count": count,
    "text": lambda: TEXT,
    "date": lambda: Declared("date", optional=True),
    "flag": lambda: TRUTH,
}


@dataclass(frozen=True, slots=True)
class Shell:
    """What a plan says before its components."""

    digits: int
    fields: tuple[EventField, ...] = ()
    tables: tuple[NamedTable, ...] = ()


def shell_of(plan: Plan) -> Shell:
    return Shell(plan.digits, plan.fields, plan.tables)


def declared(kind: FieldKind) -> Declared:
    """How formulas see a field of that kind."""
    return _DECLARED[kind]()


def event_scope(plan: Shell) -> Scope:
    """The names of an event: amount, kind, business, event_on and the plan's own fields."""
    names = {"amount": money(EVENT_DIGITS), "kind": TEXT, "business": TEXT, "event_on": DAY}
    names |= {field.name: declared(field.kind) for field in plan.fields}
    return Scope(names, {named.name: named.table for named in plan.tables})


def line_scope(plan: Shell, component: Component) -> Scope:
    """Those of an event, and of its credit: credit, share, the running total before and after it, the quota."""
    event = event_scope(plan)
    amount = money(plan.digits)
    names = {**event.names, "credit": amount, "before": amount, "after": amount, "share": rate()}
    if component.quota is not None:
        names["quota"] = money(plan.digits, positive=True)
    return Scope(names, event.tables)
