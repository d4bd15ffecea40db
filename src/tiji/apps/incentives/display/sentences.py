"""What a plan says beside its rate tables, in sentences: shares and days, limits and rounding, and a payee's month."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tiji.apps.incentives.display import words
from tiji.kernel.commission import Component, CreditRule, Plan
from tiji.kernel.commission.sheet_plan import (
    Below,
    Ceiling,
    Cell,
    Contest,
    Draw,
    Floor,
    Holdback,
    PayStep,
    Recovery,
    ShareOut,
    SheetPart,
    SumOf,
)
from tiji.kernel.engine.formulas import FormulaError, names_of, read_formula
from tiji.ui import formats

# What the names mean that every formula about an event or its credit may speak of.
NAMES: Mapping[str, Any] = {
    "amount": gettext_lazy("the document's amount"),
    "kind": gettext_lazy("the kind of event"),
    "business": gettext_lazy("new or existing business"),
    "event_on": gettext_lazy("the day that counts"),
    "due_on": gettext_lazy("the day on which the invoice is due"),
    "days_past_due": gettext_lazy("by how many days the money came late"),
    "credit": gettext_lazy("what the person is credited"),
    "share": gettext_lazy("the person's share"),
    "before": gettext_lazy("the running total before"),
    "after": gettext_lazy("the running total after"),
    "quota": gettext_lazy("the quota of the interval"),
    "period_start": gettext_lazy("the first day of the month"),
    "period_end": gettext_lazy("the last day of the month"),
    "due": gettext_lazy("what the month is to pay up to this step"),
    "earned": gettext_lazy("what the month earned"),
    "held": gettext_lazy("what is held so far"),
    "held_ever": gettext_lazy("all that was ever held"),
}
KINDS: Mapping[str, Any] = {
    "money": pgettext_lazy("kind of value", "amount of money"),
    "rate": pgettext_lazy("kind of value", "rate"),
    "count": pgettext_lazy("kind of value", "whole number"),
    "text": pgettext_lazy("kind of value", "text"),
    "date": pgettext_lazy("kind of value", "date"),
    "flag": pgettext_lazy("kind of value", "yes or no"),
}


@dataclass(frozen=True)
class Told:
    """Sentences under a heading."""

    title: str
    sentences: list[str]


def beside_the_table(component: Component) -> list[str]:
    """What a component says that neither its other sentences nor its table tell."""
    told = [*_credit(component.credit), *_limits(component)]
    formulas = (component.credit.when, component.credit.value, component.pays, component.factor)
    meaning = names_told(formulas)
    return [*told, meaning] if meaning else told


def _credit(rule: CreditRule) -> Iterable[str]:
    if rule.share != 1:
        yield _("%(share)s of each amount is shared out.") % {"share": words.rate_text(rule.share)}
    if rule.valid_from and rule.valid_until:
        yield _("Only from %(start)s until before %(end)s.") % {"start": rule.valid_from, "end": rule.valid_until}
    elif rule.valid_from:
        yield _("Only from %(start)s on.") % {"start": rule.valid_from}
    elif rule.valid_until:
        yield _("Only until before %(end)s.") % {"end": rule.valid_until}
    if rule.over_assignment:
        yield _("The shares of one document may be more than 100% together.")


def _limits(component: Component) -> Iterable[str]:
    table = component.rate
    fixed = component.pay.basis == "fixed"
    if len(table.steps) > 1 and (fixed or table.mode == "retroactive"):
        yield (
            _("A total exactly on a limit belongs to the step that ends there.")
            if table.tie == "lower"
            else _("A total exactly on a limit belongs to the step that begins there.")
        )
    if table.gap == "zero" and table.steps:
        yield _("What lies outside of the steps pays nothing.")
    yield (
        _("Rounded as a running sum: the lines add up to one rounding of the whole.")
        if component.rounding == "payout"
        else _("Every line is rounded by itself.")
    )


def names_told(formulas: Iterable[str], known: Mapping[str, str] | None = None) -> str:
    """The names that formulas use, with what each means; nothing where none of them has words."""
    meanings = {**NAMES, **(known or {})}
    found = dict.fromkeys(name for text in formulas for name in _names(text) if name in meanings)
    if not found:
        return ""
    listed = _("; ").join(
        _("%(name)s is %(meaning)s") % {"name": name, "meaning": meanings[name]} for name in sorted(found)
    )
    return _("In the formulas %(listed)s.") % {"listed": listed}


def _names(text: str) -> Iterable[str]:
    if not text:
        return ()
    try:
        return sorted(names_of(read_formula(text)))
    except FormulaError:
        return ()


def month_told(plan: Plan) -> list[Told]:
    """What a plan says of a payee's month: facts, cells, and what becomes of the sum."""
    sheet = plan.sheet
    told = [
        Told(_("What formulas know of an event"), [_fact(one.name, one.kind, False) for one in plan.fields]),
        Told(_("What is known of a person"), [_fact(one.name, one.kind, one.optional) for one in sheet.facts]),
        Told(_("Worked out for the month"), [sentence for part in sheet.parts for sentence in part_told(part)]),
        Told(_("How the month is paid"), [sentence for step in sheet.payment for sentence in step_told(step)]),
    ]
    return [one for one in told if one.sentences]


def _fact(name: str, kind: str, optional: bool) -> str:
    facts = {"name": name, "kind": KINDS[kind], "meaning": NAMES.get(name, "")}
    if optional:
        return _("%(name)s: %(kind)s; may be missing.") % facts
    return (_("%(name)s: %(kind)s, %(meaning)s.") if facts["meaning"] else _("%(name)s: %(kind)s.")) % facts


def part_told(part: SheetPart) -> list[str]:
    """A cell in words."""
    match part:
        case Cell(pays=False):
            told = [_("%(title)s is %(formula)s.") % {"title": words.named(part), "formula": part.formula}]
        case Cell():
            told = [_("%(title)s pays %(formula)s.") % {"title": words.named(part), "formula": part.formula}]
            if part.to_date:
                told.append(
                    _("That is for the %(interval)s so far; the month earns what is new of it.")
                    % {"interval": words.INTERVALS[part.to_date]()}
                )
        case SumOf():
            told = [_("%(title)s is the sum of %(of)s over %(group)s.") % _group(part, of=part.of)]
        case ShareOut():
            facts = _group(part, amount=part.amount, weight=part.weight)
            told = [_("%(title)s: %(amount)s is shared out over %(group)s, by the weight %(weight)s.") % facts]
        case Contest():
            told = _contest(part)
    return told


def _contest(part: Contest) -> list[str]:
    prizes = _(", ").join(formats.money_full(prize) for prize in part.prizes)
    told = [_("%(title)s: the highest %(of)s of %(group)s win %(prizes)s.") % _group(part, of=part.of, prizes=prizes)]
    told.append(
        _("Who is level shares the prizes of their places.")
        if part.ties == "share"
        else _("Who is level has the best of their prizes each.")
    )
    if part.when:
        told.append(_("Only those take part for whom %(formula)s.") % {"formula": part.when})
    return told


def _group(part: SumOf | ShareOut | Contest, **facts: str) -> dict[str, str]:
    everybody = _("everybody with the same %(fact)s") % {"fact": part.by} if part.by else _("everybody of the plan")
    return {"title": words.named(part), "group": everybody, **facts}


def step_told(step: PayStep) -> list[str]:
    """A step of the payment in words."""
    return [one for one in _STEPS[type(step)](step) if one]


def _where(formula: str) -> str:
    return _("That holds where %(formula)s.") % {"formula": formula} if formula else ""


def _floor(step: Any) -> list[str]:
    return [
        _("At least %(amount)s is paid; nothing of it is owed.") % {"amount": step.amount},
        _where(step.when),
    ]


def _ceiling(step: Any) -> list[str]:
    return [
        _("At most %(amount)s is paid.") % {"amount": step.amount},
        _("What is above is forfeited.")
        if step.excess == "forfeit"
        else _("What is above is paid in later months that have room."),
    ]


def _draw(step: Any) -> list[str]:
    told = [_("A draw: at least %(amount)s is paid.") % {"amount": step.amount}, _where(step.when)]
    if not step.recoverable:
        return [*told, _("What it adds is not paid back.")]
    told.append(
        _("What it adds is owed and paid back from what is above the draw; after the draw has ended from everything.")
        if step.recover == "above_draw"
        else _("What it adds is owed and paid back from everything earned later.")
    )
    if step.recover_when:
        told.append(_("It is paid back where %(formula)s.") % {"formula": step.recover_when})
    if step.limit:
        told.append(_("A month pays back at most %(amount)s.") % {"amount": step.limit})
    return told


def _hold(step: Any) -> list[str]:
    return [
        _("Held back: the share %(share)s of what is due.") % {"share": step.share},
        _("Of what is held, %(amount)s is paid out.") % {"amount": step.release} if step.release else "",
        _("Of what is held, %(amount)s is forfeited.") % {"amount": step.forfeit} if step.forfeit else "",
    ]


def _debt(step: Any) -> list[str]:
    return [
        _("Taken back: %(amount)s is added to a debt and taken from pay.") % {"amount": step.debt},
        _("A month takes at most %(amount)s.") % {"amount": step.limit} if step.limit else "",
    ]


def _below(step: Any) -> list[str]:
    return [
        {
            "carry": _("A month below zero is carried on to the next one."),
            "zero": _("A month below zero pays nothing and is forgotten."),
            "deduct": _("A month below zero is deducted from other pay."),
        }[step.negative]
    ]


_STEPS: Mapping[type, Callable[[Any], list[str]]] = {
    Floor: _floor,
    Ceiling: _ceiling,
    Draw: _draw,
    Holdback: _hold,
    Recovery: _debt,
    Below: _below,
}
