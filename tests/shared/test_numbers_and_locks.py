"""Numbers without gaps or doubles, and work that only one may do at a time, with several at once."""

import threading

import pytest
from django.db import connection, transaction

from tiji.shared.locks import exclusive, try_exclusive
from tiji.shared.models import NumberSequence
from tiji.shared.numbers import allocate, next_number, next_numbers


def test_numbers_follow_each_other_in_each_kind_and_year(db):
    assert [next_number("HT", 2026), next_number("HT", 2026)] == ["HT-2026-000001", "HT-2026-000002"]
    assert next_number("HT", 2027) == "HT-2027-000001"
    assert next_number("FP", 2026) == "FP-2026-000001"
    assert next_numbers("HT", 2026, 3) == ["HT-2026-000003", "HT-2026-000004", "HT-2026-000005"]
    assert allocate("HT", 2026, 1_000_000) == range(6, 1_000_006)
    assert next_number("HT", 2026) == "HT-2026-1000006"


def test_a_rollback_leaves_no_gap(db):
    next_number("HT", 2026)
    with transaction.atomic():
        assert next_number("HT", 2026) == "HT-2026-000002"
        transaction.set_rollback(True)
    assert next_number("HT", 2026) == "HT-2026-000002"


def test_no_number_is_asked_for_by_nobody(db):
    with pytest.raises(ValueError, match="positive"):
        allocate("HT", 2026, 0)


def in_threads(work, count=6):
    def run():
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_different_numbers_without_gaps():
    given = []

    def take():
        for turn in range(5):
            with transaction.atomic():
                number = next_number("HT", 2026)
                if turn % 2:
                    transaction.set_rollback(True)
                else:
                    given.append(number)

    in_threads(take)
    assert sorted(given) == [f"HT-2026-{n:06d}" for n in range(1, 19)]
    assert NumberSequence.objects.get().last == 18
    with pytest.raises(transaction.TransactionManagementError):
        allocate("HT", 2026)


@pytest.mark.django_db(transaction=True)
def test_only_one_at_a_time_does_what_is_locked():
    inside, most = [], []

    def work():
        with transaction.atomic():
            exclusive("test.run")
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.02)
            inside.pop()

    in_threads(work)
    assert most == [1] * 6
    with pytest.raises(transaction.TransactionManagementError):
        exclusive("test.run")


@pytest.mark.django_db(transaction=True)
def test_trying_says_no_while_another_is_inside(vendor):
    if vendor != "postgresql":
        pytest.skip("on SQLite the second transaction waits at its beginning")
    answers = []

    def attempt():
        with transaction.atomic():
            answers.append(try_exclusive("test.run"))

    with transaction.atomic():
        exclusive("test.run")
        in_threads(attempt, 1)
    in_threads(attempt, 1)
    assert answers == [False, True]
