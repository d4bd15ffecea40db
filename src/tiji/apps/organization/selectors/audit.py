"""Reading the audit log for its page."""

from typing import Any

from django.db.models import Max

from tiji.shared.models import AuditEntry, AuditSeal


def differences(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of what an entry changed; what stayed equal is left out."""
    before, after = entry.before or {}, entry.after or {}
    names = [*before, *(name for name in after if name not in before)]
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def seal_of(entry: AuditEntry) -> AuditSeal | None:
    """The link of the chain that covers an entry; None while it waits to be sealed."""
    return AuditSeal.objects.filter(last_id__gte=entry.pk).order_by("last_id").first()


def sealed_until() -> int:
    """The id up to which entries are sealed."""
    return int(AuditSeal.objects.aggregate(last=Max("last_id"))["last"] or 0)
