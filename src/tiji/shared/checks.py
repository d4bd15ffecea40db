"""What has to be true before Tiji serves anybody: `tiji check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connection

from tiji.shared import triggers
from tiji.shared.models import AuditEntry


def posted_rows_are_protected(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Every trigger that a rule asks for stands."""
    if not databases or "default" not in databases:
        return []
    tables = set(connection.introspection.table_names())
    if AuditEntry._meta.db_table not in tables:
        return []
    standing = triggers.standing()
    # A table that a migration has yet to make has no trigger to miss: `migrate` runs this check before it begins.
    expected = (trigger for trigger in triggers.expected() if trigger.table in tables)
    missing = sorted({trigger.name for trigger in expected} - standing.keys())
    if not missing:
        return []
    return [Error(f"Posted rows are not protected: {', '.join(missing)}", hint="Run `tiji migrate`.", id="tiji.E001")]
