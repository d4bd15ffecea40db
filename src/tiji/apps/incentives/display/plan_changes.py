"""What changes from one wording of a plan to another: in words, place by place, and as lines of YAML."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.incentives.display.plan_fields import field_at, number_in, value_words
from tiji.apps.incentives.display.plan_paths import value_at
from tiji.apps.incentives.display.words import title_of
from tiji.apps.incentives.services.documents import as_yaml
from tiji.kernel.commission import Plan, plan_to_dict

Way = Literal["added", "removed", "changed", "moved"]
# Lists whose entries are told apart by their code, with what an entry is called.
CODED: Mapping[str, Callable[[str], str]] = {
    "components": lambda name: _("Component %(name)s") % {"name": name},
    "cells": lambda name: _("Calculation %(name)s") % {"name": name},
    "payment": lambda name: _("Payment step %(name)s") % {"name": name},
}
# Groups of what the author named.
NAMED: Mapping[str, Callable[[str], str]] = {
    "fields": lambda name: _("Event field %(name)s") % {"name": name},
    "tables": lambda name: pgettext("pay", "Table %(name)s") % {"name": name},
    "facts": lambda name: _("Fact %(name)s") % {"name": name},
}


@dataclass(frozen=True)
class PlanChange:
    """One thing that is different. Where and the values are in the reader's language; `path` is of the new wording."""

    path: str
    way: Way
    where: str
    before: str
    after: str


@dataclass(frozen=True)
class _Side:
    """A document with the names of its components for people."""

    tree: dict[str, Any]
    titles: dict[str, str]

    @classmethod
    def of(cls, plan: Plan) -> "_Side":
        return cls(plan_to_dict(plan), {part.code: title_of(part) for part in plan.components})


def plan_changes(before: Plan, after: Plan) -> list[PlanChange]:
    """Everything that the second wording says otherwise than the first, but for its number."""
    old, new = _Side.of(before), _Side.of(after)
    found = [
        change
        for name in ("currency", "fiscal_start_month", "title", "title_en")
        for change in _compared(old, new, name, name, "")
    ]
    for name, called in CODED.items():
        found += _coded(old, new, name, called)
    for name, called in NAMED.items():
        found += _named(old, new, name, called)
    return found


def yaml_changes(before: Plan, after: Plan) -> list[tuple[str, str]]:
    """Lines of YAML with what became of them: added, removed, or the same beside them."""
    old, new = (as_yaml({**plan_to_dict(plan), "version": 0}).splitlines() for plan in (before, after))
    marks = {"+": "added", "-": "removed", "@": "place"}
    lines = [line for line in unified_diff(old, new, lineterm="", n=2) if not line.startswith(("+++", "---"))]
    return [(marks.get(line[:1], ""), "⋯" if line.startswith("@") else line) for line in lines]


def _coded(old: _Side, new: _Side, name: str, called: Callable[[str], str]) -> Iterator[PlanChange]:
    places = [{part["code"]: f"{name}[{at}]" for at, part in enumerate(side.tree[name])} for side in (old, new)]
    for code in [*places[1], *(code for code in places[0] if code not in places[1])]:
        title = new.titles.get(code, old.titles.get(code, code)) if name == "components" else code
        yield from _entry(old, new, (places[0].get(code, ""), places[1].get(code, "")), called(title))
    both = [[code for code in place if code in places[0] and code in places[1]] for place in places]
    if both[0] != both[1]:
        yield PlanChange(name, "moved", _("Order"), _(", ").join(both[0]), _(", ").join(both[1]))


def _named(old: _Side, new: _Side, name: str, called: Callable[[str], str]) -> Iterator[PlanChange]:
    groups = [side.tree[name] for side in (old, new)]
    for key in [*groups[1], *(key for key in groups[0] if key not in groups[1])]:
        paths = tuple(f"{name}.{key}" if key in group else "" for group in groups)
        yield from _entry(old, new, (paths[0], paths[1]), called(key))


def _entry(old: _Side, new: _Side, paths: tuple[str, str], where: str) -> Iterator[PlanChange]:
    """An entry that is new, gone, or compared field by field."""
    if not paths[0]:
        yield PlanChange(paths[1], "added", where, "", _summary(new.tree, paths[1]))
    elif not paths[1]:
        yield PlanChange(paths[0], "removed", where, _summary(old.tree, paths[0]), "")
    else:
        yield from _compared(old, new, *paths, where)


def _compared(old: _Side, new: _Side, here: str, there: str, where: str) -> Iterator[PlanChange]:
    one, other = (value_at(side.tree, path) for side, path in ((old, here), (new, there)))
    if _plain(one) == _plain(other):
        return
    if field_at(there) is None and _is_group(one) and _is_group(other):
        for name in dict.fromkeys([*(one or {}), *(other or {})]):
            yield from _compared(old, new, f"{here}.{name}", f"{there}.{name}", where)
    elif field_at(there) is None and _is_list(one) and _is_list(other):
        yield from _rows(old, new, (here, one or []), (there, other or []), where)
    else:
        label = str(field.label) if (field := field_at(there)) else there.rpartition(".")[2]
        words = value_words(old.tree, here, one), value_words(new.tree, there, other)
        yield PlanChange(there, "changed", _joined(where, label), *words)


def _rows(
    old: _Side, new: _Side, one: tuple[str, list[Any]], other: tuple[str, list[Any]], where: str
) -> Iterator[PlanChange]:
    """Rows in their order: those that stayed are told field by field, others as new or gone."""
    left, right = ([str(_plain(row)) for row in rows] for _path, rows in (one, other))
    called = _step_called if other[0].endswith(".steps") else _row_called
    for way, low, high, start, end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if way == "equal":
            continue
        both = min(high - low, end - start)
        for at in range(both):
            here = _joined(where, called(start + at + 1))
            yield from _compared(old, new, f"{one[0]}[{low + at}]", f"{other[0]}[{start + at}]", here)
        for at in range(low + both, high):
            here = _joined(where, called(at + 1))
            yield PlanChange(f"{one[0]}[{at}]", "removed", here, _summary(old.tree, f"{one[0]}[{at}]"), "")
        for at in range(start + both, end):
            here = _joined(where, called(at + 1))
            yield PlanChange(f"{other[0]}[{at}]", "added", here, "", _summary(new.tree, f"{other[0]}[{at}]"))


def _step_called(number: int) -> str:
    return _("Step %(number)s") % {"number": number}


def _row_called(number: int) -> str:
    return _("Row %(number)s") % {"number": number}


def _summary(tree: dict[str, Any], path: str) -> str:
    """What an entry says, field by field in one line; what is empty is left out."""
    return _("; ").join(_told(tree, path))


def _told(tree: dict[str, Any], path: str) -> Iterable[str]:
    value = value_at(tree, path)
    if value in (None, "", [], {}, False):
        return
    field = field_at(path)
    if field is not None:
        yield _("%(label)s: %(value)s") % {"label": field.label, "value": value_words(tree, path, value)}
    elif isinstance(value, dict):
        for name in value:
            yield from _told(tree, f"{path}.{name}")
    elif isinstance(value, list):
        for at in range(len(value)):
            yield _(", ").join(_told(tree, f"{path}[{at}]"))
    else:
        yield str(value)


def _is_group(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return value is None or isinstance(value, list)


def _plain(value: Any) -> Any:
    """Without what says nothing, and 0.030 as 0.03."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if part not in (None, "", [], {})}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    number = number_in(value)
    return value if number is None else number.normalize()


def _joined(where: str, label: str) -> str:
    return _("%(where)s: %(what)s") % {"where": where, "what": label} if where else label
