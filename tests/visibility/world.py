"""The whole cast in one company, with what each room's table needs, and every address that there is."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from visibility.doors import Door

FOLDER = Path(__file__).parent
ORDER = (
    "organization",
    "catalog",
    "customers",
    "pipeline",
    "commerce",
    "targets",
    "incentives",
    "pay_inquiries",
    "insights",
    "exchange",
)
NO_TABLES = {"__init__", "doors", "world", "same_rows"}
NOT_OURS = ("api/v1/",)


def tables() -> list[ModuleType]:
    """One module a room, lowest room first."""
    names = sorted({path.stem for path in FOLDER.glob("*.py")} - NO_TABLES)
    names.sort(key=lambda name: ORDER.index(name) if name in ORDER else -1)
    return [import_module(f"visibility.{name}") for name in names]


def merged(kind: str) -> dict[str, tuple[Door, ...]]:
    """All lines of all rooms; a name in two tables is an error."""
    found: dict[str, tuple[Door, ...]] = {}
    for table in tables():
        for name, doors in getattr(table, kind, {}).items():
            assert name not in found, f"{name} stands in two tables, the second is {table.__name__}"
            found[name] = doors if isinstance(doors, tuple) else (doors,)
    return found


def build(world: SimpleNamespace) -> SimpleNamespace:
    """Let every room add the rows that its lines need."""
    for table in tables():
        if hasattr(table, "build"):
            table.build(world)
    return world


def addresses() -> dict[str, str]:
    """Name of every URL pattern (its route where it has none) → where it comes from."""
    return dict(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Any, prefix: str, namespace: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(NOT_OURS):
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield (f"{namespace}{pattern.name}" if pattern.name else route), f"/{route} ({_room(pattern)})"


def _room(pattern: URLPattern) -> str:
    module = getattr(pattern.callback, "__module__", "")
    found = re.match(r"tiji\.apps\.(\w+)", module)
    return found[1] if found else module


def operations() -> list[str]:
    """Every operation of the API as `GET /units/{unit_id}`."""
    from tiji.api.root import api

    return [
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    ]
