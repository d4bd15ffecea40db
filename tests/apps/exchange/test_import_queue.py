"""Loading and undoing in the background: who may wait for whom, and what stands when nobody comes or one dies."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from shared.planner import forget, known_rows
from tiji.apps.customers.models import Account
from tiji.apps.exchange.models import Import
from tiji.apps.exchange.services.imports import progress, queue
from tiji.apps.exchange.services.imports.progress import Progress
from tiji.apps.exchange.services.imports.running import start_import
from tiji.shared.errors import DomainError
from tiji.shared.statistics import MANY

pytestmark = pytest.mark.django_db(transaction=True)
BUDGET = 14
"""Statements of a page whatever the number of rows, those of sign-in and shell included."""


@pytest.fixture
def queued(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def handed_in(actor, count=1):
    rows = "\n".join(["name", *(f"Firm {at}" for at in range(count))])
    upload = SimpleUploadedFile("firms.csv", rows.encode())
    return start_import(actor=actor, upload=upload, kind="accounts", at=timezone.now())


def begin(actor, imported, **more):
    return queue.queue_import(actor=actor, imported=imported, at=timezone.now(), **more)


def test_a_small_file_is_loaded_without_any_worker(client, olaf, queued):
    client.force_login(olaf)
    imported = handed_in(olaf)
    client.post(reverse("import_map", args=[imported.pk]), {"column-0": "name", "bad_rows": "refuse", "load": "1"})
    imported.refresh_from_db()
    assert (imported.state, Account.objects.count()) == ("done", 1)


def test_a_large_file_waits_for_a_worker(client, olaf, queued, monkeypatch):
    monkeypatch.setattr(queue, "QUICK_BYTES", 1)
    client.force_login(olaf)
    imported = handed_in(olaf)
    client.post(reverse("import_map", args=[imported.pk]), {"column-0": "name", "bad_rows": "refuse", "load": "1"})
    imported.refresh_from_db()
    assert (imported.state, Account.objects.count()) == ("running", 0)
    call_command("worker", once=True)
    imported.refresh_from_db()
    assert (imported.state, Account.objects.count()) == ("done", 1)


def test_nobody_came_only_after_a_while_and_not_while_another_is_worked_on(olaf, queued):
    imported, other = begin(olaf, handed_in(olaf)), handed_in(olaf)
    soon, later = timezone.now(), timezone.now() + timedelta(seconds=queue.PATIENCE + 1)
    assert not queue.nobody_came(imported, soon)
    assert queue.nobody_came(imported, later)
    begin(olaf, other)
    Progress(other.pk)("accounts", 1, 2)
    assert not queue.nobody_came(imported, later)
    Progress(imported.pk).start()
    assert not queue.nobody_came(imported, later)


def test_a_load_whose_worker_died_may_be_begun_again(olaf, queued, monkeypatch):
    imported = begin(olaf, handed_in(olaf))
    Progress(imported.pk).start()
    with pytest.raises(DomainError, match=r"已|already"):
        begin(olaf, imported)
    monkeypatch.setattr(progress, "STALE", -1)
    assert queue.has_died(imported)
    begin(olaf, imported, here=True)
    imported.refresh_from_db()
    assert (imported.state, Account.objects.count()) == ("done", 1)


def test_a_large_undo_waits_for_a_worker_and_what_refuses_it_is_told(olaf, rita, queued, monkeypatch):
    monkeypatch.setattr(queue, "QUICK_ROWS", 0)
    imported = begin(olaf, handed_in(olaf, 2), here=True)
    imported = queue.queue_undo(actor=olaf, imported=imported, at=timezone.now())
    assert imported.state == "undoing"
    Account.objects.filter(name="Firm 0").update(version=2)
    call_command("worker", once=True)
    imported.refresh_from_db()
    assert (imported.state, Account.objects.live().count()) == ("done", 2)
    assert "Firm 0" in imported.message
    Account.objects.filter(name="Firm 0").update(version=1)
    queue.queue_undo(actor=olaf, imported=imported, at=timezone.now())
    call_command("worker", once=True)
    imported.refresh_from_db()
    assert (imported.state, imported.message, Account.objects.live().count()) == ("undone", "", 0)


@pytest.mark.parametrize("rows", [3, 300])
def test_every_import_page_keeps_its_query_budget(client, olaf, django_assert_max_num_queries, rows):
    client.force_login(olaf)
    waiting = handed_in(olaf, rows)
    done = begin(olaf, handed_in(olaf, rows), here=True)
    for _ in range(20):
        handed_in(olaf)
    pages = [
        reverse("imports"),
        reverse("import_new"),
        reverse("import_map", args=[waiting.pk]),
        reverse("import_report", args=[waiting.pk]),
        reverse("import_report", args=[done.pk]),
        reverse("import_undo", args=[done.pk]),
    ]
    assert Import.objects.get(pk=done.pk).created == rows
    for path in pages:
        client.get(path)
        with django_assert_max_num_queries(BUDGET):
            assert client.get(path).status_code == 200


def test_after_a_big_load_and_its_undo_the_planner_knows_the_tables(olaf, queued):
    forget()
    imported = begin(olaf, handed_in(olaf, MANY), here=True)
    assert MANY / 2 < known_rows("customers_account") < MANY * 2
    forget()
    assert not known_rows("customers_account")
    imported.refresh_from_db()
    queue.queue_undo(actor=olaf, imported=imported, at=timezone.now(), here=True)
    assert MANY / 2 < known_rows("customers_account") < MANY * 2
