"""Reading a backup into a database: checked first, then all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from tiji.cli.backup.archive import Reader, opened
from tiji.cli.backup.dump import applied_migrations, on_postgres
from tiji.cli.backup.files import restored_files
from tiji.cli.backup.tables import Table, tables
from tiji.shared import stamps
from tiji.shared.errors import DomainError
from tiji.shared.statistics import refresh_statistics

MADE_BY_MIGRATE = {"django_content_type", "auth_permission"}


def read_backup(path: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put a backup's rows and files in place of what is there; its manifest.

    Raises: DomainError if the file is damaged, was made by another version, or the database is not empty and
    `replace` is not set. Nothing has changed then.
    """
    with opened(path) as reader:
        reader.verify()
        require_known(reader)
        if not connection.introspection.table_names():
            call_command("migrate", interactive=False, verbosity=0)
        require_same_version(reader)
        if not replace:
            require_empty()
        with restored_files(reader) as put_files_in_place, transaction.atomic():
            load_tables(reader)
            put_files_in_place()
    ContentType.objects.clear_cache()
    refresh_statistics()
    return reader.manifest


def require_known(reader: Reader) -> None:
    """Raises: DomainError if the backup was made by another set of migrations than this program has."""
    theirs = {(app, name) for app, names in reader.manifest["migrations"].items() for name in names}
    if not set(MigrationLoader(None).disk_migrations) <= theirs:
        raise other_version(reader)
    if set(reader.manifest["tables"]) != {table.name for table in tables()}:
        raise other_version(reader)


def require_same_version(reader: Reader) -> None:
    """Raises: DomainError if this database's tables are older or newer than those of the backup."""
    installed = {config.label for config in apps.get_app_configs()}
    theirs = {app: names for app, names in reader.manifest["migrations"].items() if app in installed}
    if {app: names for app, names in applied_migrations().items() if app in installed} != theirs:
        raise other_version(reader)


def other_version(reader: Reader) -> DomainError:
    problem = _(
        "The backup was made by Tiji %(version)s with other tables. Install that version, restore with it, then update."
    )
    return DomainError(problem % {"version": reader.manifest["tiji"]}, code="other-version")


def require_empty() -> None:
    """Raises: DomainError if any table holds rows."""
    for table in tables():
        if table.name not in MADE_BY_MIGRATE and table.model._base_manager.exists():
            problem = _("This database is not empty (%(table)s has rows). Use --replace to throw away what it holds.")
            raise DomainError(problem % {"table": table.name}, code="not-empty")


def load_tables(reader: Reader) -> None:
    """Empty every table and fill it from the archive. Foreign keys are checked at the end."""
    found = tables()
    with triggers_off(found):
        clear(found)
        for table in found:
            load_table(reader, table)
        reset_sequences(reader, found)
        check_constraints()
        stamps.renew()
    rebuild_search()


@contextmanager
def triggers_off(found: list[Table]) -> Iterator[None]:
    """The triggers that protect posted rows rest while old rows are put back, within the same transaction."""
    names = [connection.ops.quote_name(table.name) for table in found]
    with connection.cursor() as cursor:
        if on_postgres():
            for name in names:
                cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            yield
            for name in names:
                cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        kept = cursor.fetchall()
        for name, _statement in kept:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        yield
        for _name, statement in kept:
            cursor.execute(statement)


def rebuild_search() -> None:
    """SQLite's full-text indexes follow their tables by triggers, which were off; PostgreSQL's are plain indexes."""
    if on_postgres():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5%'")
        for (name,) in cursor.fetchall():
            table = connection.ops.quote_name(name)
            cursor.execute(f"INSERT INTO {table}({table}) VALUES ('rebuild')")  # noqa: S608


def clear(found: list[Table]) -> None:
    names = [connection.ops.quote_name(table.name) for table in found]
    with connection.cursor() as cursor:
        if on_postgres():
            cursor.execute(f"TRUNCATE {', '.join(names)}")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608


def load_table(reader: Reader, table: Table) -> None:
    """Raises: DomainError if the rows are not as many as the manifest says."""
    unpack = [column.kind.unpack(connection) for column in table.columns]
    rows = 0
    with reader.open(f"tables/{table.name}") as stream, pa.ipc.open_stream(pa.PythonFile(stream, "r")) as batches:
        for batch in batches:
            rows += batch.num_rows
            insert(table, list(zip(*map(unpacked, unpack, batch.columns), strict=True)))
    if rows != reader.manifest["tables"][table.name]["rows"]:
        raise DomainError(_("%(table)s has fewer rows than the backup says.") % {"table": table.name})


def unpacked(convert: Any, column: pa.Array) -> list[Any]:
    return [None if value is None else convert(value) for value in column.to_pylist()]


def insert(table: Table, rows: list[tuple[Any, ...]]) -> None:
    """One set of rows: COPY on PostgreSQL, one prepared insert on SQLite."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    with connection.cursor() as cursor:
        if on_postgres():
            with cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(table.columns))
        cursor.executemany(f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})", rows)  # noqa: S608


def reset_sequences(reader: Reader, found: list[Table]) -> None:
    """The next key follows the highest one that was ever given out."""
    with connection.cursor() as cursor:
        if on_postgres():
            for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in found]):
                cursor.execute(statement)
        for table in found:
            last = reader.manifest["tables"][table.name]["last_id"]
            if last is not None:
                raise_sequence(cursor, table, last)


def raise_sequence(cursor: Any, table: Table, last: int) -> None:
    if on_postgres():
        name, key = connection.ops.quote_name(table.name), table.key[0]
        statement = "SELECT setval(s, greatest(%s, nextval(s) - 1)) FROM pg_get_serial_sequence(%s, %s) s"
        cursor.execute(statement, [last, name, key])
        return
    cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last])


def check_constraints() -> None:
    """Raises: IntegrityError if a row points to one that is not there."""
    if on_postgres():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    else:
        connection.check_constraints()
