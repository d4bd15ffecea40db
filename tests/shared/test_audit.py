"""The audit log: who did what through which door, sealed so that nobody can change it unseen."""

import json
import threading
import time
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from makers import make_user
from shared.tables import Deal
from tiji.shared import audit, triggers
from tiji.shared.audit import AuditFilters, Deed
from tiji.shared.audit.sealing import GENESIS
from tiji.shared.errors import PostedRowError
from tiji.shared.models import AuditEntry, AuditSeal
from tiji.shared.request_context import acting


@pytest.fixture
def deal(tables):
    return Deal.objects.create(title="泵", amount=Decimal("12.5"), due_on=date(2026, 3, 1))


@pytest.fixture
def user(db):
    return make_user("Fiona")


def test_an_entry_says_who_what_when_and_through_which_door(deal, user):
    with acting(user, "import", "load-0001"):
        audit.record("deal.renamed", deal, {"title": "a"}, {"title": "b"}, "typo")
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.actor_label) == (user.pk, str(user))
    assert (entry.door, entry.request_id, entry.action) == ("import", "load-0001", "deal.renamed")
    assert (entry.object_type, entry.object_id) == ("shared.deal", deal.pk)
    assert (entry.before, entry.after, entry.reason) == ({"title": "a"}, {"title": "b"}, "typo")


def test_what_happens_by_itself_has_no_actor(deal):
    audit.record("deal.closed", deal)
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.door) == (None, "system")


def test_changes_hold_only_what_differs(deal):
    before = audit.snapshot(deal)
    deal.amount = Decimal("13")
    deal.due_on = None
    was, now = audit.changes(before, deal)
    assert was == {"amount": "12.5", "due_on": "2026-03-01"}
    assert now == {"amount": "13", "due_on": None}
    assert audit.changes(audit.snapshot(deal), deal) == ({}, {})


def test_secrets_stay_out_of_the_log(user):
    assert not any("password" in name for name in audit.snapshot(user))


def test_many_deeds_are_written_in_sets(deal, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert audit.record_many([Deed("deal.moved", deal, after={"n": n}) for n in range(100)]) == 100


def test_a_whole_import_is_one_entry_with_a_digest(deal):
    entry = audit.record_batch("deal.imported", Deal, batch="B1", count=3, digest="ab" * 32, summary={"file": "x.csv"})
    entry.refresh_from_db()
    assert entry.after == {"rows": 3, "sha256": "ab" * 32, "file": "x.csv"}
    assert entry.batch == "B1"


def test_entries_and_seals_cannot_be_changed_or_deleted(deal):
    audit.record("deal.closed", deal)
    audit.seal()
    for rows in (AuditEntry.objects.all(), AuditSeal.objects.all()):
        with pytest.raises(PostedRowError), transaction.atomic():
            rows.update(id=99)
        with pytest.raises(PostedRowError), transaction.atomic():
            rows.delete()


def written_by_hand(entry):
    """The canonical line of an entry, put together here from the page on the chain."""
    at = entry.at.isoformat(timespec="microseconds").replace("Z", "+00:00")
    values = {
        "id": entry.id,
        "at": at,
        "actor_id": entry.actor_id,
        "actor_label": entry.actor_label,
        "door": entry.door,
        "request_id": entry.request_id,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "object_label": entry.object_label,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "batch": entry.batch,
    }
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_seal_is_the_hash_of_its_entries_and_of_the_seal_before(deal):
    for n in range(5):
        audit.record("deal.moved", deal, after={"步": n, "list": [1, "2", None, True]})
    assert audit.seal(batch=2) == 5
    entries, seals = list(AuditEntry.objects.order_by("id")), list(AuditSeal.objects.order_by("id"))
    assert [seal.count for seal in seals] == [2, 2, 1]
    previous = GENESIS
    for seal, group in zip(seals, (entries[:2], entries[2:4], entries[4:]), strict=True):
        body = previous.encode() + b"".join(b"\n" + written_by_hand(entry) for entry in group)
        assert (seal.previous_hash, seal.hash) == (previous, sha256(body).hexdigest())
        previous = seal.hash
    assert audit.verify() is None
    assert audit.head() == (entries[-1].id, previous)
    assert audit.seal() == 0


def test_holes_left_by_rolled_back_work_do_not_break_the_chain(deal):
    audit.record("deal.moved", deal)
    with transaction.atomic():
        audit.record("deal.moved", deal)
        transaction.set_rollback(True)
    audit.record("deal.moved", deal)
    assert audit.seal() == 2
    assert audit.verify() is None


def tamper(work):
    with triggers.lifted():
        work()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda e: AuditEntry.objects.filter(pk=e[2].pk).update(after={"n": 7}), "changed"),
        (lambda e: AuditEntry.objects.filter(pk=e[2].pk).update(at=e[0].at), "changed"),
        (lambda e: AuditEntry.objects.filter(pk=e[2].pk).delete(), "1 entries instead of 2"),
        (lambda e: AuditSeal.objects.order_by("id").first().delete(), "does not follow"),
        (lambda e: AuditSeal.objects.filter(first_id=e[2].pk).update(hash="f" * 64), "changed"),
    ],
)
def test_any_change_to_what_is_sealed_is_found(deal, change, reason):
    for n in range(6):
        audit.record("deal.moved", deal, after={"n": n})
    audit.seal(batch=2)
    entries = list(AuditEntry.objects.order_by("id"))
    tamper(lambda: change(entries))
    broken = audit.verify()
    assert broken is not None
    assert reason in broken.reason
    assert (broken.first_id, broken.last_id) == (entries[2].pk, entries[3].pk)


def test_an_entry_slipped_into_a_hole_is_found(deal):
    first = audit.record("deal.moved", deal)
    second = audit.record("deal.moved", deal)
    tamper(lambda: AuditEntry.objects.filter(pk=second.pk).delete())
    audit.record("deal.moved", deal)
    audit.seal()
    assert audit.verify() is None
    first.pk = second.pk
    tamper(lambda: first.save(force_insert=True))
    assert "3 entries instead of 2" in audit.verify().reason


def test_a_kept_head_shows_that_the_end_was_cut_off(deal):
    audit.record("deal.moved", deal)
    audit.seal()
    audit.record("deal.moved", deal)
    audit.seal()
    _last, kept = audit.head()
    assert audit.verify(kept) is None
    tamper(lambda: AuditSeal.objects.order_by("-id").first().delete())
    assert audit.verify() is None
    assert audit.verify(kept) is not None


def test_the_seal_waits_for_writers_under_way_and_no_writer_for_the_seal(committed_tables):
    """One transaction takes a low id and is slow; another takes a higher one and is done: the low one is not lost."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one transaction after the other")
    deal = Deal.objects.create(title="x")
    wrote, may_end = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                audit.record("deal.slow", deal)
                wrote.set()
                may_end.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(10)
    started = time.monotonic()
    audit.record("deal.quick", deal)
    assert audit.seal(wait=0.3) == 0  # the slow one may still bring an entry below
    audit.record("deal.quick", deal)
    assert time.monotonic() - started < 5
    may_end.set()
    thread.join()
    assert audit.seal() == 3
    assert AuditEntry.objects.order_by("id")[0].action == "deal.slow"
    assert audit.verify() is None


def test_the_command_seals_and_verifies(deal):
    audit.record("deal.moved", deal)
    out = StringIO()
    call_command("audit", "seal", stdout=out)
    call_command("audit", "verify", stdout=out)
    assert "Sealed 1 entries" in out.getvalue()
    assert audit.head()[1] in out.getvalue()
    tamper(lambda: AuditEntry.objects.update(reason="x"))
    with pytest.raises(CommandError, match="tampered"):
        call_command("audit", "verify", stdout=out)


def test_entries_are_found_by_what_the_page_asks(deal, user):
    with acting(user, "page", "req-00000001"):
        audit.record("deal.moved", deal)
    with acting(None, "command", "run-00000001"):
        audit.record("receipt.recorded", deal)
    assert [entry.action for entry in audit.audit_entries(AuditFilters(actor_id=user.pk))] == ["deal.moved"]
    assert [entry.action for entry in audit.audit_entries(AuditFilters(action="receipt"))] == ["receipt.recorded"]
    assert audit.audit_entries(AuditFilters(object_type="shared.deal", object_id=deal.pk)).count() == 2
    assert audit.audit_entries(AuditFilters(until_on=date(2020, 1, 1))).count() == 0
