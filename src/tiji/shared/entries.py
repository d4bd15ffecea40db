"""What is refused as it enters a table: a part under what is posted, a row for which nothing was set aside.

Rows that post a document come in through services, whole; the database looks once more, after the statement that brings
them. The triggers live by the rules of `tiji.shared.triggers`: one registry, put up after every migration, checked.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from tiji.shared import triggers

_FUNCTION = "tiji_refuse_entry"
# One look for all rows of a statement: a COPY of a million lines asks once.
_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE refused boolean;
BEGIN
  EXECUTE TG_ARGV[0] INTO refused;
  IF refused THEN
    RAISE EXCEPTION '{triggers.MARK}:%:%', TG_TABLE_NAME, TG_ARGV[1] USING ERRCODE = '23001';
  END IF;
  RETURN NULL;
END $body$
"""


def nothing_under(model: type[Model], *, when: triggers.Condition) -> None:
    """No row is made under a posted one: `when={"order__status": ("confirmed",)}`, one step up the foreign key.

    A service that makes both in one transaction makes the parts first: their foreign keys are looked at when it ends.
    """
    triggers.also(_Entry(model, "insert", _Under(model, tuple(sorted(when.items())))))


def refuse_entry(model: type[Model], sql: str) -> None:
    """No row is made of which `sql` is true; in it `{row}` is the row, the table holding it and its statement's others.

    For what a constraint cannot say because it looks at other rows. It runs after the statement.
    """
    triggers.also(_Entry(model, "limit", _Text(sql)))


@dataclass(frozen=True)
class _Under:
    model: type[Model]
    when: tuple[tuple[str, Any], ...]

    def sql(self, row: str) -> str:
        return triggers.condition_sql(self.model, dict(self.when), row)


@dataclass(frozen=True)
class _Text:
    text: str

    def sql(self, row: str) -> str:
        return self.text.format(row=row)


@dataclass(frozen=True)
class _Entry:
    """The trigger of one rule, in the language of the connected database."""

    model: type[Model]
    kind: str
    rule: _Under | _Text

    def __call__(self) -> list[triggers.Trigger]:
        table = self.model._meta.db_table
        first, body = "", f'AFTER INSERT ON "{table}"'
        if connection.vendor == "postgresql":
            first = _FUNCTION_SQL + ";\n"
            asked = f"SELECT EXISTS (SELECT 1 FROM entered WHERE {self.rule.sql('entered')})".replace("'", "''")  # noqa: S608
            body += " REFERENCING NEW TABLE AS entered FOR EACH STATEMENT"
            body += f" EXECUTE FUNCTION {_FUNCTION}('{asked}', '{self.kind}')"
        else:
            refusal = f"SELECT RAISE(ABORT, '{triggers.MARK}:{table}:{self.kind}')"
            body += f" FOR EACH ROW WHEN {self.rule.sql('NEW')} BEGIN {refusal}; END"
        name = triggers.named(table, f"entry_{self.kind[:3]}", first + body)
        return [triggers.Trigger(name, table, f'{first}CREATE TRIGGER "{name}" {body}')]
