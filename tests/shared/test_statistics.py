"""Once many rows are written in one transaction, the planner knows of them; a handful is not worth a look."""

import pytest
from django.db import transaction

from shared.planner import forget, known_rows
from shared.tables import Deal, Firm
from tiji.shared.bulk import insert_in_sets
from tiji.shared.statistics import MANY, after_many_rows, refresh_statistics

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def unknown(tables):
    """Tables that nobody has looked at yet."""
    forget()
    yield
    Deal.objects.all().delete()
    Firm.objects.all().delete()


def add_deals(count):
    insert_in_sets(Deal, [(f"deal {n}", n, True, False) for n in range(count)], ("title", "likes", "open", "posted"))


def test_many_rows_are_known_after_the_commit_and_not_before():
    with transaction.atomic(), after_many_rows():
        add_deals(MANY + 1)
        assert known_rows("test_deal") is None
    assert MANY / 2 < known_rows("test_deal") < MANY * 2  # SQLite guesses from a sample


def test_a_handful_of_rows_is_not_worth_a_look():
    with transaction.atomic(), after_many_rows():
        add_deals(MANY // 2)
    assert known_rows("test_deal") is None


def test_rows_written_before_the_block_do_not_count():
    with transaction.atomic():
        add_deals(MANY + 1)
        with after_many_rows():
            Firm.objects.create(name="甲")
    assert known_rows("test_deal") is None


def test_nothing_is_looked_at_when_the_transaction_fails():
    def load_and_fail():
        with transaction.atomic(), after_many_rows():
            add_deals(MANY + 1)
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        load_and_fail()
    assert known_rows("test_deal") is None


@pytest.mark.postgres_only
def test_only_tables_that_were_written_are_looked_at():
    Firm.objects.create(name="甲")
    with transaction.atomic(), after_many_rows():
        add_deals(MANY + 1)
    assert (known_rows("test_deal"), known_rows("test_firm")) == (MANY + 1, None)


def test_rows_are_counted_within_a_transaction():
    with pytest.raises(transaction.TransactionManagementError), after_many_rows():
        pass


def test_every_table_is_looked_at_when_none_is_named(company):
    refresh_statistics()
    assert known_rows("organization_company") == 1
