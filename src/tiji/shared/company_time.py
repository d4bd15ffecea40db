"""The company's time zone rules: what a request, a job or a command calls today is the company's day, not the server's.

Who knows the company says its zone with `use_zone`; `timezone.localdate()` inside of `company_time()` follows it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any

from django.utils import timezone

Zone = Callable[[], tzinfo | None]
_zones: list[Zone] = []
_END = object()


def use_zone(zone: Zone) -> None:
    """Ask `zone` for the company's time zone from now on; None means that of the server."""
    _zones[:] = [zone]


def company_zone() -> tzinfo | None:
    """The company's time zone, as far as there is a company."""
    return _zones[0]() if _zones else None


@contextmanager
def company_time() -> Iterator[None]:
    """Inside, local dates are the company's."""
    with timezone.override(company_zone()):
        yield


def in_company_time(parts: Iterable[Any]) -> Iterator[Any]:
    """The parts of an answer that is made while it is sent: each of them in the company's time, too."""
    zone, waiting = company_zone(), iter(parts)
    while True:
        with timezone.override(zone):
            part = next(waiting, _END)
        if part is _END:
            return
        yield part
