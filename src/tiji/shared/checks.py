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
    if AuditEntry._meta.db_table not in connection.introspection.table_names():
        return []
    missing = triggers.missing()
    if not missing:
        return []
    return [Error(f"Posted rows are not protected: {', '.join(missing)}", hint="Run `tiji migrate`.", id="tiji.E001")]
