"""How far a running pay run is. It stands beside the database, since a run is one transaction nobody sees into."""

import json
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from time import time
from typing import Any
from uuid import uuid4

from django.conf import settings

STAGES = ("read", "freeze", "credit", "earn", "explain", "write", "append")
BEAT = 5.0
STALE = 30
"""Seconds without a sign of life after which its process must have died."""


class Progress:
    """Writes down each stage as it begins, with its rows, and every few seconds that it lives.

    `kind` keeps the notes of other work than pay runs apart, such as “-model-7”.
    """

    def __init__(self, period: str, request: int = 0, kind: str = "") -> None:
        self._path, self._lock, self._over = _path(kind), Lock(), Event()
        self._told: dict[str, Any] = {"period": period, "request": request, "stages": [], "of": uuid4().hex}

    def __call__(self, stage: str, rows: int) -> None:
        first, stages = not self._told["stages"], self._told["stages"]
        if stages and stages[-1]["name"] == stage:
            stages[-1]["rows"] += rows
        else:
            stages.append({"name": stage, "rows": rows})
        self._save()
        if first:
            Thread(target=self._beat, name="pay-progress", daemon=True).start()

    def _beat(self) -> None:
        while not self._over.wait(BEAT):
            self._save()

    def _save(self) -> None:
        with self._lock, suppress(OSError):
            if self._over.is_set():
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps({**self._told, "at": time()}), encoding="utf-8")
            beside.replace(self._path)

    def end(self) -> None:
        """This run is over; another's notes are left alone."""
        with self._lock:
            self._over.set()
            if _told(self._path).get("of") == self._told["of"]:
                self._path.unlink(missing_ok=True)


def running(kind: str = "") -> dict[str, Any]:
    """What the run under way has told: period, request, stages, at; empty when none is, or its process died."""
    return _alive(_path(kind))


def anything_running() -> bool:
    """Whether a worker is busy with a run or a model."""
    return any(_alive(path) for path in _path("").parent.glob(".running*.json"))


def call_off(request: int, user: int, kind: str = "") -> None:
    """Leave word that this user wants the run stopped; it looks before each stage."""
    path = _word(request, kind)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(user), encoding="utf-8")


def called_off_by(request: int, kind: str = "") -> int | None:
    """The user who wants it stopped, if anybody does."""
    with suppress(OSError, ValueError):
        return int(_word(request, kind).read_text(encoding="utf-8"))
    return None


def forget_word(request: int, kind: str = "") -> None:
    """It is over; nobody waits for it to stop."""
    _word(request, kind).unlink(missing_ok=True)


def _alive(path: Path) -> dict[str, Any]:
    told = _told(path)
    return told if told and time() - float(told["at"]) < STALE else {}


def _told(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return told
    return {}


def _path(kind: str) -> Path:
    return Path(settings.ARTIFACTS_DIR) / "pay" / f".running{kind}.json"


def _word(request: int, kind: str) -> Path:
    return Path(settings.ARTIFACTS_DIR) / "pay" / f".stop{kind}-{request}"
