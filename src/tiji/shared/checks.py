"""What has to be true before Tiji serves anybody: `tiji check --database default`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connection

from tiji.shared import triggers
from tiji.shared.models import AuditEntry

_migrating: ContextVar[bool] = ContextVar("tiji_migrating", default=False)


@contextmanager
def migrating() -> Iterator[None]:
    """Inside, triggers may be missing: `migrate` puts them up when the tables are as the rules want them."""
    token = _migrating.set(True)
    try:
        yield
    finally:
        _migrating.reset(token)


def posted_rows_are_protected(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Every trigger that a rule asks for stands."""
    if not databases or "default" not in databases or _migrating.get():
        return []
    tables = set(connection.introspection.table_names())
    if AuditEntry._meta.db_table not in tables:
        return []
    standing = triggers.standing()
    # A table that a migration has yet to make has no trigger to miss.
    expected = (trigger for trigger in triggers.expected() if trigger.table in tables)
    missing = sorted({trigger.name for trigger in expected} - standing.keys())
    if not missing:
        return []
    return [Error(f"Posted rows are not protected: {', '.join(missing)}", hint="Run `tiji migrate`.", id="tiji.E001")]
