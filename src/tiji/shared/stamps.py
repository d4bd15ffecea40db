"""Stamps: what was worked out from some tables may be kept in memory for as long as their stamp stays the same.

The database itself replaces a stamp, by triggers, in the transaction that changes a watched table: whoever changes it
and by whatever door, a kept answer is never used beyond the change. Values are random, so one that was seen inside a
transaction that was taken back never comes again for another state. Reading them is one small query a request.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model

from tiji.shared import request_context, triggers
from tiji.shared.models import Stamp

_FUNCTION = "tiji_stamp"
_FUNCTION_SQL = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO "{table}" (name, value) VALUES (TG_ARGV[0], hashtextextended(gen_random_uuid()::text, 0))
  ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  RETURN NULL;
END $body$
"""

Stamps = Mapping[str, int]
T = TypeVar("T")
_READ, _CHANGED = "stamps", "stamps change"
_watched: set[str] = set()
_tables: set[str] = set()
_kept: dict[tuple[str, str], tuple[int, Any]] = {}


def watch(stamp: str, model: type[Model], columns: Iterable[str] | None = None) -> None:
    """Replace `stamp` with every change of the model's rows; with `columns` an update counts if it sets one of them.

    Called where the app starts.
    """
    named = None if columns is None else tuple(columns)
    triggers.also(_Watch(stamp, model, named))
    _watched.add(stamp)
    _tables.add(model._meta.db_table)


def read() -> Stamps:
    """The stamps as they are now, in one query. A stamp that never changed is missing: keep nothing then."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT name, value FROM "{Stamp._meta.db_table}"')  # noqa: S608
        return dict(cursor.fetchall())


def remember(seen: Stamps) -> None:
    """These were read for the request in hand: nothing in it asks for them again until it changes a watched table."""
    request_context.put(_READ, seen)


def now(stamp: str) -> int | None:
    """The stamp as the request in hand reads it; None outside a request or while it never changed: keep nothing."""
    if not request_context.in_request():
        return None
    changed = request_context.once(_CHANGED, lambda: False)
    return (read() if changed else request_context.once(_READ, read)).get(stamp)


def kept(stamp: str, key: str, find: Callable[[], T]) -> T:
    """What `find` gives, from this process's memory as long as the stamp is the one that the request in hand reads.

    What is kept belongs to all threads: whoever wants to change it takes a copy.
    """
    value = now(stamp)
    if value is None:
        return find()
    held = _kept.get((stamp, key))
    if held is None or held[0] != value:
        held = _kept[(stamp, key)] = (value, find())
    return held[1]


def hold(stamp: str, *, to_change: bool = False) -> None:
    """From here to the end of the transaction the watched tables are as this stamp says: whoever changes them waits.

    Any number may hold a stamp at once, one alone `to_change` what it watches. What was read for the request before is
    asked for again, and only this of it. Locked before any row of the business: those who change the tables go on to
    the rows that follow from them. SQLite transactions are exclusive from their beginning.
    Raises: TransactionManagementError outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("hold() needs a transaction: its end lets go")
    locks = connection.vendor == "postgresql"
    if not locks and not request_context.in_request():
        return
    lock = (" FOR UPDATE" if to_change else " FOR SHARE") if locks else ""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT name, value FROM "{Stamp._meta.db_table}" WHERE name = %s{lock}', [stamp])  # noqa: S608
        held = dict(cursor.fetchall())
    if request_context.in_request():
        remember({**request_context.once(_READ, read), **held})


def watch_writes(connection: Any) -> None:
    """Once a request has changed a watched table it asks for the stamps each time: the change may be taken back.

    Asked again for the same connection it does nothing.
    """
    if _see_write not in connection.execute_wrappers:
        connection.execute_wrappers.append(_see_write)


def _see_write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    result = execute(sql, params, many, context)
    if not sql.startswith("SELECT") and any(table in sql[:120] for table in _tables):
        request_context.put(_CHANGED, True)
    return result


def renew() -> None:
    """Replace every stamp: after a migration, during which no trigger stood."""
    for name in sorted(_watched):
        Stamp.objects.update_or_create(name=name, defaults={"value": secrets.randbits(63)})


@dataclass(frozen=True)
class _Watch:
    """The triggers of one table, in the language of the connected database."""

    stamp: str
    model: type[Model]
    columns: tuple[str, ...] | None

    def __call__(self) -> list[triggers.Trigger]:
        of = "" if self.columns is None else " OF " + ", ".join(f'"{column}"' for column in self.columns)
        return [self._trigger("insert"), self._trigger("delete"), self._trigger("update", of)]

    def _trigger(self, event: str, columns: str = "") -> triggers.Trigger:
        table, stamps = self.model._meta.db_table, Stamp._meta.db_table
        first, body = "", f'AFTER {event.upper()}{columns} ON "{table}" FOR EACH '
        if connection.vendor == "postgresql":
            first = _FUNCTION_SQL.format(function=_FUNCTION, table=stamps) + ";\n"
            body += f"STATEMENT EXECUTE FUNCTION {_FUNCTION}('{self.stamp}')"
        else:
            new = f"INSERT OR REPLACE INTO \"{stamps}\" (name, value) VALUES ('{self.stamp}', random())"  # noqa: S608
            body += f"ROW BEGIN {new}; END"
        name = triggers.named(table, f"stamp_{event[:3]}", self.stamp + first + body)
        return triggers.Trigger(name, table, f'{first}CREATE TRIGGER "{name}" {body}')
