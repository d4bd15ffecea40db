"""What can be wrong with a formula: a code, its facts and the place in the text. An application words the codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXTS: Mapping[str, str] = {
    "arguments": "{name} takes {expected}, not {given}",
    "boolean": "a condition stands here, not {kind}; compare it with something",
    "comment": "comments are not part of a formula",
    "compare": "{left} cannot be compared with {right}",
    "deep": "is nested too deeply; give parts of it a name of their own",
    "digits": "{value} has too many digits",
    "divided": "a division must be rounded: write round(…, 2)",
    "else": "says nothing for the other cases; add ELSE",
    "empty": "is empty",
    "long": "is longer than {limit} characters; give parts of it a name of their own",
    "maybe_empty": "{what} may be empty; write coalesce({what}, 0) or another value for that case",
    "maybe_zero": "{what} may be 0; write coalesce(a / nullif({what}, 0), 0) to say what holds then",
    "not_number": "a number stands here, not {kind}",
    "not_one_kind": "the answers differ: {left} and {right}",
    "not_plain": "a whole number from 0 to {limit} stands here",
    "not_table": "a table of the plan stands here, for example {example}",
    "overflow": "can become larger than can be computed exactly; round or limit a part of it",
    "result": "must give {expected}, not {given}",
    "statement": "one formula only, without ;",
    "syntax": "cannot be read here",
    "table_axes": "table {name} is looked up by {expected}, not {given}",
    "table_kind": "{function} does not read a table of this kind; use {use}",
    "table_value": "{name} is a table; ask for a value with at({name}, …)",
    "unknown_function": "{name} is not a function of formulas",
    "unknown_name": "{name} is not known here",
    "unusable": "{what} is not part of formulas",
}


@dataclass(frozen=True, slots=True)
class FormulaProblem:
    """One thing wrong. `start` and `end` are places in the text, half-open; `suggestion` is what may be meant."""

    code: str
    start: int
    end: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str = ""

    @property
    def message(self) -> str:
        hint = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return TEXTS[self.code].format(**self.facts) + hint

    def __str__(self) -> str:
        return f"at {self.start + 1}: {self.message}"


class FormulaError(ValueError):
    """The formula does not stand. `problem` is the first thing wrong with it."""

    def __init__(self, problem: FormulaProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def refuse(code: str, span: tuple[int, int], suggestion: str = "", **facts: Any) -> FormulaError:
    """The error to raise for a place in the text."""
    return FormulaError(FormulaProblem(code, *span, facts, suggestion))
