"""Reading the audit log for its page."""

from django.db.models import Max

from tiji.shared.models import AuditEntry, AuditSeal


def seal_of(entry: AuditEntry) -> AuditSeal | None:
    """The link of the chain that covers an entry; None while it waits to be sealed."""
    return AuditSeal.objects.filter(last_id__gte=entry.pk).order_by("last_id").first()


def sealed_until() -> int:
    """The id up to which entries are sealed."""
    return int(AuditSeal.objects.aggregate(last=Max("last_id"))["last"] or 0)
