"""Is this process alive, and is everything there that it needs to serve?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tiji.shared import triggers

MOST_QUEUE_LAG = timedelta(minutes=10)
_settled: set[str] = set()


def readiness() -> tuple[bool, dict[str, Any]]:
    """Whether this process may be sent requests, and what was found, check by check.

    The lag of the queue is told and does not make a web process unready: it is the worker's.
    """
    found: dict[str, Any] = {}
    if not _check(found, "database", _database):
        return False, found
    needed = [_check(found, "migrations", _migrations), _check(found, "protection", _protection)]
    _check(found, "queue", _queue)
    return all(needed), found


def _check(found: dict[str, Any], name: str, look: Callable[[], dict[str, Any]]) -> bool:
    try:
        seen = look()
    except DatabaseError as error:
        seen = {"ok": False, "error": type(error).__name__}
    found[name] = seen
    return bool(seen["ok"])


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return {"ok": cursor.fetchone() == (1,), "vendor": connection.vendor}


def _migrations() -> dict[str, Any]:
    """Asked of the database until the answer is yes: a process does not outlive its own migrations."""
    if "migrations" not in _settled:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            return {"ok": False, "waiting": len(waiting)}
        _settled.add("migrations")
    return {"ok": True}


def _protection() -> dict[str, Any]:
    missing = triggers.missing()
    return {"ok": not missing, "missing": len(missing)} if missing else {"ok": True}


def _queue() -> dict[str, Any]:
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    first = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    lag = max(timedelta(0), now - first) if first else timedelta(0)
    return {"ok": lag <= MOST_QUEUE_LAG, "lag_seconds": int(lag.total_seconds())}


def forget() -> None:
    """Ask everything anew."""
    _settled.clear()
    cache.close()
