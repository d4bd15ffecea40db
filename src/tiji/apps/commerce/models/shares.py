"""Whose a contract is when several people sell it together: agreed before or after signing, dated, never changed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models.contracts import Contract
from tiji.apps.organization.models import Person
from tiji.shared.fields import RateField


class ContractShare(models.Model):
    """One person's part of a contract from a day on. The rows of one `number` are one agreement.

    The highest number that has begun counts; before the first, and without any, the contract is its owner's alone.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="shares")
    number = models.PositiveIntegerField(_("Version"))
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    share_rate = RateField(pgettext_lazy("contract", "Share"))
    valid_from = models.DateField(_("Valid from"))
    reason = models.CharField(_("Reason"), max_length=250)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        ordering = ["contract", "-number", "position"]
        verbose_name = pgettext_lazy("model", "share of a contract")
        verbose_name_plural = pgettext_lazy("model", "shares of contracts")
        constraints = [
            models.UniqueConstraint(fields=["contract", "number", "position"], name="contractshare_position_unique"),
            models.UniqueConstraint(fields=["contract", "number", "person"], name="contractshare_person_unique"),
            models.CheckConstraint(condition=Q(share_rate__gt=0) & Q(share_rate__lte=1), name="contractshare_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.person_id} {self.share_rate}"

    @property
    def percent(self) -> str:
        """80% or 33.333333%: with the decimals it has."""
        return f"{(self.share_rate * 100).normalize():f}%"
