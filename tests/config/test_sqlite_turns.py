"""Writers on SQLite stand in line: whoever waits gets the file next, and a turn ends however its transaction ends."""

import sqlite3
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, connections, transaction

from makers import make_person
from tiji.apps.organization.models import Person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite only"),
]


def in_thread(work):
    """Run it in a thread with a connection of its own; what it raises is kept."""
    raised = []

    def run():
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connections["default"].close()

    thread = Thread(target=run)
    thread.start()
    return thread, raised


@transaction.atomic
def write_and_fail():
    make_person("一")
    raise ZeroDivisionError


def names():
    return list(Person.objects.order_by("pk").values_list("name", flat=True))


def test_a_writer_waits_for_the_one_before_and_comes_next():
    holds, may_end = Event(), Event()

    def first():
        with transaction.atomic():
            make_person("一")
            holds.set()
            assert may_end.wait(10)

    def second():
        with transaction.atomic():
            make_person("二")

    one, failed = in_thread(first)
    assert holds.wait(10)
    two, failed_too = in_thread(second)
    two.join(0.3)
    assert two.is_alive()
    assert names() == []  # readers never wait
    may_end.set()
    one.join(10)
    two.join(10)
    assert (failed, failed_too, names()) == ([], [], ["一", "二"])


@pytest.mark.parametrize("end", ["commit", "error", "nested", "close"])
def test_a_turn_ends_however_its_transaction_ends(end):
    def write():
        if end == "error":
            with pytest.raises(ZeroDivisionError):
                write_and_fail()
        elif end == "close":
            transaction.set_autocommit(False)
            make_person("一")
            connection.close()
        else:
            with transaction.atomic():
                make_person("一")
                if end == "nested":
                    with pytest.raises(ZeroDivisionError), transaction.atomic():
                        raise ZeroDivisionError

    writer, failed = in_thread(write)
    writer.join(10)
    assert failed == []
    with transaction.atomic():
        make_person("二")
    assert names() == (["一", "二"] if end in ("commit", "nested") else ["二"])


def test_another_program_that_holds_the_file_is_waited_for(monkeypatch):
    """It knows of no turns: SQLite's own lock decides, and the time-out still holds."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    connection.close()
    try:
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            make_person("一")
        other.execute("ROLLBACK")
        with transaction.atomic():
            make_person("二")
    finally:
        other.close()
        connection.close()
    assert names() == ["二"]
