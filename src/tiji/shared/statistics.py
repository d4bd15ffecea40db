"""What the planner knows of the tables, brought up to date where many rows came at once.

PostgreSQL finds out by itself a minute later, SQLite never does; until then a question over the new rows may be
answered by the plan for an empty table.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection, transaction

MANY = 2000
"""So many rows written in one transaction are worth a look at their tables."""
LOOKED_AT = 1000
"""How many entries of each index SQLite looks at: the cost of a look does not grow with the table."""


@contextmanager
def after_many_rows() -> Iterator[None]:
    """Within a transaction: the tables into which the block writes many rows are looked at after the commit.

    Raises: TransactionManagementError outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the rows are counted within the transaction that writes them")
    before = _written()
    yield
    written = {name: count - before.get(name, 0) for name, count in _written().items()}
    if sum(written.values()) < MANY:
        return
    names = [name for name, count in written.items() if count > 0] if connection.vendor == "postgresql" else []
    transaction.on_commit(partial(refresh_statistics, names), robust=True)


def refresh_statistics(names: Iterable[str] = ()) -> None:
    """Look at these tables, or at all of them. SQLite always looks at all: it reads no more than a sample of each."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            there = connection.introspection.django_table_names(only_existing=True)
            chosen = sorted(set(names) or set(there))
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, chosen))}")
            return
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        cursor.execute("ANALYZE")


def _written() -> dict[str, int]:
    """How many rows this transaction has written so far, by table; on SQLite the connection, all tables together."""
    if connection.vendor != "postgresql":
        raw: Any = connection.connection
        return {"": raw.total_changes}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE schemaname = current_schema()"
        )
        return dict(cursor.fetchall())
