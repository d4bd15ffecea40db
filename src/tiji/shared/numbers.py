"""Numbers of documents: `HT-2026-000123`, one sequence for each kind and year, without gaps."""

from django.db import connection, transaction

from tiji.shared.models import NumberSequence

DIGITS = 6


def allocate(kind: str, year: int, count: int = 1) -> range:
    """The next `count` numbers. Others wait until the transaction ends, so that one that fails leaves no gap.

    Raises: ValueError if `count` is not positive, TransactionManagementError outside of a transaction.
    """
    if count < 1:
        raise ValueError(f"count must be positive, not {count}")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("numbers are given within the transaction that uses them")
    table = connection.ops.quote_name(NumberSequence._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (kind, year, last) VALUES (%s, %s, %s) ON CONFLICT (kind, year)"  # noqa: S608
            f" DO UPDATE SET last = {table}.last + excluded.last RETURNING last",
            [kind, year, count],
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def next_number(kind: str, year: int) -> str:
    """The next number of a kind, written out."""
    return written(kind, year, allocate(kind, year)[0])


def next_numbers(kind: str, year: int, count: int) -> list[str]:
    """The next `count` numbers, written out, in order."""
    return [written(kind, year, number) for number in allocate(kind, year, count)]


def written(kind: str, year: int, number: int) -> str:
    """`HT`, 2026, 123 → `HT-2026-000123`; a millionth document simply has more digits."""
    return f"{kind}-{year}-{number:0{DIGITS}d}"
