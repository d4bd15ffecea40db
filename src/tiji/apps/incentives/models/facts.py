"""What is known of a payee from a day on, for the formulas of plans: a grade, a target pay, a score."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.organization.models import Person


class PayFact(models.Model):
    """A person's value of a fact from `valid_from` on, until the next one. The highest number of a day counts.

    `value` is the text as typed: 0.15, 2026-07-01, M2; empty says that nothing is known from that day on. Rows are
    never changed.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(pgettext_lazy("pay", "Fact"), max_length=60)
    valid_from = models.DateField(_("Valid from"))
    number = models.PositiveIntegerField(_("Version"), default=1)
    value = models.CharField(_("Value"), max_length=200, blank=True)
    reason = models.CharField(_("Reason"), max_length=250, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "pay fact")
        ordering = ["person", "name", "-valid_from", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name", "valid_from", "number"], name="payfact_version_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="payfact_named"),
        ]
        indexes = [models.Index(fields=["name", "person", "-valid_from", "-number"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.name} {self.valid_from}: {self.value}"

    @property
    def version(self) -> int:
        """What an editor saw: the number of the version."""
        return int(self.number)
