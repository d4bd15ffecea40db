"""The audit log: what was done, by whom, through which door, sealed into a chain of hashes."""

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Door(models.TextChoices):
    """How something came in."""

    PAGE = "page", pgettext_lazy("door", "Page")
    API = "api", pgettext_lazy("door", "API")
    IMPORT = "import", pgettext_lazy("door", "Import")
    COMMAND = "command", pgettext_lazy("door", "Command")
    SYSTEM = "system", pgettext_lazy("door", "System")


class AuditEntry(models.Model):
    """One thing done. Never changed, never deleted; for a whole import one entry that carries a digest of its rows."""

    at = models.DateTimeField(_("When"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_label = models.CharField(_("Who"), max_length=160)
    door = models.CharField(_("Door"), max_length=10, choices=Door.choices)
    request_id = models.CharField(max_length=64, blank=True)
    action = models.CharField(_("Action"), max_length=64)
    object_type = models.CharField(_("Kind of thing"), max_length=64)
    object_id = models.BigIntegerField(null=True)
    object_label = models.CharField(_("Thing"), max_length=200, blank=True)
    before = models.JSONField(_("Before"), null=True)
    after = models.JSONField(_("After"), null=True)
    reason = models.TextField(_("Reason"), blank=True)
    batch = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(F("at").desc(), F("id").desc(), name="shared_audit_newest"),
            models.Index(fields=["object_type", "object_id", "id"], name="shared_audit_thing"),
            models.Index(fields=["actor", "id"], name="shared_audit_actor"),
            models.Index(fields=["action", "id"], name="shared_audit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.action} {self.object_label}"


class AuditSeal(models.Model):
    """One link of the chain: the hash of all entries after the seal before, up to `last_id`, and of its hash."""

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id} {self.hash[:12]}"
