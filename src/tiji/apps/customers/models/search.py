"""Finding rows by part of a name, its pinyin or a number: grams, and the index over them on either database.

A row keeps `search_key`, the words it is found by, and `search_grams`, the same words cut into pairs of Chinese
characters and triples of letters. A search asks the index for the grams and compares the key itself after that, so
the index only has to be quick, never exact. docs/how-to/customers.md tells why it is built this way.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value

MAX_KEY = 500
HAN = r"\u3400-\u9fcc\U00020000-\U0002a6d6"
LETTERS = r"a-z0-9\u00df-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u04ff\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3"
RUNS = re.compile(rf"([{HAN}]+)|([{LETTERS}]+)")
PUNCTUATION = re.compile(r"[^\w\s]|_")
# Pairs that nearly every Chinese company's name has: asking the index for them would fetch the whole table.
EVERYWHERE = frozenset({"有限", "限公", "公司", "股份", "份有", "限责", "责任", "任公", "集团", "科技"})


def search_words(text: str) -> list[str]:
    """What somebody typed, as words that a key may contain: half width, without case and punctuation."""
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold()).split()


def search_key(parts: Iterable[str]) -> str:
    """The words that a row is found by; each part is one word, whatever spaces it has."""
    words = dict.fromkeys("".join(search_words(part)) for part in parts if part)
    return " ".join(word for word in words if word)[:MAX_KEY]


def grams(key: str) -> str:
    """The distinct pairs of Chinese characters and triples of letters or digits in a key, separated by spaces."""
    return " ".join(dict.fromkeys(gram for gram in _cut(key) if gram not in EVERYWHERE))


def _cut(key: str) -> Iterator[str]:
    for chinese, letters in RUNS.findall(key):
        run, size = (chinese, 2) if chinese else (letters, 3)
        yield from (run[start : start + size] for start in range(len(run) - size + 1))


class _Contains(Func):
    """Rows whose grams include all of `wanted`, through the index of the database."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, table: str, wanted: str) -> None:
        super().__init__(F("pk"), F("search_grams"), Value(wanted))
        self.table, self.wanted = table, wanted

    def __repr__(self) -> str:
        return f"<grams of {self.table}: {self.wanted}>"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        column, _params = compiler.compile(self.source_expressions[0])
        match = " AND ".join(f'"{gram}"' for gram in self.wanted.split())
        table = index_name(self.table)
        return f"{column} IN (SELECT rowid FROM {table} WHERE {table} MATCH %s)", [match]  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        column, _params = compiler.compile(self.source_expressions[1])
        return f"string_to_array({column}, ' ') @> string_to_array(%s, ' ')", [self.wanted]


def found_by(model: type[models.Model], text: str) -> Q:
    """The condition on rows whose key contains every word of `text`."""
    words = search_words(text)
    condition = Q()
    for word in words:
        condition &= Q(search_key__contains=word)
    wanted = grams(" ".join(words))
    return condition & Q(_Contains(model._meta.db_table, wanted)) if wanted else condition


def index_name(table: str) -> str:
    return f"{table}_grams"


def make_index(connection: Any, model: type[models.Model]) -> None:
    """Make the index over the grams where it is missing, and on SQLite the triggers that keep it; safe to repeat."""
    table = model._meta.db_table
    statements = _postgresql(table) if connection.vendor == "postgresql" else _sqlite(table)
    with connection.cursor() as cursor:
        fresh = index_name(table) not in connection.introspection.table_names(cursor)
        for statement in statements:
            cursor.execute(statement)
        if connection.vendor == "sqlite" and fresh:
            cursor.execute(f"INSERT INTO {index_name(table)}({index_name(table)}) VALUES ('rebuild')")  # noqa: S608


def _postgresql(table: str) -> Iterator[str]:
    yield (
        f"CREATE INDEX IF NOT EXISTS {index_name(table)} ON {table}"
        " USING gin (string_to_array(search_grams, ' ')) WITH (fastupdate = off)"
    )


def _sqlite(table: str) -> Iterator[str]:
    index = index_name(table)
    add = f"INSERT INTO {index}(rowid, search_grams) VALUES (new.id, new.search_grams);"  # noqa: S608
    drop = f"INSERT INTO {index}({index}, rowid, search_grams) VALUES ('delete', old.id, old.search_grams);"  # noqa: S608
    yield (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} USING fts5"
        f"(search_grams, content='{table}', content_rowid='id', detail=none, columnsize=0)"
    )
    yield f"CREATE TRIGGER IF NOT EXISTS {index}_insert AFTER INSERT ON {table} BEGIN {add} END"
    yield f"CREATE TRIGGER IF NOT EXISTS {index}_delete AFTER DELETE ON {table} BEGIN {drop} END"
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {index}_update AFTER UPDATE OF search_grams ON {table}"
        f" WHEN old.search_grams <> new.search_grams BEGIN {drop} {add} END"
    )
