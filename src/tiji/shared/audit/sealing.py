"""The chain: every seal is the hash of the entries since the seal before and of that seal's own hash."""

import hashlib
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from tiji.shared.locks import exclusive, lock_key
from tiji.shared.models import AuditEntry, AuditSeal

logger = logging.getLogger("tiji.audit")

GENESIS = "0" * 64
BATCH = 10_000
WRITERS = "audit-writers"
_WAIT_SECONDS = 10.0
_LOOK_EVERY = 0.05
_COLUMNS = (
    "id",
    "at",
    "actor_id",
    "actor_label",
    "door",
    "request_id",
    "action",
    "object_type",
    "object_id",
    "object_label",
    "before",
    "after",
    "reason",
    "batch",
)


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: the first seal that is wrong, the entries it covers, and what is wrong."""

    seal_id: int
    first_id: int
    last_id: int
    reason: str


def seal(upto: int | None = None, *, batch: int = BATCH, wait: float = _WAIT_SECONDS) -> int:
    """Seal the entries that nobody may still add to, in batches; returns how many entries were sealed.

    An entry takes its id before its transaction ends, so the highest id that can be seen is not the end of what will
    come below it. See `_settled_id`.
    """
    last = _settled_id(wait)
    if upto is not None:
        last = min(last, upto)
    sealed = 0
    while True:
        count = _seal_one(last, batch)
        sealed += count
        if not count:
            return sealed


@transaction.atomic
def _seal_one(last: int, batch: int) -> int:
    exclusive("audit-seal")
    previous = AuditSeal.objects.order_by("-last_id").first()
    start = previous.last_id if previous else 0
    entries = list(AuditEntry.objects.filter(id__gt=start, id__lte=last).order_by("id").values(*_COLUMNS)[:batch])
    if not entries:
        return 0
    before = previous.hash if previous else GENESIS
    AuditSeal.objects.create(
        first_id=entries[0]["id"],
        last_id=entries[-1]["id"],
        count=len(entries),
        previous_hash=before,
        hash=_hash(before, entries),
        sealed_at=timezone.now(),
    )
    return len(entries)


def _settled_id(wait: float) -> int:
    """The highest id below which no entry can appear any more.

    SQLite writes one transaction after the other, so that is the highest id there is. On PostgreSQL every transaction
    that takes an id holds a shared lock from before it took it (a trigger sees to that) to its end. Whoever holds it
    now, after the highest id was read, may still bring lower ones; once those transactions have ended, nobody can. New
    ones take higher ids, so nobody ever waits for the seal, and the seal waits only for transactions already under way.
    """
    highest = AuditEntry.objects.aggregate(last=Max("id"))["last"] or 0
    if connection.vendor != "postgresql" or not highest:
        return highest
    open_writers = _writers()
    started = time.monotonic()
    while open_writers:
        if time.monotonic() - started > wait:
            logger.info("Audit entries up to %s are not sealed yet: %s writers are at work", highest, len(open_writers))
            return 0
        time.sleep(_LOOK_EVERY)
        open_writers &= _writers()
    return highest


def _writers() -> set[str]:
    """The transactions of others that hold the writers' lock."""
    key = lock_key(WRITERS) & 0xFFFFFFFFFFFFFFFF
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND classid::bigint = %s AND objid::bigint = %s AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [key >> 32, key & 0xFFFFFFFF],
        )
        return {row[0] for row in cursor.fetchall()}


def _hash(previous: str, entries: list[dict[str, Any]]) -> str:
    running = hashlib.sha256(previous.encode())
    for entry in entries:
        running.update(b"\n" + _canonical(entry))
    return running.hexdigest()


def _canonical(entry: dict[str, Any]) -> bytes:
    values = dict(entry, at=entry["at"].astimezone(UTC).isoformat(timespec="microseconds"))
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def head() -> tuple[int, str]:
    """The last sealed id and its hash: kept elsewhere, it shows even that the end of the chain was cut off."""
    last = AuditSeal.objects.order_by("-last_id").first()
    return (last.last_id, last.hash) if last else (0, GENESIS)


def verify(expected_head: str | None = None) -> Break | None:
    """Walk the whole chain; the first place where it does not hold, or None.

    `expected_head` is a hash that was kept elsewhere: it must be one of the chain's.
    """
    before, start, known = GENESIS, 0, expected_head in (None, GENESIS)
    for link in AuditSeal.objects.order_by("last_id").iterator(chunk_size=200):
        broken = _check(link, before, start)
        if broken:
            return broken
        known = known or link.hash == expected_head
        before, start = link.hash, link.last_id
    if not known:
        return Break(0, 0, start, "the chain does not hold the expected hash: seals are missing at its end")
    return None


def _check(link: AuditSeal, before: str, start: int) -> Break | None:
    def broken(reason: str) -> Break:
        return Break(link.pk, link.first_id, link.last_id, reason)

    if link.previous_hash != before:
        return broken("it does not follow the seal before it")
    running, count, first = hashlib.sha256(before.encode()), 0, 0
    for entry in _entries(start, link.last_id):
        running.update(b"\n" + _canonical(entry))
        first = first or entry["id"]
        count += 1
    if count != link.count:
        return broken(f"it covers {count} entries instead of {link.count}")
    if first != link.first_id:
        return broken(f"its first entry is {first} instead of {link.first_id}")
    if running.hexdigest() != link.hash:
        return broken("an entry was changed")
    return None


def _entries(after: int, last: int) -> Iterator[dict[str, Any]]:
    found = AuditEntry.objects.filter(id__gt=after, id__lte=last).order_by("id").values(*_COLUMNS)
    return iter(found.iterator(chunk_size=2_000))
