"""A plan while it is written: its document as posted, from fields or as YAML, and what the buttons do with it.

The document travels whole with the form. Fields are named by their place in it and write over it, so what the form does
not show is kept, and what was not touched stays as it was written.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.datastructures import MultiValueDict

from tiji.apps.incentives.display.plan_fields import (
    NUMBERS,
    PlanField,
    field_at,
    in_percent,
    number_typed,
    typed_text,
)
from tiji.apps.incentives.display.plan_paths import can_be_named, drop, parent_of, pattern_of, put, value_at
from tiji.apps.incentives.selectors.events import EVENT_FIELDS
from tiji.apps.incentives.services.documents import as_yaml, from_yaml
from tiji.shared.errors import DomainError

PLACE = "doc."
FORM, YAML = "form", "yaml"
# What has no meaning without its one field goes with it.
WITH_ITS_FIELD = {"components[].quota.code": "code", "components[].cap.amount": "amount"}
CELL_WORDS = ("is", "pays", "sum_of", "share_out", "contest")
STEP_WORDS = ("floor", "ceiling", "draw", "hold", "debt", "below_zero")
TYPED = {"cells": CELL_WORDS, "payment": STEP_WORDS}


@dataclass
class Draft:
    """A plan that is being written. `text` is the YAML as typed; `names` are names that could not be given."""

    tree: dict[str, Any] = field(default_factory=dict)
    view: str = FORM
    text: str = ""
    names: dict[str, str] = field(default_factory=dict)
    refusal: str = ""

    @property
    def yaml(self) -> str:
        """The document as YAML: as typed where it was typed."""
        return self.text or (as_yaml(self.tree) if self.tree else "")

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Draft":
        """A draft that begins with a document."""
        return cls(_spread(copy.deepcopy(dict(document))))

    @classmethod
    def posted(cls, data: "MultiValueDict[str, str]") -> "Draft":
        """The draft that a form holds. What is no YAML stays as typed, in the YAML view, with its refusal."""
        view, text = data.get("view", YAML), data.get("document", "")
        draft = cls(view=view, text=text if view == YAML else "")
        try:
            draft.tree = _spread(from_yaml(text)) if text.strip() else {}
        except DomainError as error:
            return cls(view=YAML, text=text, refusal=str(error.message))
        if view == FORM:
            _write_over(draft, data)
        return draft

    def act(self, action: str) -> None:
        """Do what a button asks for: switch the view, add, remove or move an entry."""
        word, _colon, place = action.partition(":")
        if word in (FORM, YAML) and not self.refusal:
            self.view, self.text = word, ""
        elif word in _ACTIONS and place and not self.refusal:
            _ACTIONS[word](self.tree, place)
            self.text = ""


def _spread(tree: dict[str, Any]) -> dict[str, Any]:
    """Short ways of writing in their long form, so that every value has a place of its own."""
    facts = tree.get("facts")
    if isinstance(facts, dict):
        tree["facts"] = {name: one if isinstance(one, dict) else {"kind": one} for name, one in facts.items()}
    return tree


# What a field shows, and what it writes.


def shown(tree: Any, path: str, known: PlanField) -> str:
    """A place's value as its control shows it."""
    value = value_at(tree, path)
    if value is None:
        return known.default
    if known.kind in NUMBERS:
        return typed_text(value, in_percent(tree, path, known))
    if known.kind == "flag":
        return "on" if value is True else ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def chosen(tree: Any, path: str) -> list[str]:
    """The words that are chosen of several."""
    value = value_at(tree, path)
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _write_over(draft: Draft, data: "MultiValueDict[str, str]") -> None:
    """The posted fields over the document that came with them; units first, since numbers are read by them."""
    before = copy.deepcopy(draft.tree)
    names = [name.removeprefix(PLACE) for name in data if name.startswith(PLACE)]
    places = sorted((name for name in names if "#" not in name), key=lambda name: not name.endswith(".unit"))
    for path in places:
        known = field_at(path)
        if known is not None:
            _write(draft.tree, before, path, known, data.getlist(PLACE + path))
    for name in names:
        path, _hash, what = name.partition("#")
        if what == "word":
            _retype(draft.tree, path, str(data[PLACE + name]))
    for name in names:
        path, _hash, what = name.partition("#")
        if what == "name":
            _rename(draft, path, str(data[PLACE + name]).strip())
    _tidy(draft.tree)


def _write(tree: dict[str, Any], before: Any, path: str, known: PlanField, typed: list[str]) -> None:
    text = typed[-1].strip() if known.kind != "formula" else typed[-1].replace("\r\n", "\n").strip()
    if known.kind == "many":
        words = [one for one in typed if one]
        if words != chosen(before, path):
            _set(tree, path, words[0] if len(words) == 1 and path.endswith("event") else words)
    elif known.kind == "flag":
        if text != shown(before, path, known):
            put(tree, path, bool(text))
    elif known.kind == "choice" and value_at(before, path) is None and text:
        put(tree, path, _read(tree, path, known, text))
    elif text != shown(before, path, known) or _unit_changed(tree, before, path, known):
        _set(tree, path, _read(tree, path, known, text))


def _unit_changed(tree: Any, before: Any, path: str, known: PlanField) -> bool:
    """Whether the same digits mean something else now."""
    return known.kind == "limit" and in_percent(tree, path, known) != in_percent(before, path, known)


def _read(tree: Any, path: str, known: PlanField, text: str) -> Any:
    if known.kind in NUMBERS:
        return number_typed(text, in_percent(tree, path, known)) if text else ""
    if known.kind == "words":
        parts = [one.strip() for one in text.replace("，", ",").replace("、", ",").split(",")]
        return [number_typed(one, percent=False) if path.endswith("prizes") else one for one in parts if one]
    if path == "fiscal_start_month" and text.isdecimal():
        return int(text)
    return text


def _set(tree: dict[str, Any], path: str, value: Any) -> None:
    """Write a value; what was emptied goes away, and with it the group that it made."""
    pattern = pattern_of(path)
    if value == "" and pattern in WITH_ITS_FIELD:
        drop(tree, path.rpartition(".")[0])
    elif value in ("", []) and not pattern.endswith("[][]"):
        drop(tree, path)
    else:
        put(tree, path, value)


def _retype(tree: dict[str, Any], path: str, word: str) -> None:
    """Make an entry of another kind: its formula stays, what only the old kind had goes."""
    part, words = value_at(tree, path), TYPED.get(path.partition("[")[0], ())
    if not isinstance(part, dict) or word not in words:
        return
    old = next((one for one in words if one in part), None)
    if old == word:
        return
    said = part.get(old, "") if old and "below_zero" not in (old, word) else ""
    kept = {name: part[name] for name in ("code", "title", "title_en", "by", "when") if name in part}
    part.clear()
    part |= {**kept, word: said or ("carry" if word == "below_zero" else "")}


def _rename(draft: Draft, path: str, name: str) -> None:
    """Give a field, table or fact its name. One that is empty, taken or cannot be a name stays beside the old one."""
    holder, old = parent_of(draft.tree, path)
    if not isinstance(holder, dict) or old not in holder or name == old:
        return
    if not can_be_named(name) or name in holder:
        draft.names[path] = name
        return
    entries = [(name if key == old else key, value) for key, value in holder.items()]
    holder.clear()
    holder.update(entries)


def _tidy(tree: dict[str, Any]) -> None:
    """What follows from a choice: the column that a step pays by, and as many values as a grid has places."""
    for part in _groups(tree.get("components")):
        pay, rate = part.get("pay"), part.get("rate")
        fixed = isinstance(pay, dict) and pay.get("basis") == "fixed"
        for step in _groups(rate.get("steps") if isinstance(rate, dict) else None):
            step.pop("rate" if fixed else "amount", None)
    tables = tree.get("tables")
    for table in _groups(list(tables.values()) if isinstance(tables, dict) else None):
        if table.get("kind") == "grid":
            _fit(table)


def _groups(found: Any) -> Iterable[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def axis_places(axis: Any) -> int:
    """How many places an axis of a grid has."""
    if not isinstance(axis, dict):
        return 0
    found = axis.get("words") if axis.get("words") is not None else axis.get("rows")
    return len(found) if isinstance(found, list) else 0


def _fit(table: dict[str, Any]) -> None:
    axes = table.get("axes")
    if not isinstance(axes, list) or len(axes) != 2:
        return
    down, across = (axis_places(axis) for axis in axes)
    values = table.get("values") if isinstance(table.get("values"), list) else []
    rows = [list(row) if isinstance(row, list) else [] for row in values or []]
    rows = [*rows, *([] for _more in range(down - len(rows)))][:down]
    table["values"] = [[*row, *[""] * (across - len(row))][:across] for row in rows]


# What the buttons do.


def _remove(tree: dict[str, Any], place: str) -> None:
    drop(tree, place)
    for part in _groups(list(tree.get("tables", {}).values()) if isinstance(tree.get("tables"), dict) else None):
        if part.get("kind") == "grid":
            _fit(part)


def _move(tree: dict[str, Any], place: str, by: int) -> None:
    rows, at = parent_of(tree, place)
    if isinstance(rows, list) and isinstance(at, int) and 0 <= at < len(rows) and 0 <= at + by < len(rows):
        rows[at], rows[at + by] = rows[at + by], rows[at]
    elif isinstance(rows, dict) and at in rows:
        keys = list(rows)
        here, there = keys.index(at), keys.index(at) + by
        if 0 <= there < len(keys):
            keys[here], keys[there] = keys[there], keys[here]
            entries = [(key, rows[key]) for key in keys]
            rows.clear()
            rows.update(entries)


def _add(tree: dict[str, Any], place: str) -> None:
    """One more entry of a list or group, with what such an entry begins with."""
    path, _colon, word = place.partition(":")
    begin = _BEGINNINGS.get(pattern_of(path))
    if begin is None:
        return
    here = value_at(tree, path)
    found = begin(here, word)
    if isinstance(found, tuple):
        name, value = found
        put(tree, path, {**(here or {}), name: value})
    elif isinstance(found, dict) and pattern_of(path) in _LISTS:
        put(tree, path, [*(here if isinstance(here, list) else []), found])
    else:
        put(tree, path, found)


_ACTIONS: Mapping[str, Callable[[dict[str, Any], str], None]] = {
    "add": _add,
    "remove": _remove,
    "up": lambda tree, place: _move(tree, place, -1),
    "down": lambda tree, place: _move(tree, place, 1),
}


def _free(here: Any, stem: str) -> str:
    """A name that no entry has yet."""
    taken = {one.get("code") for one in _groups(here)} | (set(here) if isinstance(here, dict) else set())
    return next(name for number in range(1, 10_000) if (name := f"{stem}{number}") not in taken)


def _component(here: Any, _word: str) -> dict[str, Any]:
    return {
        "code": _free(here, "part-"),
        "title": "",
        "credit": {"event": "receipt"},
        "measure": {"interval": "month"},
        "rate": _rate(None, ""),
        "pay": {"basis": "credit", "interval": "month"},
    }


def _rate(_here: Any, _word: str) -> dict[str, Any]:
    return {"mode": "flat", "unit": "amount", "tie": "lower", "gap": "refuse", "steps": [{"from": "0"}]}


def _row(here: Any, _word: str) -> dict[str, Any]:
    """A row that begins where the last one ends."""
    rows = list(_groups(here))
    start = rows[-1].get("to", "") if rows else "0"
    return {"from": start} if start else {}


def _table_row(here: Any, word: str) -> dict[str, Any]:
    return {} if word == "word" else _row(here, word)


def _field(here: Any, word: str) -> tuple[str, Any]:
    return (word, EVENT_FIELDS[word]) if word in EVENT_FIELDS else (_free(here, "field_"), "count")


def _cell(here: Any, word: str) -> dict[str, Any]:
    return {"code": _free(here, "value_"), (word if word in CELL_WORDS else "is"): ""}


def _payment(here: Any, word: str) -> dict[str, Any]:
    kind = word if word in STEP_WORDS else "floor"
    return {"code": _free(here, "step_"), kind: "carry" if kind == "below_zero" else ""}


def _table(here: Any, word: str) -> tuple[str, Any]:
    begun: dict[str, dict[str, Any]] = {
        "steps": {"kind": "steps", "rows": [{"from": "0"}]},
        "curve": {"kind": "curve", "points": [{"at": "0", "value": "0"}, {}]},
        "words": {"kind": "words", "rows": [{}], "otherwise": "0"},
        "grid": {"kind": "grid", "axes": [{"words": ["A", "B"]}, {"rows": [{"from": "0"}]}], "values": [[""], [""]]},
    }
    return _free(here, "table_"), begun.get(word, begun["steps"])


_LISTS = {
    "components",
    "components[].rate.steps",
    "cells",
    "payment",
    "tables.*.rows",
    "tables.*.points",
    "tables.*.axes[].rows",
}
_BEGINNINGS: Mapping[str, Callable[[Any, str], Any]] = {
    "components": _component,
    "components[].rate": _rate,
    "components[].rate.steps": _row,
    "cells": _cell,
    "payment": _payment,
    "fields": _field,
    "facts": lambda here, _word: (_free(here, "fact_"), {"kind": "money"}),
    "tables": _table,
    "tables.*.rows": _table_row,
    "tables.*.points": lambda _here, _word: {},
    "tables.*.axes[].rows": _row,
}
