"""How many queries the request in hand has sent: counted for metrics at the cost of one addition a query."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

_counted: ContextVar[list[int] | None] = ContextVar("tiji_query_count", default=None)


def start_counting() -> list[int]:
    """A one-element list whose element grows with every query from now on, in this request."""
    counter = [0]
    _counted.set(counter)
    return counter


def count_query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A wrapper around Django's execute."""
    counter = _counted.get()
    if counter is not None:
        counter[0] += 1
    return execute(sql, params, many, context)


def watch(connection: Any) -> None:
    """Count the queries of a connection; asked again for the same one it does nothing."""
    if count_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(count_query)
