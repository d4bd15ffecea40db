"""A line of a statement as plain data and back: what was asked about is read again as it was."""

from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from tiji.apps.incentives.models import Statement
from tiji.apps.incentives.selectors.traces import Line, lines_of
from tiji.kernel.commission import Plan

AMOUNTS = ("amount", "corrections", "adjustments", "due", "paid", "credit")


def frozen_of(statement: Statement, line: Line | None, plan: Plan | None) -> dict[str, Any]:
    """What a statement says today, of one line or as a whole. Shape: JSON, decimals as text."""
    run = statement.run
    return {
        "run": {"id": run.pk, "number": run.number, "inputs": run.inputs_digest, "code": run.code_version},
        "statement": {**{name: _plain(getattr(statement, name)) for name in AMOUNTS}, "lines": statement.lines},
        "line": _plain(asdict(line)) if line else None,
        "plan": {"code": plan.code, "version": plan.version} if plan and line else None,
    }


def frozen_line(frozen: dict[str, Any]) -> Line | None:
    """The line as it was; None for a question about the whole statement."""
    return _read(Line, frozen["line"]) if frozen.get("line") else None


def same_line(line: Line, lines: list[Line]) -> Line | None:
    """The line of another version of the month that credits the same event by the same component."""
    exact = next((one for one in lines if one.key == line.key), None)
    named = (line.component, line.event_id, line.seq)
    return exact or next((one for one in lines if (one.component, one.event_id, one.seq) == named), None)


def line_by_key(statement: Statement, key: str) -> Line | None:
    """A line of a statement, if it has it."""
    return next((one for one in lines_of(statement) if one.key == key), None)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _read(kind: Any, value: Any) -> Any:
    """A value of the kind that a field is declared as; fields that are no more are left out."""
    if value is None:
        return None
    if get_origin(kind) in (Union, UnionType):
        return _read(next(one for one in get_args(kind) if one is not type(None)), value)
    if is_dataclass(kind):
        return _read_row(kind, value)
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), value)
    if get_origin(kind) is dict:
        return {name: _read(get_args(kind)[1], one) for name, one in value.items()}
    return _PLAIN.get(kind, _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value


_PLAIN: dict[Any, Callable[[Any], Any]] = {date: date.fromisoformat, Decimal: Decimal}


def _read_row(kind: Any, value: dict[str, Any]) -> Any:
    kinds = get_type_hints(kind)
    known = {one.name for one in fields(kind)} & value.keys()
    return kind(**{name: _read(kinds[name], value[name]) for name in known})


def _read_tuple(kinds: tuple[Any, ...], values: list[Any]) -> tuple[Any, ...]:
    if kinds[-1] is Ellipsis:
        return tuple(_read(kinds[0], one) for one in values)
    return tuple(_read(kind, one) for kind, one in zip(kinds, values, strict=True))
