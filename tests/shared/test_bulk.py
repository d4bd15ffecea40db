"""Rows loaded in sets are the rows that saving one by one would have made."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, transaction

from shared.tables import Deal, Firm
from tiji.shared import bulk
from tiji.shared.bulk import insert_in_sets, reserve_ids

COLUMNS = ("title", "amount", "likes", "due_on", "touched_at", "open", "posted", "notes", "firm")
AWKWARD = ['comma, "quote"', "line\nbreak", "tab\tand \\ backslash", "", None, "中文", "\\N", "NULL"]


def raw_rows():
    columns = ", ".join(f'"{field.column}"' for field in Deal._meta.concrete_fields if field.column != "id")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM test_deal ORDER BY id")
        return cursor.fetchall()


@pytest.fixture
def values(tables):
    firm = Firm.objects.create(name="甲")
    moments = [None, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 8, 30, 5, 120, tzinfo=UTC)]
    return [
        (
            AWKWARD[n % len(AWKWARD)],
            [None, Decimal("0"), Decimal("-12.3456"), Decimal("99999999999.99")][n % 4],
            n,
            [None, date(2026, 2, 28)][n % 2],
            moments[n % 3],
            n % 2 == 0,
            n % 3 == 0,
            [None, {"a": [1, "b\n"]}][n % 2],
            firm.pk if n % 2 else None,
        )
        for n in range(48)
    ]


def saved_one_by_one(values):
    with transaction.atomic():
        for value in values:
            Deal.objects.create(**dict(zip([*COLUMNS[:-1], "firm_id"], value, strict=True)))
        rows = raw_rows()
        transaction.set_rollback(True)
    return rows


def test_tuples_are_kept_as_saving_keeps_them(values):
    expected = saved_one_by_one(values)
    assert insert_in_sets(Deal, iter(values), COLUMNS) == 48
    assert raw_rows() == expected


def test_an_arrow_table_is_kept_as_saving_keeps_it(values):
    expected = saved_one_by_one(values)
    title, amount, likes, due, touched, is_open, posted, _notes, firm = zip(*values, strict=True)
    table = pa.table(
        {
            "title": pa.array(title).dictionary_encode(),
            "amount": pa.array([None if a is None else int(a * 10_000) for a in amount], pa.int64()),
            "likes": pa.array(likes, pa.int32()),
            "due_on": pa.array(due, pa.date32()),
            "touched_at": pa.array(touched, pa.timestamp("us", "UTC")),
            "open": pa.array(is_open),
            "posted": pa.array(posted),
            "notes": pa.array([None if n % 2 == 0 else '{"a": [1, "b\\n"]}' for n in range(48)]),
            "firm_id": pa.array(firm, pa.int64()),
        }
    )
    assert insert_in_sets(Deal, table) == 48
    assert raw_rows() == expected


def test_a_moment_without_a_zone_is_in_utc(tables):
    naive = pa.table({"likes": [1], "open": [True], "posted": [False], "touched_at": [datetime(2026, 1, 1, 3)]})
    insert_in_sets(Deal, naive)
    assert Deal.objects.get().touched_at == datetime(2026, 1, 1, 3, tzinfo=UTC)


def test_reserved_keys_are_nobody_elses(tables):
    with transaction.atomic():
        first = Firm.objects.create(name="a")
        keys = reserve_ids(Firm, 1000)
        later = Firm.objects.create(name="b")
        insert_in_sets(Firm, ((key, f"firm {key}") for key in keys), ("id", "name"))
        after = Firm.objects.create(name="c")
    assert len(set(keys)) == 1000
    assert keys == sorted(keys)
    assert {first.pk, later.pk, after.pk}.isdisjoint(keys)
    assert Firm.objects.count() == 1003


def test_keys_are_reserved_for_a_table_that_never_held_a_row(tables):
    with transaction.atomic():
        keys = reserve_ids(Deal, 3)
        assert Deal.objects.create().pk not in keys


def test_what_the_database_refuses_is_an_error_of_the_database(tables):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_in_sets(Deal, [(None, True, False)], ("likes", "open", "posted"))
    assert Deal.objects.count() == 0


def test_who_watches_hears_of_every_chunk_and_nobody_afterwards(tables, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 20)
    heard = []
    titles = pa.table({"title": ["a"] * 48, "likes": [0] * 48, "open": [True] * 48, "posted": [False] * 48})
    with bulk.watched(lambda model, rows: heard.append((model, rows))):
        insert_in_sets(Deal, titles)
        insert_in_sets(Firm, [("one",), ("two",)], ["name"])
    insert_in_sets(Firm, [("three",)], ["name"])
    assert heard == [(Deal, 20), (Deal, 20), (Deal, 8), (Firm, 2)]
