"""Places in a plan's document: components[0].rate.steps[1].to."""

import re
from collections.abc import Mapping
from typing import Any

Part = str | int
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PLAIN = re.compile(r"\w[\w-]*\Z")
# Below these stand names that the plan's author chose.
NAMED = ("fields", "tables", "facts")


def parts_of(path: str) -> list[Part]:
    """The names and numbers that lead to a place."""
    return [int(index) if index else name for name, index in _PART.findall(path)]


def path_of(parts: list[Part]) -> str:
    """Those parts as one path."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".")


def pattern_of(path: str) -> str:
    """The place without its numbers and chosen names: components[].rate.steps[].to, tables.*.rows[].from."""
    parts = parts_of(path)
    if len(parts) > 1 and parts[0] in NAMED:
        parts[1] = "*"
    return re.sub(r"\[\d+\]", "[]", path_of(parts))


def can_be_named(name: str) -> bool:
    """Whether a chosen name can stand in a path."""
    return bool(_PLAIN.match(name))


def value_at(tree: Any, path: str) -> Any:
    """What stands at a place; None where nothing does."""
    for part in parts_of(path):
        if isinstance(part, int):
            tree = tree[part] if isinstance(tree, list) and part < len(tree) else None
        else:
            tree = tree.get(part) if isinstance(tree, Mapping) else None
        if tree is None:
            return None
    return tree


def parent_of(tree: Any, path: str) -> tuple[Any, Part]:
    """What holds a place, and how it is called there."""
    parts = parts_of(path)
    return (value_at(tree, path_of(parts[:-1])) if parts[:-1] else tree), parts[-1]


def put(tree: dict[str, Any], path: str, value: Any) -> None:
    """Write a value to a place; groups that lead to it are made. Nothing happens where something else stands."""
    parts = parts_of(path)
    here: Any = tree
    for part in parts[:-1]:
        if isinstance(part, int):
            here = here[part] if isinstance(here, list) and part < len(here) else None
        elif isinstance(here, dict):
            if here.get(part) is None:
                here[part] = {}
            here = here[part]
        else:
            here = None
    last = parts[-1]
    if _stands(here, last) or (isinstance(here, dict) and isinstance(last, str)):
        here[last] = value


def drop(tree: dict[str, Any], path: str) -> None:
    """Take away what stands at a place."""
    holder, last = parent_of(tree, path)
    if _stands(holder, last):
        del holder[last]


def _stands(holder: Any, part: Part) -> bool:
    """Whether a group or list has this part."""
    if isinstance(holder, list):
        return isinstance(part, int) and part < len(holder)
    return isinstance(holder, dict) and part in holder
