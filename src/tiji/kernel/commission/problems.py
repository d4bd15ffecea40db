"""What can be wrong with a plan document: a code and its facts, worded in English for whoever reads the kernel alone.

An application words the codes in its reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXTS: Mapping[str, str] = {
    "above_from": "must be above from",
    "attainment": "must be attainment when there is a quota",
    "choice": "{value!r} must be one of: {choices}",
    "code": "{value!r} must be small letters, digits, dots, - and _, at most 60",
    "currency": "{value!r} is not a currency",
    "date": "{value!r} must be a date such as 2026-01-31",
    "days": "must be after valid_from",
    "decimals": "{value} has more than {digits} decimals",
    "entries": "must be a list with at least one entry",
    "fixed_marginal": "fixed amounts belong to a flat or retroactive table",
    "field": "{value!r} must be a letter, then letters, digits and _, and none of: {taken}",
    "flag": "{value!r} must be true or false",
    "flat": "a flat table has one step, from 0 without an end",
    "formula": "{formula}",
    "gap": "leaves a gap from {low} to {high} that pays nothing; close it or say gap: zero",
    "group": "must be a group of named fields",
    "interval": "cannot be longer than the measure's interval",
    "large": "{value} is too large",
    "missing": "is missing",
    "negative": "cannot be negative",
    "number": '{value!r} must be a number written as text, such as "0.035"',
    "open_end": "nothing is paid above {value}; leave it out or say gap: zero",
    "overlap": "{value} is inside the step before",
    "one_of_two": "give either {one} or {other}",
    "quota": "is missing: the steps are shares of a quota",
    "share": "must be more than 0 and at most 1",
    "size": "must have {expected} entries, not {given}",
    "text": "must be text, not {value!r}",
    "twice": "{value!r} is used twice",
    "unknown": "is not a field that is known here",
    "whole": "{value!r} must be a whole number from {low} to {high}",
    "words": "must be a list of words",
}


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One thing wrong with a plan document. `path` is where: components[0].rate.steps[1].to; `code` is in TEXTS."""

    path: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return TEXTS[self.code].format(**self.facts)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class PlanError(ValueError):
    """The plan document does not stand. `problems` has all of them."""

    def __init__(self, problems: list[PlanProblem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
