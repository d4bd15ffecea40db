"""Writing into the audit log: one plain insert, no chain, no waiting."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone

from tiji.shared import request_context
from tiji.shared.models import AuditEntry

Values = Mapping[str, Any]
_ABSENT = object()
_LONGEST_LABEL = 200
_SECRET = ("password", "secret", "hash", "token")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done, for `record_many`."""

    action: str
    thing: Model
    before: Values | None = None
    after: Values | None = None
    reason: str = ""


def record(
    action: str,
    thing: Model,
    before: Values | None = None,
    after: Values | None = None,
    reason: str = "",
    *,
    actor: Any = None,
    batch: str = "",
) -> AuditEntry:
    """Write down that `action` (`receipt.recorded`) was done to `thing`. The actor is the request's unless given."""
    entry = _entry(Deed(action, thing, before, after, reason), _context(actor), batch)
    entry.save(force_insert=True)
    return entry


def record_many(deeds: Iterable[Deed], *, actor: Any = None, batch: str = "") -> int:
    """Write down many deeds in sets; returns how many."""
    context = _context(actor)
    entries = [_entry(deed, context, batch) for deed in deeds]
    AuditEntry.objects.bulk_create(entries, batch_size=500)
    return len(entries)


def record_batch(
    action: str,
    kind: type[Model],
    *,
    batch: str,
    count: int,
    digest: str,
    summary: Values | None = None,
    actor: Any = None,
    reason: str = "",
) -> AuditEntry:
    """One entry for a whole import: how many rows of which kind, and the SHA-256 of what was loaded."""
    after = {"rows": count, "sha256": digest, **(summary or {})}
    return AuditEntry.objects.create(
        **_context(actor),
        action=action,
        object_type=kind._meta.label_lower,
        object_label=str(kind._meta.verbose_name_plural)[:_LONGEST_LABEL],
        after=_plain(after),
        reason=reason,
        batch=batch,
    )


def snapshot(thing: Model, fields: Iterable[str] | None = None) -> dict[str, Any]:
    """The row's values as the log keeps them, taken before a change; what is secret is left out."""
    names = set(fields) if fields is not None else None
    return {
        field.attname: _plain(getattr(thing, field.attname))
        for field in thing._meta.concrete_fields
        if (names is None or field.name in names or field.attname in names) and not _is_secret(field.attname)
    }


def changes(before: Values, thing: Model) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs between a snapshot and the thing now: (before, after), both empty when nothing does."""
    now = snapshot(thing, before.keys())
    differing = [name for name, value in before.items() if now.get(name, _ABSENT) != value]
    return {name: before[name] for name in differing}, {name: now.get(name) for name in differing}


def digest_of(rows: Iterable[Any]) -> str:
    """The SHA-256 of rows in their order, for `record_batch`."""
    running = hashlib.sha256()
    for row in rows:
        running.update(json.dumps(_plain(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return running.hexdigest()


def _is_secret(name: str) -> bool:
    return any(word in name for word in _SECRET)


def _context(actor: Any) -> dict[str, Any]:
    who = actor if actor is not None else request_context.current_actor()
    return {
        "at": timezone.now(),
        "actor_id": getattr(who, "pk", None),
        "actor_label": str(who)[:160] if who is not None else "",
        "door": request_context.current_door(),
        "request_id": request_context.request_id(),
    }


def _entry(deed: Deed, context: dict[str, Any], batch: str) -> AuditEntry:
    pk = deed.thing.pk
    return AuditEntry(
        **context,
        action=deed.action,
        object_type=deed.thing._meta.label_lower,
        object_id=pk if isinstance(pk, int) else None,
        object_label=str(deed.thing)[:_LONGEST_LABEL].replace("\0", ""),
        before=None if deed.before is None else _plain(deed.before),
        after=None if deed.after is None else _plain(deed.after),
        reason=deed.reason.replace("\0", ""),
        batch=batch,
    )


def _plain(value: Any) -> Any:
    """The value in words that both databases give back exactly: no float, no number that JSON might round."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value.pk if isinstance(value, Model) else _words(value)


def _words(value: Any) -> str:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).replace("\0", "")
