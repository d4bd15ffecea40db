"""One at a time, on either database."""

import hashlib
from typing import Any

from django.db import connection, transaction


def exclusive(name: str) -> None:
    """From here to the end of the transaction nobody else holds the lock `name`.

    SQLite transactions are exclusive from their beginning, so there nothing is left to do.
    Raises: TransactionManagementError outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("exclusive() needs a transaction: its end frees the lock")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(name)])


def lock_key(name: str) -> int:
    """The 64-bit number that stands for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def try_exclusive(name: str) -> bool:
    """Like `exclusive`, but says False at once when somebody else holds the lock."""
    if connection.vendor != "postgresql":
        exclusive(name)
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(name)])
        row: Any = cursor.fetchone()
        return bool(row[0])
