"""Quotas: the amounts that attainment is measured against, every version of them kept."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tiji.apps.commerce.models import Measure
from tiji.apps.organization.models import Person
from tiji.apps.targets.models import TargetVersion
from tiji.shared.fields import AmountField, CurrencyField


class Quota(models.Model):
    """A person's quota of a measure in a period. The highest number counts; rows are never changed.

    `measure` is the word that a plan's component asks for. `period` is a key such as 2026-Q4 or 2026-M11.
    """

    class Source(models.TextChoices):
        TARGETS = "targets", _("From the target plan")
        TYPED = "typed", _("Typed")

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    measure = models.CharField(_("Measure"), max_length=15, choices=Measure.choices)
    period = models.CharField(_("Period"), max_length=8)
    number = models.PositiveIntegerField(_("Version"), default=1)
    amount = AmountField(_("Amount"))
    currency = CurrencyField(_("Currency"))
    source = models.CharField(_("Source"), max_length=7, choices=Source.choices)
    target_version = models.ForeignKey(TargetVersion, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("Reason"), max_length=250, blank=True)
    set_on = models.DateField(_("Set on"))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("quota")
        ordering = ["period", "person", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["person", "measure", "period", "number"], name="quota_version_unique"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="quota_amount"),
        ]
        indexes = [models.Index(fields=["measure", "period", "person", "-number"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.measure} {self.period}: {self.amount}"

    @property
    def version(self) -> int:
        """What an editor saw: the number of the version."""
        return int(self.number)
