"""Reads a nested document field by field, collecting what is wrong with the path of each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from re import fullmatch
from typing import Any

from tiji.kernel.commission.problems import PlanProblem
from tiji.kernel.engine.formulas import FormulaError, Scope, compile_formula
from tiji.kernel.engine.formulas.scope import Kind

_MISSING = object()


class Reader:
    """One mapping of the document. Every problem goes to the shared list; a bad field reads as its default."""

    def __init__(self, value: Any, path: str, problems: list[PlanProblem]) -> None:
        self.path = path
        self.problems = problems
        self._seen: set[str] = set()
        self._readable = isinstance(value, Mapping)
        self._data: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if not self._readable:
            problems.append(PlanProblem(path or "plan", "group"))

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, code: str, **facts: Any) -> None:
        """Put down what is wrong with a field: a code of `problems.TEXTS` and what its words need."""
        if not self._readable:
            return  # one problem for the whole group is enough
        self.problems.append(PlanProblem(self.at(name), code, facts))

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def raw(self, name: str, default: Any = _MISSING) -> Any:
        self._seen.add(name)
        value = self._data.get(name)
        if value is None:
            if default is _MISSING:
                self.wrong(name, "missing")
                return None
            return default
        return value

    def text(self, name: str, default: Any = _MISSING) -> str:
        value = self.raw(name, default)
        if value is None or isinstance(value, str):
            return value or ""
        self.wrong(name, "text", value=value)
        return ""

    def code(self, name: str, default: Any = _MISSING) -> str:
        value = self.text(name, default)
        if value and not fullmatch(r"[a-z0-9][a-z0-9_.-]{0,59}", value):
            self.wrong(name, "code", value=value)
        return value

    def choice(self, name: str, choices: Sequence[str], default: Any = _MISSING) -> Any:
        value = self.raw(name, default)
        if value is not None and value not in choices:
            self.wrong(name, "choice", value=value, choices=", ".join(choices))
            return choices[0]
        return value if value is not None else choices[0]

    def whole(self, name: str, low: int, high: int, default: Any = _MISSING) -> int:
        value = self.raw(name, default)
        if value is None:
            return low
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(name, "whole", value=value, low=low, high=high)
            return low
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name, default)
        if not isinstance(value, bool):
            self.wrong(name, "flag", value=value)
            return default
        return value

    def decimal(self, name: str, digits: int, default: Any = _MISSING) -> Decimal | None:
        """A number written as text ("0.035") or a whole number, with at most so many decimals; never a float."""
        value = self.raw(name, default)
        if value is None or isinstance(value, Decimal):
            return value
        number = _number(value)
        if number is None:
            self.wrong(name, "number", value=value)
        elif number != round(number, digits):
            self.wrong(name, "decimals", value=value, digits=digits)
        elif abs(number) >= 10**15:
            self.wrong(name, "large", value=value)
        return number

    def day(self, name: str) -> date | None:
        value = self.raw(name, None)
        if value is None or (isinstance(value, date) and type(value) is date):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.wrong(name, "date", value=value)
            return None

    def codes(self, name: str) -> tuple[str, ...]:
        value = self.raw(name, ())
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self.wrong(name, "words")
            return ()
        return tuple(value)

    def code_or_codes(self, name: str) -> tuple[str, ...]:
        """One word, or a list of them."""
        if isinstance(self._data.get(name), list | tuple):
            found = self.codes(name)
            if not found:
                self.wrong(name, "entries")
            return found or ("",)
        return (self.code(name),)

    def formula(self, name: str, text: str, scope: Scope, expects: Kind = "number") -> None:
        """Check a formula; an empty one says nothing. The problem's facts carry its place in the text."""
        if not text:
            return
        try:
            compile_formula(text, scope, expects)
        except FormulaError as error:
            self.wrong(name, "formula", formula=error.problem)

    def named(self, name: str) -> list[tuple[str, Any]]:
        """A mapping of names to whatever stands under them; may be left out."""
        value = self.raw(name, {})
        if not isinstance(value, Mapping):
            self.wrong(name, "group")
            return []
        return [(str(key), item) for key, item in value.items()]

    def group(self, name: str, optional: bool = False) -> Reader | None:
        if optional and not self.has(name):
            self._seen.add(name)
            return None
        value = self.raw(name)
        return None if value is None else Reader(value, self.at(name), self.problems)

    def groups(self, name: str) -> list[Reader]:
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple) or not value:
            self.wrong(name, "entries")
            return []
        return [Reader(item, f"{self.at(name)}[{index}]", self.problems) for index, item in enumerate(value)]

    def groups_or_none(self, name: str) -> list[Reader]:
        """A list of groups that may be left out, or empty."""
        if not self._data.get(name):
            self._seen.add(name)
            return []
        return self.groups(name)

    def decimals(self, name: str, digits: int) -> tuple[Decimal, ...]:
        """A list of numbers, at least one."""
        value = self.raw(name)
        if not isinstance(value, list | tuple) or not value:
            self.wrong(name, "entries")
            return ()
        each = [Reader({f"{name}[{at}]": item}, self.path, self.problems) for at, item in enumerate(value)]
        return tuple(reader.decimal(f"{name}[{at}]", digits) or Decimal(0) for at, reader in enumerate(each))

    def nothing_else(self) -> None:
        for name in self._data:
            if name not in self._seen:
                self.wrong(str(name), "unknown")


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
