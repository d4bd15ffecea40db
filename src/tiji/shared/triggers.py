"""Posted rows are protected by the database itself: what is posted is not edited and not deleted, whoever tries.

One registry of rules becomes triggers on either database. A trigger's name carries the hash of its rule, so comparing
names shows what is missing or stale. They are put up after every migration, because a table that SQLite rebuilds loses
its triggers without a word.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from tiji.shared.errors import PostedRowError

NOT_NULL = "\0not null"
MARK = "tiji:posted"
_PREFIX = "tiji_"
_FUNCTION = "tiji_refuse_posted"
_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '{MARK}:%:%', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = '23001';
END $body$
"""
# PostgreSQL takes no subquery into a trigger's condition, so a rule about the row above is asked inside a function.
_ABOVE_FUNCTION = "tiji_refuse_under_posted"
_ABOVE_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {_ABOVE_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE posted boolean;
BEGIN
  EXECUTE TG_ARGV[0] INTO posted USING OLD;
  IF NOT posted AND TG_OP = 'UPDATE' THEN
    EXECUTE TG_ARGV[0] INTO posted USING NEW;
  END IF;
  IF posted THEN
    RAISE EXCEPTION '{MARK}:%:%', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = '23001';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $body$
"""

Condition = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Protection:
    """One rule: in rows of `model` that meet `when`, only the columns of `allow` may change, to a row that meets
    `stays`; and none is deleted."""

    model: type[Model]
    allow: frozenset[str]
    when: Condition | None
    delete: bool
    stays: Condition | None = None


@dataclass(slots=True)
class _Registry:
    protections: list[Protection] = field(default_factory=list)
    extra: list[Callable[[], "list[Trigger]"]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger by its name, the table it stands on and the SQL that makes it."""

    name: str
    table: str
    create: str


_registry = _Registry()


def protect(
    model: type[Model],
    *,
    allow: Iterable[str] = (),
    when: Condition | None = None,
    delete: bool = False,
    stays: Condition | None = None,
) -> None:
    """Protect posted rows of `model`. Called where the app starts (`AppConfig.ready`) or below the model.

    `when` names the columns and values that make a row posted: `{"status": ("posted", "paid")}`, `{"posted": True}`,
    `{"posted_at": NOT_NULL}`; without it every row is. A part is posted with the row above it, one step up:
    `{"contract__status": ("signed",)}`; it may not be moved under a posted row either; that it is not made
    there says `tiji.shared.entries`. `allow` names fields that may still change, `stays` what holds of the row
    afterwards: `{"state": ("posted", "finalised")}`; `delete=True` lets rows be deleted. Several rules on a model all
    hold.
    """
    rule = Protection(model, frozenset(allow), dict(when) if when else None, delete, dict(stays) if stays else None)
    if rule not in _registry.protections:
        _registry.protections.append(rule)


def protections() -> tuple[Protection, ...]:
    """Every rule declared."""
    return tuple(_registry.protections)


def also(make: Callable[[], list[Trigger]]) -> None:
    """Triggers of another kind that live by the same rules of putting up and checking."""
    if make not in _registry.extra:
        _registry.extra.append(make)


def named(table: str, purpose: str, body: str) -> str:
    """A trigger's name: at most 63 characters, and another one whenever the rule changes."""
    digest = hashlib.sha256(f"{table}|{purpose}|{body}".encode()).hexdigest()[:8]
    return f"{_PREFIX}{table[:36]}_{purpose}_{digest}"


def expected() -> list[Trigger]:
    """The triggers that should stand, in the language of the connected database."""
    made = [trigger for rule in _registry.protections for trigger in _triggers_of(rule)]
    for make in _registry.extra:
        made += make()
    return made


def _triggers_of(rule: Protection) -> list[Trigger]:
    table = rule.model._meta.db_table
    guarded = [
        column.column
        for column in rule.model._meta.concrete_fields
        if column.name not in rule.allow and column.attname not in rule.allow
    ]
    same = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    changed = " OR ".join(f'OLD."{column}" {same} NEW."{column}"' for column in guarded)
    if _looks_above(rule):
        made = _triggers_under(rule, changed)
    else:
        posted = _posted_sql(rule, "OLD")
        if rule.stays:
            changed = f"{changed} OR NOT {condition_sql(rule.model, rule.stays, 'NEW')}"
        made = [_trigger(table, "update", f"{posted} AND ({changed})")]
        if not rule.delete:
            made.append(_trigger(table, "delete", posted))
    if not rule.delete and connection.vendor == "postgresql":
        made.append(_truncate_trigger(table))
    return made


def _looks_above(rule: Protection) -> bool:
    return any("__" in name for name in rule.when or {})


def _triggers_under(rule: Protection, changed: str) -> list[Trigger]:
    """Triggers of rows that are posted with the row above them: with that of before, or with that of afterwards."""
    table = rule.model._meta.db_table
    if connection.vendor != "postgresql":
        before, after = _posted_sql(rule, "OLD"), _posted_sql(rule, "NEW")
        made = [_trigger(table, "update", f"({changed}) AND ({before} OR {after})")]
        return made if rule.delete else [*made, _trigger(table, "delete", before)]
    asked = f"SELECT {_posted_sql(rule, '($1)')}".replace("'", "''")
    call = f"EXECUTE FUNCTION {_ABOVE_FUNCTION}('{asked}')"
    made = [_named(table, "update", f'BEFORE UPDATE ON "{table}" FOR EACH ROW WHEN ({changed}) {call}')]
    return made if rule.delete else [*made, _named(table, "delete", f'BEFORE DELETE ON "{table}" FOR EACH ROW {call}')]


def _trigger(table: str, event: str, condition: str) -> Trigger:
    if connection.vendor == "postgresql":
        body = f'BEFORE {event.upper()} ON "{table}" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {_FUNCTION}()'
    else:
        body = (
            f'BEFORE {event.upper()} ON "{table}" FOR EACH ROW WHEN {condition}'
            f" BEGIN SELECT RAISE(ABORT, '{MARK}:{table}:{event}'); END"
        )
    return _named(table, event, body)


def _truncate_trigger(table: str) -> Trigger:
    return _named(table, "truncate", f'BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()')


def _named(table: str, event: str, body: str) -> Trigger:
    name = named(table, event[:3], body)
    return Trigger(name, table, f'CREATE TRIGGER "{name}" {body}')


def _posted_sql(rule: Protection, row: str) -> str:
    """The condition that `row` (OLD, NEW, or a parameter) is posted."""
    if not rule.when:
        return "TRUE" if connection.vendor == "postgresql" else "1"
    return condition_sql(rule.model, rule.when, row)


def condition_sql(model: type[Model], when: Condition, row: str) -> str:
    """`when` about a row, as SQL: `row` is what the row is called there."""
    parts = []
    for name, wanted in sorted(when.items()):
        key, _sep, above = name.partition("__")
        column: Any = model._meta.get_field(key)
        mine = f'{row}."{column.column}"'
        parts.append(_above_sql(mine, column, above, wanted) if above else _match_sql(mine, column, wanted))
    return "(" + " AND ".join(parts) + ")"


def _above_sql(mine: str, key: Any, name: str, wanted: Any) -> str:
    """The condition that the row to which a foreign key points is posted."""
    above = key.related_model._meta
    column = above.get_field(name)
    match = _match_sql(f'above."{column.column}"', column, wanted)
    return (
        f'EXISTS (SELECT 1 FROM "{above.db_table}" AS above'  # noqa: S608
        f' WHERE above."{key.target_field.column}" = {mine} AND {match})'
    )


def _match_sql(column_sql: str, column: Any, wanted: Any) -> str:
    if wanted is None:
        return f"{column_sql} IS NULL"
    if isinstance(wanted, str) and wanted == NOT_NULL:
        return f"{column_sql} IS NOT NULL"
    values = wanted if isinstance(wanted, (tuple, list, set, frozenset)) else (wanted,)
    literals = sorted(_literal(column.get_prep_value(value)) for value in values)
    return f"{column_sql} IN ({', '.join(literals)})"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper() if connection.vendor == "postgresql" else str(int(value))
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("'", "''")
    return f"'{text}'"


def standing() -> dict[str, str]:
    """Our triggers that stand in the database: name → table."""
    if connection.vendor == "postgresql":
        sql = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgname LIKE 'tiji\\_%%'"
            " AND c.relnamespace = current_schema()::regnamespace"
        )
    else:
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'tiji\\_%%' ESCAPE '\\'"
    with connection.cursor() as cursor:
        cursor.execute(sql, [])
        return dict(cursor.fetchall())


def missing() -> list[str]:
    """Names of triggers that should stand and do not."""
    there = standing()
    return sorted({trigger.name for trigger in expected()} - there.keys())


def apply() -> int:
    """Put up what is missing and take down what no rule asks for; returns how many were put up."""
    there = standing()
    tables = set(connection.introspection.table_names())
    wanted = {trigger.name: trigger for trigger in expected() if trigger.table in tables}
    statements = [_drop_sql(name, table) for name, table in there.items() if name not in wanted]
    new = [trigger for name, trigger in wanted.items() if name not in there]
    statements += [trigger.create for trigger in new]
    if statements:
        with transaction.atomic():
            _run(statements)
    return len(new)


def make_way() -> None:
    """Before tables are altered: SQLite renames no table and drops no column that a trigger names.

    They are put up again after the migration; until then the checks at start say what is missing.
    """
    if connection.vendor != "postgresql":
        _run([_drop_sql(name, table) for name, table in standing().items()])


def _drop_sql(name: str, table: str) -> str:
    of_table = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    return f'DROP TRIGGER "{name}"{of_table}'


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(";\n".join([_FUNCTION_SQL, _ABOVE_FUNCTION_SQL, *statements]))
        else:
            for statement in statements:
                cursor.execute(statement)


@contextmanager
def lifted() -> Iterator[None]:
    """Inside, no row is protected: for restoring a backup into an empty database, and for tests.

    Raises: PostedRowError if a protected table holds rows (outside of tests).
    """
    if not settings.TESTING:
        _refuse_unless_empty()
    with transaction.atomic():
        _settle()
        _run([_drop_sql(name, table) for name, table in standing().items()])
        yield
        _settle()
        apply()


def _settle() -> None:
    """PostgreSQL takes no trigger up or down on a table whose foreign keys still wait for their check."""
    if connection.vendor == "postgresql":
        _run(["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"])


def _refuse_unless_empty() -> None:
    filled = sorted({rule.model._meta.label for rule in _registry.protections if rule.model._default_manager.exists()})
    if filled:
        raise PostedRowError(
            _("The protection of posted rows is lifted for an empty database only; these have rows: %(tables)s.")
            % {"tables": ", ".join(filled)}
        )


def refuse_politely(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A wrapper around Django's execute: a trigger's refusal becomes a PostedRowError in the user's words."""
    try:
        return execute(sql, params, many, context)
    except IntegrityError as error:
        text = str(error)
        if MARK not in text:
            raise
        table, _sep, event = text.partition(f"{MARK}:")[2].partition(":")
        raise PostedRowError(_refusal(event) % {"thing": _name_of(table)}) from error


def _refusal(event: str) -> str:
    if event.startswith("insert"):
        return _("Under what is posted no %(thing)s is added. Reverse the document and enter it again.")
    if event.startswith("limit"):
        return _("This %(thing)s takes more than was set aside for it, or does not fit what it belongs to.")
    return _("A posted %(thing)s is never changed. Reverse it and enter it again.")


def _name_of(table: str) -> str:
    for rule in _registry.protections:
        if rule.model._meta.db_table == table:
            return str(rule.model._meta.verbose_name)
    return table


def watch(connection: Any) -> None:
    """Translate the refusals of a connection; asked again for the same one it does nothing."""
    if refuse_politely not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_politely)
