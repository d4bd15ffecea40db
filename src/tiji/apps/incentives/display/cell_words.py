"""What is wrong with a plan at the very field: in the words of the form, where there is nothing to write in YAML."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.incentives.display.plan_fields import field_at, in_percent, number_in, typed_text, value_words
from tiji.apps.incentives.problem_words import told_text
from tiji.kernel.commission import PlanProblem

WORDS: Mapping[str, Any] = {
    "above_from": gettext_lazy("The end lies above the beginning."),
    "attainment": gettext_lazy("With a quota, limits are shares of it."),
    "choice": gettext_lazy("“%(value)s” is not possible here; choose one of: %(choices)s."),
    "code": gettext_lazy("Use small letters, digits, dots, - and _; begin with a letter or digit."),
    "date": gettext_lazy("“%(value)s” is not a date; write one such as 2026-01-31."),
    "days": gettext_lazy("The end lies after the beginning."),
    "decimals": gettext_lazy("%(value)s has too many decimals."),
    "entries": gettext_lazy("At least one entry is needed."),
    "fixed_marginal": gettext_lazy("Fixed amounts are paid at one rate or all at the step reached."),
    "flat": gettext_lazy("One rate has one row: from 0, without an end."),
    "gap": gettext_lazy("From %(low)s to %(high)s nothing is paid: close the gap, or let gaps pay nothing."),
    "interval": gettext_lazy("Pay cannot span more than what is added up."),
    "missing": gettext_lazy("Fill this in."),
    "negative": gettext_lazy("It cannot be below zero."),
    "number": gettext_lazy("“%(value)s” is not a number."),
    "one_of_two": gettext_lazy("Either a table or a formula: take one away."),
    "open_end": gettext_lazy("Above %(value)s nothing is paid: leave the end empty, or let gaps pay nothing."),
    "overlap": gettext_lazy("%(value)s lies inside the row before."),
    "quota": gettext_lazy("Limits are shares of a quota: choose the quota."),
    "share": gettext_lazy("Between 0% and 100%."),
    "twice": gettext_lazy("“%(value)s” is used twice."),
    "unknown": gettext_lazy("This is not known here."),
}
_AMOUNTS = ("value", "low", "high")


def is_missing(problem: PlanProblem) -> bool:
    """Whether something was only not filled in yet."""
    return problem.code == "missing" or problem.facts.get("value") == ""


def cell_text(tree: Any, problem: PlanProblem) -> str:
    """One problem as its field tells it."""
    if problem.code not in WORDS or "formula" in problem.facts:
        return told_text(problem)
    if is_missing(problem):
        return str(WORDS["missing"])
    known = field_at(problem.path)
    facts = {name: str(value) for name, value in problem.facts.items()}
    if known is not None and known.kind in ("percent", "limit"):
        percent = in_percent(tree, problem.path, known)
        facts |= {
            name: typed_text(problem.facts[name], percent) + ("%" if percent else "")
            for name in _AMOUNTS
            if name in facts and number_in(problem.facts[name]) is not None
        }
    elif known is not None and known.kind == "choice" and "choices" in facts:
        named = [value_words(tree, problem.path, one) for one in facts["choices"].split(", ")]
        facts["choices"] = str(_(", ")).join(named)
    return str(WORDS[problem.code] % facts)
