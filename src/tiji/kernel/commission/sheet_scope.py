"""What the formulas of a payee's month may speak of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.scopes import declared
from tiji.kernel.commission.sheet_plan import Cell, Contest, Fact, PayStep, ShareOut, SheetPart
from tiji.kernel.engine.formulas import DAY, Declared, Program, Scope, compile_formula, money, rate
from tiji.kernel.engine.formulas.scope import LARGEST_MONEY, Kind

# The formulas of each step of payment, with what they give: an amount, a rate or a condition.
STEP_FORMULAS: Mapping[str, str] = {
    "amount": "money",
    "debt": "money",
    "forfeit": "money",
    "limit": "money",
    "recover_when": "flag",
    "release": "money",
    "share": "rate",
    "when": "flag",
}


@dataclass(frozen=True, slots=True)
class Names:
    """How formulas call what a component gives a payee's month."""

    earned: str
    credit: str
    total: str
    quota: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A compiled formula with the largest value that later ones were compiled for."""

    program: Program
    bound: int


@dataclass(slots=True)
class SheetScope:
    """The scope as it grows from part to part, and the scale of every name."""

    scope: Scope
    scales: dict[str, int]

    @classmethod
    def of(cls, plan: Plan) -> SheetScope:
        """Facts, the month's days, and what the components give; the parts add themselves."""
        names: dict[str, Declared] = {"period_start": DAY, "period_end": DAY}
        for fact in plan.sheet.facts:
            names[fact.name] = fact_type(fact, plan.digits)
        amount = money(plan.digits)
        for component in plan.components:
            own = component_names(component)
            names |= {own.earned: amount, own.credit: amount, own.total: amount}
            if component.quota:
                names[own.quota] = money(plan.digits, optional=True)
        grown = cls(Scope(names, {named.name: named.table for named in plan.tables}), {})
        for part in plan.sheet.parts:
            part_programs(plan, part, grown)
        return grown

    def add(self, name: str, kind: Kind, scale: int, bound: int = LARGEST_MONEY) -> None:
        self.scales[name] = scale
        names = {**self.scope.names, name: Declared(kind, scale, min(bound, LARGEST_MONEY))}
        self.scope = Scope(names, self.scope.tables)


def component_names(component: Component) -> Names:
    """`new-signed` gives new_signed, new_signed_credit, new_signed_total, new_signed_quota."""
    name = re.sub(r"\W", "_", component.code)
    name = f"_{name}" if name[:1].isdigit() else name
    return Names(name, f"{name}_credit", f"{name}_total", f"{name}_quota")


def fact_type(fact: Fact, digits: int) -> Declared:
    """Money of facts has the currency's decimals."""
    own = money(digits) if fact.kind == "money" else declared(fact.kind)
    return Declared(own.kind, own.scale, own.bound, optional=fact.optional)


def part_programs(plan: Plan, part: SheetPart, scope: SheetScope) -> dict[str, Fixed]:
    """The part's formulas, compiled with what stands before it; the part is known from here on.

    Raises: FormulaError
    """
    found: dict[str, Fixed] = {}
    match part:
        case Cell():
            kind = _kind_of(part, scope.scope)
            digits = plan.digits if part.pays else None
            program = compile_formula(part.formula, scope.scope, kind, part.code, digits)
            found[part.code] = Fixed(program, LARGEST_MONEY)
            scope.add(part.code, kind, program.field.scale, program.field.bound)
        case ShareOut():
            for name, text in (("amount", part.amount), ("weight", part.weight)):
                key = f"{part.code}.{name}"
                digits = plan.digits if name == "amount" else None
                found[key] = Fixed(compile_formula(text, scope.scope, "number", key, digits), LARGEST_MONEY)
            scope.add(part.code, "number", plan.digits)
        case Contest():
            if part.when:
                key = f"{part.code}.when"
                found[key] = Fixed(compile_formula(part.when, scope.scope, "bool", key), 1)
            scope.add(part.code, "number", plan.digits)
        case _:
            scope.add(part.code, "number", scope.scales.get(part.of, _scale_of(part.of, scope.scope)))
    return found


def payment_programs(plan: Plan, scope: SheetScope) -> dict[tuple[str, str], Fixed]:
    """The formulas of all steps of payment. Raises: FormulaError."""
    return {
        (step.code, name): step_program(plan, step, name, text, scope.scope)
        for step in plan.sheet.payment
        for name, text in step_formulas(step).items()
    }


def step_program(plan: Plan, step: PayStep, name: str, text: str, scope: Scope) -> Fixed:
    """One formula of a step. Besides the month's names it knows `due`, `earned`, and a holdback what is held."""
    amount = money(plan.digits)
    names = {**scope.names, "due": amount, "earned": amount, "held": amount, "held_ever": amount}
    kind: Kind = "bool" if STEP_FORMULAS[name] == "flag" else "number"
    digits = {"money": plan.digits, "rate": rate().scale}.get(STEP_FORMULAS[name])
    key = f"{step.code}.{name}"
    return Fixed(compile_formula(text, Scope(names, scope.tables), kind, key, digits), LARGEST_MONEY)


def step_formulas(step: PayStep) -> dict[str, str]:
    """The formulas that a step has, those that are not said left out."""
    found = {name: getattr(step, name, "") for name in STEP_FORMULAS}
    return {name: text for name, text in found.items() if text}


def _kind_of(cell: Cell, scope: Scope) -> Kind:
    """What a cell gives: a number if it pays, otherwise what its formula is."""
    if cell.pays:
        return "number"
    from tiji.kernel.engine.formulas.lowering import kind_of

    return kind_of(cell.formula, scope)


def _scale_of(name: str, scope: Scope) -> int:
    return scope.names[name].scale if name in scope.names else 0
