"""Dated settings: what a company decides about a rule, from a date, for itself or for a part of itself."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Setting(models.Model):
    """One decision. A later one with the same key, scope and date replaces it; none is changed or deleted."""

    key = models.CharField(max_length=80)
    scope_kind = models.CharField(max_length=40, blank=True)
    scope_id = models.BigIntegerField(default=0)
    valid_from = models.DateField(_("Valid from"))
    value = models.JSONField(_("Value"), null=True)
    reason = models.TextField(_("Reason"), blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        indexes = [models.Index(fields=["key", "scope_kind", "scope_id", "valid_from"], name="shared_setting_key")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r} ({self.valid_from})"
