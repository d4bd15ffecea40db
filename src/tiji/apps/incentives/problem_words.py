"""What is wrong with a plan's document, in the reader's language. The kernel gives codes, this gives words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.kernel.commission import PlanProblem

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
    "flag": gettext_lazy("“%(value)s” is not possible; write true or false"),
    "flat": gettext_lazy("a flat table has one step, from 0 without an end"),
    "gap": gettext_lazy("leaves a gap from %(low)s to %(high)s that pays nothing; close it or write “gap: zero”"),
    "group": gettext_lazy("write named fields below it"),
    "interval": gettext_lazy("cannot be longer than the measure's interval"),
    "large": gettext_lazy("%(value)s is too large"),
    "missing": gettext_lazy("is missing"),
    "negative": gettext_lazy("cannot be negative"),
    "number": gettext_lazy('“%(value)s” is not a number; write it in quotes, such as "0.035"'),
    "open_end": gettext_lazy("nothing is paid above %(value)s; leave the end out or write “gap: zero”"),
    "overlap": gettext_lazy("%(value)s lies inside the step before"),
    "quota": gettext_lazy("is missing: the steps are shares of a quota"),
    "share": gettext_lazy("must be more than 0 and at most 1"),
    "text": gettext_lazy("“%(value)s” is not a text; put it in quotes"),
    "twice": gettext_lazy("“%(value)s” is used twice"),
    "unknown": gettext_lazy("is not a field that is known here"),
    "whole": gettext_lazy("“%(value)s” is not possible; write a whole number from %(low)s to %(high)s"),
    "words": gettext_lazy("write a list of words"),
    # What the kernel allows and this company has nothing for.
    "fiscal_start": gettext_lazy("must be %(month)s, the month in which the company's fiscal year begins"),
    "measured_twice": gettext_lazy("is measured by the %(interval)s elsewhere in this plan"),
    "not_here": gettext_lazy("“%(word)s” is not known here; use %(known)s"),
}


def problem_text(problem: PlanProblem, line: int | None = None) -> str:
    """One problem with its place: its line in what was typed, and its path."""
    facts = {name: str(value) for name, value in problem.facts.items()}
    place = problem.path
    if line:
        place = _("Line %(line)s, %(path)s") % {"line": line, "path": problem.path}
    return f"{place}: {WORDS[problem.code] % facts}"
