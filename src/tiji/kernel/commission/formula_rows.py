"""Formulas of a plan over events and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tiji.kernel.commission.plan import Component, CreditRule, Plan
from tiji.kernel.commission.schemas import subject_column
from tiji.kernel.commission.scopes import EVENT_DIGITS, EVENT_NAMES, event_scope, line_scope, shell_of
from tiji.kernel.engine import Session
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.formulas import Program, compile_formula
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Table, keep
from tiji.kernel.engine.staging import columns_in, computed

# What a formula of a plan becomes; no name of a plan begins like this.
WHEN, VALUE, PAYS, FACTOR = "=when", "=value", "=pays", "=factor"


class Stages(Protocol):
    """How the steps from events to lines are kept: by an engine's session, or not at all in a function of one row."""

    def store(self, name: str, relation: Relation) -> Relation:
        """The relation, computed once if it pays to."""

    def bounded(self, rows: Relation, name: str) -> ir.Expr:
        """A column with a bound that leaves room for what follows."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Stages of a session, bounded by what their values really are."""

    session: Session

    def store(self, name: str, relation: Relation) -> Relation:
        return self.session.store(name, relation)

    def bounded(self, rows: Relation, name: str) -> ir.Expr:
        return bounded_by_data(self.session, rows, name)


def valued_events(plan: Plan, rule: CreditRule, events: Relation) -> Select:
    """The events that the rule's condition lets through, with what is credited of each, exact."""
    scope = event_scope(shell_of(plan))
    programs = {}
    if rule.when:
        programs[WHEN] = compile_formula(rule.when, scope, "bool", WHEN)
    if rule.value:
        programs[VALUE] = compile_formula(rule.value, scope, "number", VALUE)
    seen = Select(events, {**keep(events), **_as_formulas_see(plan, events)})
    rows = computed(seen, programs)
    names = ("event_id", "event_on", "subject_id", "row_no", "credit_on", "amount", *([VALUE] if rule.value else []))
    if (own := subject_column(rule.role)) in rows.fields:
        names = (*names, own)
    return Select(rows, keep(rows, *names), where=rows.col(WHEN) if rule.when else None)


def stepped_lines(plan: Plan, component: Component, running: Relation, events: Table) -> Relation:
    """The lines with what the component's formulas say of each, under PAYS and FACTOR."""
    scope = line_scope(shell_of(plan), component)
    texts = {PAYS: component.pays, FACTOR: component.factor}
    programs = {key: compile_formula(text, scope, "number", key) for key, text in texts.items() if text}
    wanted = [name for name in _read_by(programs) if name in (*EVENT_NAMES, *(field.name for field in plan.fields))]
    rows: Relation = running
    if wanted:
        seen = Select(events, {"row_no": events.col("row_no"), **_as_formulas_see(plan, events)})
        lines, given = Aliased(running, "l"), Aliased(seen, "e")
        told = [name for name in wanted if name not in running.fields]
        columns = {**keep(lines), **keep(given, *told)}
        rows = Select(Join(lines, given, lines.col("row_no").eq(given.col("row_no"))), columns)
    done = computed(rows, programs)
    return Select(done, keep(done, *running.fields, *programs))


def bounded_by_data(session: Session, rows: Relation, name: str) -> ir.Expr:
    """A stored column with the bound that its values really have: what follows has more room."""
    largest = Select(rows, {"largest": ir.Aggregate("MAX", ir.absolute(rows.col(name)))})
    found = session.fetch(largest).to_pylist()[0]["largest"]
    return ir.Bounded(rows.col(name), int(found or 0))


def _as_formulas_see(plan: Plan, events: Relation) -> dict[str, ir.Expr]:
    """The fields of events with the types of their scope; empty texts are ''."""
    columns: dict[str, ir.Expr] = {
        "amount": ir.rescale(events.col("amount"), EVENT_DIGITS),
        "kind": events.col("kind"),
        "business": ir.Coalesce((events.col("business"), ir.Text(""))),
        "event_on": events.col("event_on"),
    }
    for field in plan.fields:
        column = events.col(field.name)
        columns[field.name] = ir.rescale(column, EVENT_DIGITS) if field.kind == "money" else column
    return columns


def _read_by(programs: dict[str, Program]) -> list[str]:
    """The columns that programs read, their own steps left out."""
    steps = {name for program in programs.values() for name, _ in program.lets}
    exprs = [of for program in programs.values() for of in (*(of for _, of in program.lets), program.result)]
    return list(dict.fromkeys(name for of in exprs for name in columns_in(of) if name not in steps))
