"""How far a running pay run is. It stands beside the database, since a run is one transaction nobody sees into."""

import json
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

from django.conf import settings

STAGES = ("read", "freeze", "credit", "earn", "explain", "write", "append")
STALE = 120


class Progress:
    """Writes down each stage as it begins, with its rows. A run has few of them."""

    def __init__(self, period: str) -> None:
        self._path = _path()
        self._told: dict[str, Any] = {"period": period, "stages": [], "of": uuid4().hex}

    def __call__(self, stage: str, rows: int) -> None:
        now, stages = time(), self._told["stages"]
        if stages and stages[-1]["name"] == stage:
            stages[-1]["rows"] += rows
        else:
            stages.append({"name": stage, "rows": rows})
        self._save(now)

    def _save(self, now: float) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps({**self._told, "at": now}), encoding="utf-8")
            beside.replace(self._path)

    def end(self) -> None:
        """This run is over; another's notes are left alone."""
        if running().get("of") == self._told["of"]:
            self._path.unlink(missing_ok=True)


def running() -> dict[str, Any]:
    """What the run under way has told: period, stages, at; empty when none is, or its process died."""
    with suppress(OSError, ValueError):
        told: dict[str, Any] = json.loads(_path().read_text(encoding="utf-8"))
        return told if time() - float(told["at"]) < STALE else {}
    return {}


def _path() -> Path:
    return Path(settings.ARTIFACTS_DIR) / "pay" / ".running.json"
