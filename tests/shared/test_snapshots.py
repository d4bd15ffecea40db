"""A snapshot reads one moment, keeps nobody from writing, and is over in the end."""

from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from tiji.shared.models import Setting
from tiji.shared.snapshots import snapshot

pytestmark = pytest.mark.django_db(transaction=True)


def setting(key: str) -> None:
    Setting.objects.create(key=key, valid_from="2026-01-01", value=1, at=timezone.now())


def elsewhere(act) -> None:
    def run():
        try:
            act()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def keys() -> list[str]:
    return sorted(Setting.objects.filter(key__startswith="test.").values_list("key", flat=True))


def test_what_is_written_meanwhile_is_seen_afterwards_only():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("one connection has nobody beside it")
    setting("test.one")
    with snapshot():
        assert keys() == ["test.one"]
        elsewhere(lambda: setting("test.two"))
        assert keys() == ["test.one"]
    assert keys() == ["test.one", "test.two"]


def test_it_ends_also_when_something_breaks_inside():
    with pytest.raises(Setting.DoesNotExist), snapshot():
        Setting.objects.get(key="test.nobody")
    setting("test.after")
    assert keys() == ["test.after"]


def test_postgresql_refuses_to_write_inside():
    if connection.vendor != "postgresql":
        pytest.skip("about PostgreSQL only")
    with pytest.raises(DatabaseError), snapshot():
        setting("test.inside")
    assert keys() == []
