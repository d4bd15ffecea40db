"""Who is doing this, through which door, in answer to which request: known everywhere below without being passed."""

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Literal, TypeVar

from tiji.shared.company_time import company_time

T = TypeVar("T")
Door = Literal["page", "api", "import", "command", "system"]
DOORS: tuple[Door, ...] = ("page", "api", "import", "command", "system")
REQUESTS: tuple[Door, ...] = ("page", "api")

_request_id: ContextVar[str] = ContextVar("tiji_request_id", default="")
_actor: ContextVar[Any] = ContextVar("tiji_actor", default=None)
_door: ContextVar[Door] = ContextVar("tiji_door", default="system")
_known: ContextVar[dict[str, Any] | None] = ContextVar("tiji_known", default=None)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


def new_request_id() -> str:
    """A random id for a request that brought none."""
    return uuid.uuid4().hex


def accepted_request_id(offered: str | None) -> str:
    """The id that a caller or proxy offered if it is safe to write into logs, otherwise a new one."""
    return offered if offered and _REQUEST_ID.match(offered) else new_request_id()


def request_id() -> str:
    """The id of the request (or run) in hand; empty outside of any."""
    return _request_id.get()


def current_actor() -> Any:
    """The signed-in user behind what happens, or None. It may be a lazy object that is read when first used."""
    actor = _actor.get()
    return actor if actor is not None and getattr(actor, "is_authenticated", False) else None


def current_door() -> Door:
    """Through which door this came in."""
    return _door.get()


def set_actor(actor: Any) -> None:
    """Name the actor for the rest of the request; sign-in by token does."""
    _actor.set(actor)


def once(key: str, find: Callable[[], T]) -> T:
    """What `find` gives, asked for once in a request; outside of one it is asked each time."""
    known = _known.get()
    if known is None:
        return find()
    if key not in known:
        known[key] = find()
    return known[key]  # type: ignore[no-any-return]


def in_request() -> bool:
    """Whether this happens in answer to a request: what is asked once is kept to its end."""
    return _known.get() is not None


def put(key: str, value: Any) -> None:
    """What `once` gives for the rest of the request; outside of one it is dropped."""
    known = _known.get()
    if known is not None:
        known[key] = value


def forget(key: str) -> None:
    """Ask anew: it was changed in this request."""
    (_known.get() or {}).pop(key, None)


@contextmanager
def acting(actor: Any, door: Door, run_id: str = "") -> Iterator[None]:
    """Everything inside is done by `actor` through `door`. Commands, jobs and imports wrap their work in it.

    Their today is the company's; requests get it from `CompanyTimeMiddleware`.
    """
    known = _known.set({} if door in REQUESTS else None)
    tokens = (_actor.set(actor), _door.set(door), _request_id.set(run_id or _request_id.get() or new_request_id()))
    try:
        with nullcontext() if door in REQUESTS else company_time():
            yield
    finally:
        _request_id.reset(tokens[2])
        _door.reset(tokens[1])
        _actor.reset(tokens[0])
        _known.reset(known)


class RequestIdFilter(logging.Filter):
    """Gives every log line the id of the request it belongs to; Django logs some when the request is over."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        record.request_id = _request_id.get() or getattr(request, "request_id", "") or "-"
        return True
