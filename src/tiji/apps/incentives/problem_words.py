"""What is wrong with a plan's document, in the reader's language. The kernel gives codes, this gives words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tiji.kernel.commission import PlanProblem
from tiji.kernel.engine import EngineChoiceError
from tiji.kernel.engine.choice import ALLOWED, EXTRA, JAVA
from tiji.kernel.engine.formulas import FormulaProblem

WORDS: Mapping[str, Any] = {
    "above_from": gettext_lazy("must be above “from”"),
    "attainment": gettext_lazy("must be “attainment” when there is a quota"),
    "choice": gettext_lazy("“%(value)s” is not possible; write one of: %(choices)s"),
    "code": gettext_lazy("“%(value)s”: write small letters, digits, dots, - and _, at most 60"),
    "currency": gettext_lazy("“%(value)s” is not a currency; write its code, such as CNY"),
    "date": gettext_lazy("“%(value)s” is not a date; write one such as 2026-01-31"),
    "days": gettext_lazy("must be after “valid_from”"),
    "decimals": gettext_lazy("%(value)s has more than %(digits)s decimals"),
    "entries": gettext_lazy("write at least one entry"),
    "fixed_marginal": gettext_lazy("fixed amounts belong to a flat or retroactive table"),
    "field": gettext_lazy("“%(value)s”: write a letter, then letters, digits and _, and none of: %(taken)s"),
    "flag": gettext_lazy("“%(value)s” is not possible; write true or false"),
    "flat": gettext_lazy("a flat table has one step, from 0 without an end"),
    "gap": gettext_lazy("leaves a gap from %(low)s to %(high)s that pays nothing; close it or write “gap: zero”"),
    "group": gettext_lazy("write named fields below it"),
    "interval": gettext_lazy("cannot be longer than the measure's interval"),
    "large": gettext_lazy("%(value)s is too large"),
    "missing": gettext_lazy("is missing"),
    "negative": gettext_lazy("cannot be negative"),
    "number": gettext_lazy('“%(value)s” is not a number; write it in quotes, such as "0.035"'),
    "one_of_two": gettext_lazy("write either “%(one)s” or “%(other)s”"),
    "open_end": gettext_lazy("nothing is paid above %(value)s; leave the end out or write “gap: zero”"),
    "overlap": gettext_lazy("%(value)s lies inside the step before"),
    "quota": gettext_lazy("is missing: the steps are shares of a quota"),
    "share": gettext_lazy("must be more than 0 and at most 1"),
    "size": gettext_lazy("needs %(expected)s entries, not %(given)s"),
    "text": gettext_lazy("“%(value)s” is not a text; put it in quotes"),
    "twice": gettext_lazy("“%(value)s” is used twice"),
    "unknown": gettext_lazy("is not a field that is known here"),
    "whole": gettext_lazy("“%(value)s” is not possible; write a whole number from %(low)s to %(high)s"),
    "words": gettext_lazy("write a list of words"),
    # What the kernel allows and this company has nothing for.
    "fiscal_start": gettext_lazy("must be %(month)s, the month in which the company's fiscal year begins"),
    "measured_twice": gettext_lazy("is measured by the %(interval)s elsewhere in this plan"),
    "by_month": gettext_lazy(
        "must be “month” in a plan with cells or payment, which pays whole months; "
        "say what a quarter or year earns by a cell with to_date"
    ),
    "roll_up_each": gettext_lazy("must be “each”: everybody above the owner is credited for himself"),
    "only_roll_up": gettext_lazy("is only for the role “%(role)s”; leave it out"),
    "not_here": gettext_lazy("“%(word)s” is not known here; use %(known)s"),
}

ENGINE_WORDS: Mapping[str, Any] = {
    "unknown": gettext_lazy("“%(word)s” is no engine; use one of: %(allowed)s"),
    "extra": gettext_lazy("“%(word)s” needs Spark, which is not installed here. Install it with: %(extra)s"),
    "java": gettext_lazy("“%(word)s” needs Java 17 or newer on this machine. Install it with: %(java)s"),
}

FORMULA_WORDS: Mapping[str, Any] = {
    "arguments": gettext_lazy("“%(name)s” takes %(expected)s values, not %(given)s"),
    "boolean": gettext_lazy("a condition is needed here; compare it with something"),
    "comment": gettext_lazy("leave the comment out"),
    "compare": gettext_lazy("%(left)s and %(right)s cannot be compared"),
    "deep": gettext_lazy("has too many brackets inside each other"),
    "digits": gettext_lazy("“%(value)s” is not a number that can be used; write one such as 0.035"),
    "divided": gettext_lazy("a quotient has to be rounded; write round(…, 2)"),
    "else": gettext_lazy("does not say what holds otherwise; add ELSE"),
    "empty": gettext_lazy("is empty"),
    "long": gettext_lazy("has more than %(limit)s characters"),
    "maybe_empty": gettext_lazy("“%(what)s” may be empty; write coalesce(%(what)s, 0), or what else holds then"),
    "maybe_zero": gettext_lazy("“%(what)s” may be 0; write coalesce(… / nullif(%(what)s, 0), 0) or what else holds"),
    "not_number": gettext_lazy("a number is needed here"),
    "not_one_kind": gettext_lazy("one answer is %(left)s and another %(right)s"),
    "not_plain": gettext_lazy("a whole number from 0 to %(limit)s is needed here"),
    "not_table": gettext_lazy("a table of the plan is needed here, such as “%(example)s”"),
    "overflow": gettext_lazy("may become too large to be computed exactly; round a part of it"),
    "result": gettext_lazy("must give %(expected)s, not %(given)s"),
    "statement": gettext_lazy("write one formula, without ;"),
    "syntax": gettext_lazy("cannot be read from here on"),
    "table_axes": gettext_lazy("the table “%(name)s” is looked up by %(expected)s"),
    "table_kind": gettext_lazy("“%(function)s” does not fit this table; use %(use)s"),
    "table_value": gettext_lazy("“%(name)s” is a table; ask for its value with at(%(name)s, …)"),
    "unknown_function": gettext_lazy("there is no function “%(name)s”"),
    "unknown_name": gettext_lazy("“%(name)s” is not known here"),
    "unusable": gettext_lazy("“%(what)s” cannot be used in a formula"),
}
KIND_WORDS: Mapping[str, Any] = {
    "number": pgettext_lazy("formula", "a number"),
    "text": pgettext_lazy("formula", "a text"),
    "bool": pgettext_lazy("formula", "a condition"),
    "date": pgettext_lazy("formula", "a date"),
    "number above 0": pgettext_lazy("formula", "a number above 0"),
}


FACT_WORDS: Mapping[str, Any] = {
    "money": pgettext_lazy("fact", "an amount such as 15000.00"),
    "rate": pgettext_lazy("fact", "a rate such as 0.15"),
    "count": pgettext_lazy("fact", "a whole number"),
    "text": pgettext_lazy("fact", "a text"),
    "date": pgettext_lazy("fact", "a date such as 2026-07-01"),
    "flag": pgettext_lazy("fact", "true or false"),
}


def kind_text(kind: str) -> str:
    """What a fact of this kind has to be, with an example."""
    return str(FACT_WORDS[kind])


def problem_text(problem: PlanProblem, line: int | None = None) -> str:
    """One problem with its place: its line in what was typed, and its path."""
    place = problem.path
    if line:
        place = _("Line %(line)s, %(path)s") % {"line": line, "path": problem.path}
    return f"{place}: {told_text(problem)}"


def told_text(problem: PlanProblem) -> str:
    """What is wrong, without its place."""
    if "formula" in problem.facts:
        return formula_text(problem.facts["formula"])
    facts = {name: str(value) for name, value in problem.facts.items()}
    return str(WORDS[problem.code] % facts)


def formula_text(problem: FormulaProblem) -> str:
    """What is wrong with a formula, from which character on, and what may be meant."""
    facts = {name: _in_words(value) for name, value in problem.facts.items()}
    told = _("from character %(place)s: %(problem)s") % {
        "place": problem.start + 1,
        "problem": FORMULA_WORDS[problem.code] % facts,
    }
    if problem.suggestion:
        return _("%(told)s; do you mean “%(name)s”?") % {"told": told, "name": problem.suggestion}
    return told


def _in_words(value: Any) -> str:
    """A kind of value in the reader's language; everything else as it is."""
    parts = str(value).split(", ")
    if all(part in KIND_WORDS for part in parts):
        return _(", ").join(str(KIND_WORDS[part]) for part in parts)
    return str(value)


def engine_problem(error: EngineChoiceError) -> str:
    """Why an engine cannot compute here, and what to write or install."""
    return str(ENGINE_WORDS[error.code]) % {"word": error.word, "allowed": ALLOWED, "extra": EXTRA, "java": JAVA}
