"""Walking a list by pages shows every row once, in order, in both directions, at one query a page."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.test.utils import CaptureQueriesContext

from shared.tables import Deal, Firm
from tiji.shared.paging import CappedCount, InvalidCursor, capped_count, keyset

ORDERS = [
    ("-amount", "-id"),
    ("amount", "id"),
    ("-amount", "id"),
    ("due_on", "-likes", "title"),
    ("-likes",),
    ("likes",),
    ("open", "-touched_at", "id"),
    ("firm__name", "-id"),
    ("-firm__name", "due_on", "-id"),
    ("pk",),
    ("-title", "-firm", "-id"),
]


@pytest.fixture
def deals(tables):
    chance = Random(7)
    firms = Firm.objects.bulk_create([Firm(name=name) for name in ("甲", "乙", "丙", "O'Neil")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        Deal(
            title=chance.choice([None, "", "a", "b", "中", '"quoted"']),
            amount=chance.choice([None, Decimal("0"), Decimal("10.0001"), Decimal("-3.5"), Decimal("900000000000")]),
            likes=chance.randrange(4),
            due_on=chance.choice([None, date(2026, 1, 1), date(2026, 2, 1)]),
            touched_at=chance.choice([None, start, start + timedelta(microseconds=1), start + timedelta(days=1)]),
            open=chance.random() < 0.5,
            firm=chance.choice([None, *firms]),
        )
        for _ in range(83)
    ]
    Deal.objects.bulk_create(rows)
    return Deal.objects.all()


def python_order(rows, order):
    """The order the page promises, by plain sorting: empty values last whichever way the column runs."""
    for word in reversed(order):
        name = word.removeprefix("-")
        descending = word.startswith("-")

        def value(row, name=name):
            for part in name.split("__"):
                row = None if row is None else getattr(row, part)
            return row.pk if hasattr(row, "pk") else row

        filled = [row for row in rows if value(row) is not None]
        filled.sort(key=value, reverse=descending)
        rows = filled + [row for row in rows if value(row) is None]
    return [row.pk for row in rows]


def walk(queryset, order, size, *, back=False, start=None):
    pages, cursor = [], start
    while True:
        page = keyset(queryset, order, cursor, size)
        pages.append([row.pk for row in page.rows])
        cursor = page.previous if back else page.next
        if cursor is None:
            return pages, page


def is_ordered_by_text(order):
    return any(word.removeprefix("-") in {"title", "firm__name"} for word in order)


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@pytest.mark.parametrize("size", [1, 7, 200])
def test_every_row_comes_once_in_order_and_back_again(deals, order, size):
    forward, last = walk(deals, order, size)
    seen = [pk for page in forward for pk in page]
    assert sorted(seen) == sorted(deal.pk for deal in deals)
    if not is_ordered_by_text(order):  # a database's collation is its own
        with_pk = order if {"id", "-id", "pk"} & set(order) else (*order, "-id" if order[-1][0] == "-" else "id")
        assert seen == python_order(list(deals), with_pk)
    assert last.next is None
    backward, first = walk(deals, order, size, back=True, start=last.previous) if last.previous else ([], last)
    assert first.previous is None
    assert [pk for page in reversed(backward) for pk in page] == seen[: len(seen) - len(last.rows)]


def test_rows_that_come_and_go_between_pages_neither_repeat_nor_hide_others(deals):
    page = keyset(deals, ("-likes", "-id"), size=20)
    deals.filter(pk__in=[row.pk for row in page.rows[:10]]).delete()
    Deal.objects.create(likes=99)
    following = keyset(deals, ("-likes", "-id"), page.next, 20)
    expected = sorted(deals, key=lambda deal: (-deal.likes, -deal.pk))
    after_last = [d.pk for d in expected if (-d.likes, -d.pk) > (-page.rows[-1].likes, -page.rows[-1].pk)]
    assert [row.pk for row in following.rows] == after_last[:20]


def test_a_page_is_one_query_even_across_a_foreign_key(deals, django_assert_num_queries):
    page = keyset(deals, ("firm__name", "id"), size=5)
    with django_assert_num_queries(1):
        keyset(deals, ("firm__name", "id"), page.next, 5)


def test_only_the_page_where_empty_values_begin_costs_a_second_query(deals):
    counts, cursor = [], None
    while True:
        with CaptureQueriesContext(connection) as queries:
            page = keyset(deals, ("-due_on", "-id"), cursor, 5)
        counts.append(len(queries))
        cursor = page.next
        if not cursor:
            break
    assert max(counts) <= 2
    assert sum(counts) <= len(counts) + 2  # where they begin, and once more when they begin with a page


def test_annotations_and_dictionaries_can_be_paged(deals):
    rows = deals.annotate(weight=Coalesce(F("amount"), Value(Decimal(0), output_field=Deal._meta.get_field("amount"))))
    rows = rows.values("id", "weight")
    first = keyset(rows, ("-weight", "-id"), size=50)
    second = keyset(rows, ("-weight", "-id"), first.next, size=50)
    got = [(row["weight"], row["id"]) for row in [*first, *second]]
    assert got == sorted(((deal.amount or Decimal(0), deal.pk) for deal in deals), reverse=True)


def test_a_cursor_of_another_order_or_a_changed_one_is_refused(deals):
    cursor = keyset(deals, ("-likes", "-id"), size=5).next
    tampered = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    for wrong, order in [(cursor, ("likes", "id")), (tampered, ("-likes", "-id")), ("ü", ("id",)), ("x" * 7, ("id",))]:
        with pytest.raises(InvalidCursor) as refusal:
            keyset(deals, order, wrong, 5)
        assert "cursor" in refusal.value.fields


def test_an_empty_list_has_no_pages(tables):
    page = keyset(Deal.objects.all())
    assert (page.rows, page.has_next, page.has_previous) == ([], False, False)


def test_a_count_stops_at_its_cap(deals):
    assert capped_count(deals, cap=10) == CappedCount(10, more=True)
    assert str(capped_count(deals, cap=10)) == "10+"
    assert capped_count(deals, cap=83) == CappedCount(83, more=False)


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (("-likes", "-id"), "test_deal_likes"),
        (("-due_on", "-id"), "test_deal_due"),
        (("likes", "id"), "test_deal_likes"),
    ],
)
def test_pages_walk_the_index_without_sorting(tables, order, index):
    Deal.objects.bulk_create(
        Deal(likes=n % 500, due_on=date(2026, 1, 1) + timedelta(days=n % 300)) for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    deep = keyset(Deal.objects.all(), order, size=200)
    for _ in range(9):
        deep = keyset(Deal.objects.all(), order, deep.next, 200)
    with connection.execute_wrapper(_explaining(plans := [])):
        keyset(Deal.objects.all(), order, deep.next, 50)
    plan = "\n".join(plans)
    assert index in plan
    assert "Index Cond" in plan or "SEARCH" in plan  # it jumps to the cursor, it does not walk there
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def _explaining(plans):
    def wrapper(execute, sql, params, many, context):
        prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        with connection.cursor() as cursor:
            cursor.cursor.execute(prefix + sql, params)
            plans.extend(" ".join(str(part) for part in row) for row in cursor.cursor.fetchall())
        return execute(sql, params, many, context)

    return wrapper
