"""A setting holds from a date, for the company or a part of it, and is never changed, only followed by another."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from makers import make_user
from tiji.shared import settings_store as store
from tiji.shared.errors import DomainError
from tiji.shared.models import AuditEntry, Setting

JANUARY, MARCH, JUNE = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    monkeypatch.setattr(store, "_declared", {})
    store.forget_settings()
    store.declare("test.days", 14, "Days", minimum=1, maximum=99, scopes=("unit",))
    store.declare("test.rate", Decimal("0.05"), "Rate")
    store.declare("test.mode", "fast", "Mode", choices=("fast", "slow"))
    store.declare("test.on", False, "On")
    store.declare("test.steps", (Decimal("0.5"), Decimal("1")), "Steps")
    yield
    store.forget_settings()


@pytest.fixture
def user(db):
    return make_user("Olaf")


def decide(user, key, value, start, scope=None):
    return store.change_setting(actor=user, key=key, value=value, valid_from=start, scope=scope)


def test_the_value_of_a_date_is_the_one_that_holds_then(user):
    decide(user, "test.days", 20, MARCH)
    decide(user, "test.days", 30, JUNE)
    asked = [date(2026, 2, 28), MARCH, date(2026, 5, 31), JUNE, date(2030, 1, 1)]
    assert [store.setting("test.days", on=day) for day in asked] == [14, 20, 20, 30, 30]


def test_a_later_decision_for_the_same_date_replaces_and_none_takes_back(user):
    decide(user, "test.days", 20, MARCH)
    decide(user, "test.days", 21, MARCH)
    assert store.setting("test.days", on=MARCH) == 21
    decide(user, "test.days", None, JUNE)
    assert store.setting("test.days", on=JUNE) == 14
    assert Setting.objects.count() == 3


def test_a_part_of_the_company_may_differ(user):
    decide(user, "test.days", 20, JANUARY)
    decide(user, "test.days", 5, MARCH, scope=("unit", 7))
    assert store.setting("test.days", JUNE, scope=("unit", 7)) == 5
    assert store.setting("test.days", JANUARY, scope=("unit", 7)) == 20
    assert store.setting("test.days", JUNE, scope=("unit", 8)) == 20
    with pytest.raises(DomainError):
        decide(user, "test.rate", Decimal("0.1"), MARCH, scope=("unit", 7))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("test.rate", Decimal("0.12345678")),
        ("test.mode", "slow"),
        ("test.on", True),
        ("test.steps", (Decimal("0.25"), Decimal("0.75"))),
    ],
)
def test_values_come_back_as_they_went_in(user, key, value):
    decide(user, key, value, JANUARY)
    found = store.setting(key, on=JUNE)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("test.days", 0),
        ("test.days", 100),
        ("test.days", "many"),
        ("test.days", True),
        ("test.rate", 0.1),
        ("test.rate", "ten"),
        ("test.mode", "other"),
        ("test.on", "yes"),
        ("test.unknown", 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused(user, key, value):
    with pytest.raises(DomainError):
        decide(user, key, value, JANUARY)
    assert Setting.objects.count() == 0


def test_reading_costs_no_query_once_it_is_known(user, django_assert_num_queries):
    store.setting("test.days", on=JUNE)
    with django_assert_num_queries(0):
        assert [store.setting("test.days", on=JUNE), store.setting("test.rate", on=MARCH)] == [14, Decimal("0.05")]


def test_a_decision_says_who_and_what_it_was_before(user):
    decide(user, "test.days", 20, JANUARY)
    decide(user, "test.days", 25, MARCH)
    entry = AuditEntry.objects.filter(action="setting.changed").order_by("id").last()
    assert (entry.actor_id, entry.before, entry.after) == (user.pk, {"value": 20}, {"value": 25, "from": "2026-03-01"})


def test_a_decision_that_is_rolled_back_was_never_made(user):
    with transaction.atomic():
        decide(user, "test.days", 20, JANUARY)
        assert store.setting("test.days", on=JUNE) == 20
        transaction.set_rollback(True)
    assert store.setting("test.days", on=JUNE) == 14


@pytest.mark.django_db(transaction=True)
def test_nobody_else_sees_a_decision_before_it_is_committed(user):
    assert store.setting("test.days", on=JUNE) == 14
    seen = []

    def look():
        try:
            seen.append(store.setting("test.days", on=JUNE))
        finally:
            connection.close()

    def look_elsewhere():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    with transaction.atomic():
        decide(user, "test.days", 20, JANUARY)
        assert store.setting("test.days", on=JUNE) == 20
        look_elsewhere()
    look_elsewhere()
    assert seen == [14, 20]


@pytest.mark.django_db(transaction=True)
def test_another_processs_decision_is_seen_after_the_next_look(user, monkeypatch):
    assert store.setting("test.days", on=JUNE) == 14
    Setting.objects.create(key="test.days", valid_from=JANUARY, value=33, set_by=user, at=user.date_joined)
    assert store.setting("test.days", on=JUNE) == 14
    monkeypatch.setattr(store, "_CHECK_EVERY", -1)
    assert store.setting("test.days", on=JUNE) == 33
