"""What the planner of the database knows."""

from django.db import connection


def known_rows(table):
    """How many rows the planner believes the table has; None before it was ever looked at."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = %s", [table])
            if not cursor.fetchone()[0]:
                return None
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if not cursor.fetchone():
            return None
        cursor.execute("SELECT max(CAST(stat AS integer)) FROM sqlite_stat1 WHERE tbl = %s", [table])
        return cursor.fetchone()[0]


def forget() -> None:
    """Nobody has looked at any table yet."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            tables = "SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
            cursor.execute(f"DELETE FROM pg_statistic WHERE starelid IN ({tables})")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("DELETE FROM sqlite_stat1")
