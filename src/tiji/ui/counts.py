"""Small counts beside the entries of the navigation: every room registers its own; they load after the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tiji.ui import formats


@dataclass(frozen=True, slots=True)
class Count:
    """A number, and whether it asks for action (shown in red)."""

    number: int
    hot: bool = False
    cap: int = 9_999

    @property
    def text(self) -> str:
        return f"{formats.number(self.cap)}+" if self.number > self.cap else formats.number(self.number)


Counter = Callable[[Any], "Count | int | None"]
_counters: dict[str, Counter] = {}


def nav_count(key: str, counter: Counter) -> None:
    """Let `counter(user)` give the count of the navigation entry `key`; None hides it."""
    _counters[key] = counter


def counts_for(user: Any) -> dict[str, Count]:
    """Every registered count that has something to say to the user."""
    found: dict[str, Count] = {}
    for key, counter in _counters.items():
        count = counter(user)
        if isinstance(count, int):
            count = Count(count)
        if count is not None:
            found[key] = count
    return found


def has_counts() -> bool:
    return bool(_counters)
