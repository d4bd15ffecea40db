"""News for upper rooms: told after the transaction is committed, and never in its way."""

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import transaction

logger = logging.getLogger("tiji.events")

Listener = Callable[..., object]
_listeners: dict[str, list[Listener]] = defaultdict(list)


def on(name: str) -> Callable[[Listener], Listener]:
    """`@on("receipt.recorded")`: call the function with the event's payload, after every commit that emitted it."""

    def subscribe(listener: Listener) -> Listener:
        if listener not in _listeners[name]:
            _listeners[name].append(listener)
        return listener

    return subscribe


def emit(name: str, **payload: Any) -> None:
    """Tell those who listen once the transaction is committed; if it is rolled back nobody hears of it.

    The payload is keys and plain values: rows may have changed by the time it is read. A listener that fails is logged
    and keeps neither the deed nor the other listeners from happening.
    """
    for listener in tuple(_listeners.get(name, ())):
        transaction.on_commit(lambda listener=listener: _tell(name, listener, payload))  # type: ignore[misc]


def _tell(name: str, listener: Listener, payload: dict[str, Any]) -> None:
    try:
        listener(**payload)
    except Exception:
        logger.exception("A listener of %s failed: %s", name, getattr(listener, "__qualname__", listener))
