"""How far a running load is. It stands beside the database, since the load is one transaction nobody sees into."""

import json
from contextlib import suppress
from time import time
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

STEPS = {
    "reading": _("Reading the file"),
    "checking": _("Checking every row"),
    "people": _("People"),
    "products": _("Products"),
    "accounts": _("Customers"),
    "contacts": _("Contacts"),
    "opportunities": _("Opportunities"),
    "orders": _("Orders"),
    "quotas": _("Quotas"),
}
"""What a load or an undo is busy with, and what came of a set of files."""
EVERY = 0.4
STALE = 120


class Progress:
    """Writes the step and how much of it is done, a few times a second at most."""

    def __init__(self, key: int) -> None:
        self._name = _name(key)
        self._last, self._step = 0.0, ""

    def __call__(self, step: str, done: int, of: int) -> None:
        now = time()
        if now - self._last < EVERY and done < of and step == self._step:
            return
        self._last, self._step = now, step
        _save(self._name, {"step": step, "done": done, "of": of, "at": now})

    def start(self) -> None:
        """Somebody has begun, whatever comes of it."""
        self("", 0, 1)

    def end(self) -> None:
        """Nothing is running any more."""
        with suppress(OSError):
            default_storage.delete(self._name)


def progress_of(key: int) -> dict[str, Any]:
    """Step, done, of and when it was written; empty when nothing is known."""
    with suppress(OSError, ValueError), default_storage.open(_name(key)) as file:
        found: dict[str, Any] = json.loads(file.read())
        return found
    return {}


def is_stale(told: dict[str, Any]) -> bool:
    """Whether a load said nothing for so long that its process must have died."""
    return time() - float(told.get("at", 0)) > STALE


def _name(key: int) -> str:
    return f"imports/{key}.json"


def _save(name: str, told: dict[str, Any]) -> None:
    with suppress(OSError):
        if default_storage.exists(name):
            default_storage.delete(name)
        default_storage.save(name, ContentFile(json.dumps(told).encode()))
