"""Reading the audit log."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tiji.shared.models import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the page and the API may ask for; empty means any. Both days are included."""

    actor_id: int | None = None
    door: str = ""
    action: str = ""
    object_type: str = ""
    object_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    batch: str = ""
    request_id: str = ""


def audit_entries(filters: AuditFilters | None = None) -> QuerySet[AuditEntry]:
    """Entries that match, newest first: page them with `keyset(…, ("-id",))`. Who may read them the caller decides.

    `action` also matches a beginning up to a dot: `receipt` finds `receipt.recorded`.
    """
    asked = filters or AuditFilters()
    same = {
        name: getattr(asked, name)
        for name in ("actor_id", "door", "object_type", "object_id", "batch", "request_id")
        if getattr(asked, name) not in (None, "")
    }
    found = AuditEntry.objects.filter(**same).order_by("-id")
    if asked.action:
        wanted: dict[str, Any] = (
            {"action": asked.action} if "." in asked.action else {"action__startswith": f"{asked.action}."}
        )
        found = found.filter(**wanted)
    if asked.from_on:
        found = found.filter(at__gte=_midnight(asked.from_on))
    if asked.until_on:
        found = found.filter(at__lt=_midnight(asked.until_on + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
