"""Import of opportunities with their ledger and audit rows, against a plain insert of the same final rows.

Run: python benchmarks/import_opportunities.py [rows]                              (SQLite)
     python3 tools/postgres.py python benchmarks/import_opportunities.py [rows]    (PostgreSQL, a private one)

One file goes in through the product's own pipeline: read, mapped, every cell checked, written with keys, numbers and
search columns, ledger, audit entry and what undo needs. Then exactly the rows it left are put into the same tables with
the same indexes by the database's fastest plain way: executemany of one prepared statement on SQLite, on PostgreSQL
COPY of bytes that PostgreSQL itself wrote before the clock started. Both end with the check of all foreign keys, in a
transaction that is rolled back, so both find the same tables. TIJI_BENCH_DATABASE_URL names another PostgreSQL.
"""

from __future__ import annotations

import csv
import io
import os
import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLES = ("pipeline_opportunity", "pipeline_stageevent", "shared_auditentry", "exchange_importedrows")


def main(rows: int) -> int:
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]
    from _setup import installation

    if private := os.environ.get("TIJI_TEST_DATABASE_URL"):
        os.environ.setdefault("TIJI_BENCH_DATABASE_URL", private)
    with installation():
        return measure(rows)


def measure(rows: int) -> int:
    from _company import build
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import connection, transaction
    from django.utils import timezone

    from tiji.apps.exchange.services.imports.running import commit_import, start_import
    from tiji.apps.organization.models import User

    build(0)
    actor = User.objects.get(email="admin@example.com")
    content = file_of(rows)
    before = {table: last_id(connection, table) for table in TABLES}
    with transaction.atomic():
        begun = time.perf_counter()
        upload = SimpleUploadedFile("deals.csv", content)
        imported = start_import(actor=actor, upload=upload, kind="opportunities", at=timezone.now(), source="bench")
        done = commit_import(actor=actor, imported=imported, at=timezone.now())
        check_keys(connection)
        product = time.perf_counter() - begun
        if done.created != rows:
            raise SystemExit(f"{done.created} of {rows} rows were loaded")
        kept = {table: new_rows(connection, table, before[table]) for table in TABLES}
        parent = new_rows(connection, "exchange_import", 0)
        transaction.set_rollback(True)
    clean(connection)
    with transaction.atomic():
        insert(connection, "exchange_import", *parent[:2])
        begun = time.perf_counter()
        for table, (columns, values, _count) in kept.items():
            insert(connection, table, columns, values)
        check_keys(connection)
        plain = time.perf_counter() - begun
        transaction.set_rollback(True)
    report(
        connection.vendor, rows, product, plain, {table: count for table, (_columns, _values, count) in kept.items()}
    )
    return 0


def file_of(rows: int) -> bytes:
    """A file with owner, customer, stage, amount and dates in each row; some of its deals are won or lost."""
    from tiji.apps.customers.models import Account
    from tiji.apps.organization.models import Person
    from tiji.apps.pipeline.models import Stage

    rng = random.Random(7)
    accounts = list(Account.objects.values_list("number", flat=True))
    owners = list(Person.objects.values_list("name", flat=True))
    stages = list(Stage.objects.filter(process__is_default=True).values_list("name", flat=True))
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    heads = "商机编号 商机名称 客户编号 负责人 商机金额 商机阶段 状态 创建日期 预计签单日期 结单日期"
    writer.writerow(heads.split())
    for number in range(rows):
        born = date(2024, 1, 1) + timedelta(days=rng.randrange(700))
        status = rng.choice(["", "", "赢单", "输单"]) if number % 3 == 0 else ""
        ended = born + timedelta(days=rng.randrange(1, 200)) if status else ""
        amount = rng.randrange(10**8)
        expected = born + timedelta(days=rng.randrange(30, 300))
        row = [f"D{number}", f"Line {number}", rng.choice(accounts), rng.choice(owners), amount]
        writer.writerow([*row, rng.choice(stages[:-1]), status, born, expected, ended])
    return sink.getvalue().encode()


def last_id(connection: Any, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max("id"), 0) FROM "{table}"')
        return int(cursor.fetchone()[0])


def new_rows(connection: Any, table: str, after: int) -> tuple[list[str], Any, int]:
    """Columns, rows in the form the database takes them back fastest, and how many."""
    chosen = f'SELECT * FROM "{table}" WHERE "id" > {after} ORDER BY "id"'
    if connection.vendor == "sqlite":
        cursor = connection.connection.execute(chosen)
        rows = cursor.fetchall()
        return [column[0] for column in cursor.description], rows, len(rows)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({chosen}) AS chosen")
        count = int(cursor.fetchone()[0])
        cursor.execute(f"{chosen} LIMIT 0")
        columns = [column[0] for column in cursor.description]
    with connection.connection.cursor().copy(f"COPY ({chosen}) TO STDOUT (FORMAT binary)") as copy:
        return columns, [bytes(piece) for piece in copy], count


def insert(connection: Any, table: str, columns: list[str], values: Any) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.vendor == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
        return
    with connection.connection.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)') as copy:
        for piece in values:
            copy.write(piece)


def clean(connection: Any) -> None:
    """PostgreSQL leaves rows that were rolled back in their tables and indexes until they are swept up."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {', '.join(TABLES)}")


def check_keys(connection: Any) -> None:
    """What the end of the transaction would do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def report(vendor: str, rows: int, product: float, plain: float, written: dict[str, int]) -> None:
    print(f"{vendor}: {rows:,} opportunities; rows written: {', '.join(f'{t} {n:,}' for t, n in written.items())}")
    print(f"  import, checks included   {product:8.2f} s   {rows / product:12,.0f} opportunities/s")
    print(f"  plain insert of the same  {plain:8.2f} s   {rows / plain:12,.0f} opportunities/s")
    print(f"  ratio                     {plain / product:8.1%}   (aim: 30 %)")


if __name__ == "__main__":
    numbers = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    sys.exit(main(int(numbers[0]) if numbers else 100_000))
