"""A payee's month in a plan's document: facts, cells and payment, from it and to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from re import fullmatch
from typing import Any, get_args

from tiji.kernel.commission import sheet_plan as model
from tiji.kernel.commission.kinds import FieldKind, Interval
from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.reading import Reader
from tiji.kernel.commission.sheet_plan import (
    Below,
    Ceiling,
    Cell,
    Contest,
    Draw,
    Fact,
    Floor,
    Holdback,
    PayStep,
    Recovery,
    ShareOut,
    Sheet,
    SheetPart,
    SumOf,
)
from tiji.kernel.commission.sheet_scope import (
    STEP_FORMULAS,
    SheetScope,
    component_names,
    part_programs,
    step_formulas,
    step_program,
)
from tiji.kernel.engine.formulas import FormulaError

_NAME = r"[^\W\d_]\w{0,59}"
_OWN = ("period_start", "period_end", "due", "earned", "held", "held_ever")
PRIZE_DIGITS = 2


def read_sheet(top: Reader) -> Sheet:
    """The facts, cells and steps of payment; their formulas are checked by `check_sheet` when the plan is known."""
    return Sheet(
        facts=_facts(top),
        parts=tuple(part for reader in top.groups_or_none("cells") if (part := _part(reader)) is not None),
        payment=tuple(step for reader in top.groups_or_none("payment") if (step := _step(reader)) is not None),
    )


def check_sheet(top: Reader, plan: Plan) -> None:
    """Names that are taken, and formulas that do not stand, each at its place."""
    taken = [name for component in plan.components for name in _component_words(component)]
    taken += [named.name for named in plan.tables] + list(_OWN)
    for fact in plan.sheet.facts:
        _check_name(top, f"facts.{fact.name}", fact.name, taken)
    bare = Plan(**{**_shallow(plan), "sheet": Sheet(facts=plan.sheet.facts)})
    if top.problems:  # names and types are not all known, so formulas cannot be judged
        return
    scope = SheetScope.of(bare)
    for index, part in enumerate(plan.sheet.parts):
        where = f"cells[{index}]"
        _check_name(top, f"{where}.code", part.code, taken)
        _check_names_of(top, where, part, scope)
        if top.problems:
            return
        try:
            part_programs(plan, part, scope)
        except FormulaError as error:
            top.wrong(f"{where}.{_formula_field(part, error)}", "formula", formula=error.problem)
            return
    for index, step in enumerate(plan.sheet.payment):
        _check_name(top, f"payment[{index}].code", step.code, taken)
        for name, text in step_formulas(step).items():
            try:
                step_program(plan, step, name, text, scope.scope)
            except FormulaError as error:
                field = _WORD[type(step)] if name == _MAIN.get(type(step)) else name
                top.wrong(f"payment[{index}].{field}", "formula", formula=error.problem)


def sheet_dict(sheet: Sheet) -> dict[str, Any]:
    """The sheet's part of a document, which reads back as the same sheet."""
    return {
        "facts": {fact.name: {"kind": fact.kind, "optional": fact.optional} for fact in sheet.facts},
        "cells": [_part_dict(part) for part in sheet.parts],
        "payment": [_step_dict(step) for step in sheet.payment],
    }


def _facts(top: Reader) -> tuple[Fact, ...]:
    """`facts: {grade: text, quota_2: {kind: money, optional: true}}`"""
    found = []
    for name, value in top.named("facts"):
        reader = Reader(value if isinstance(value, Mapping) else {"kind": value}, top.at(f"facts.{name}"), top.problems)
        kind: FieldKind = reader.choice("kind", get_args(FieldKind))
        found.append(Fact(name, kind, reader.flag("optional", False)))
        reader.nothing_else()
    return tuple(found)


def _part(reader: Reader) -> SheetPart | None:
    words = ("is", "pays", "sum_of", "share_out", "contest")
    given = [word for word in words if reader.has(word)]
    if len(given) != 1:
        reader.wrong("is", "one_of_two", one=", ".join(words[:-1]), other=words[-1])
        return None
    part = _PARTS[given[0]](reader)
    reader.nothing_else()
    return part


def _cell(reader: Reader, word: str) -> Cell:
    to_date: Interval | None = None
    if word == "pays" and reader.has("to_date"):
        to_date = reader.choice("to_date", get_args(Interval))
    return Cell(reader.text("code"), reader.text(word), word == "pays", to_date, **_titles(reader))


def _share_out(reader: Reader) -> ShareOut:
    amount, weight = reader.text("share_out"), reader.text("weight")
    return ShareOut(reader.text("code"), amount, weight, reader.text("by", ""), **_titles(reader))


def _contest(reader: Reader) -> Contest:
    prizes = reader.decimals("prizes", PRIZE_DIGITS)
    ties: model.Ties = reader.choice("ties", get_args(model.Ties), "share")
    of, by, when = reader.text("contest"), reader.text("by", ""), reader.text("when", "")
    return Contest(reader.text("code"), of, prizes, ties, by, when, **_titles(reader))


def _titles(reader: Reader) -> dict[str, str]:
    return {"title": reader.text("title", ""), "title_en": reader.text("title_en", "")}


_PARTS: dict[str, Callable[[Reader], SheetPart]] = {
    "is": lambda reader: _cell(reader, "is"),
    "pays": lambda reader: _cell(reader, "pays"),
    "sum_of": lambda reader: SumOf(reader.text("code"), reader.text("sum_of"), reader.text("by", "")),
    "share_out": _share_out,
    "contest": _contest,
}


def _step(reader: Reader) -> PayStep | None:
    given = [kind for kind, word in _WORD.items() if reader.has(word)]
    if len(given) != 1:
        words = list(_WORD.values())
        reader.wrong("code", "one_of_two", one=", ".join(words[:-1]), other=words[-1])
        return None
    step = _STEPS[given[0]](reader)
    reader.nothing_else()
    return step


def _draw(reader: Reader) -> Draw:
    return Draw(
        code=reader.text("code"),
        amount=reader.text("draw"),
        when=reader.text("when", ""),
        recoverable=reader.flag("recoverable", True),
        recover=reader.choice("recover", get_args(model.Recover), "above_draw"),
        recover_when=reader.text("recover_when", ""),
        limit=reader.text("limit", ""),
    )


def _ceiling(reader: Reader) -> Ceiling:
    excess: model.Excess = reader.choice("excess", get_args(model.Excess), "forfeit")
    return Ceiling(reader.text("code"), reader.text("ceiling"), excess)


def _below(reader: Reader) -> Below:
    negative: model.Negative = reader.choice("below_zero", get_args(model.Negative))
    return Below(reader.text("code"), negative)


# The word that says which step it is, and the formula that stands under that word.
_WORD: dict[type[PayStep], str] = {
    Floor: "floor",
    Ceiling: "ceiling",
    Draw: "draw",
    Holdback: "hold",
    Recovery: "debt",
    Below: "below_zero",
}
_MAIN: dict[type[PayStep], str] = {Floor: "amount", Ceiling: "amount", Draw: "amount", Holdback: "share"}
_STEPS: dict[type[PayStep], Callable[[Reader], PayStep]] = {
    Floor: lambda reader: Floor(reader.text("code"), reader.text("floor"), reader.text("when", "")),
    Ceiling: _ceiling,
    Draw: _draw,
    Holdback: lambda reader: Holdback(
        reader.text("code"), reader.text("hold"), reader.text("release", ""), reader.text("forfeit", "")
    ),
    Recovery: lambda reader: Recovery(reader.text("code"), reader.text("debt"), reader.text("limit", "")),
    Below: _below,
}


def _component_words(component: Component) -> tuple[str, ...]:
    names = component_names(component)
    own = (names.earned, names.credit, names.total)
    return (*own, names.quota) if component.quota else own


def _check_name(top: Reader, where: str, name: str, taken: list[str]) -> None:
    """Whether a name can stand in formulas and is not taken; it is from now on."""
    if not fullmatch(_NAME, name):
        top.wrong(where, "field", value=name, taken=", ".join(taken))
    elif name in taken:
        top.wrong(where, "twice", value=name)
    taken.append(name)


def _check_names_of(top: Reader, where: str, part: SheetPart, scope: SheetScope) -> None:
    """The names that parts mention outside of formulas."""
    known = scope.scope.names
    for name, numeric in (("of", True), ("by", False)):
        word = getattr(part, name, "")
        if not word:
            continue
        field = {"of": "sum_of" if isinstance(part, SumOf) else "contest"}.get(name, name)
        if word not in known or (numeric and known[word].kind != "number") or known[word].optional:
            fitting = [
                one for one, kind in known.items() if not kind.optional and (kind.kind == "number" or not numeric)
            ]
            top.wrong(f"{where}.{field}", "choice", value=word, choices=", ".join(fitting))


def _formula_field(part: SheetPart, error: FormulaError) -> str:
    """Under which word the formula stands that is wrong."""
    if isinstance(part, Cell):
        return "pays" if part.pays else "is"
    return "when" if isinstance(part, Contest) else "share_out"


def _shallow(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def _part_dict(part: SheetPart) -> dict[str, Any]:
    titles = {"title": getattr(part, "title", ""), "title_en": getattr(part, "title_en", "")}
    match part:
        case Cell():
            to_date = {"to_date": part.to_date} if part.to_date else {}
            return {"code": part.code, "pays" if part.pays else "is": part.formula, **to_date, **titles}
        case SumOf():
            return {"code": part.code, "sum_of": part.of, "by": part.by}
        case ShareOut():
            return {"code": part.code, "share_out": part.amount, "weight": part.weight, "by": part.by, **titles}
        case Contest():
            prizes = [str(prize) for prize in part.prizes]
            own = {"prizes": prizes, "ties": part.ties, "by": part.by, "when": part.when}
            return {"code": part.code, "contest": part.of, **own, **titles}


def _step_dict(step: PayStep) -> dict[str, Any]:
    found: dict[str, Any] = {"code": step.code}
    for name in step.__dataclass_fields__:
        if name == "code":
            continue
        word = _WORD[type(step)] if name == _MAIN.get(type(step)) or name in ("debt", "negative") else name
        value = getattr(step, name)
        found[word] = str(value) if isinstance(value, Decimal) else value
    return found


__all__ = ["STEP_FORMULAS", "check_sheet", "read_sheet", "sheet_dict"]
