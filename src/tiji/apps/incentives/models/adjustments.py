"""Amounts added to somebody's pay by hand: proposed by one, decided by another, never edited."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models.earnings import PaidQuerySet
from tiji.apps.organization.models import Person, User
from tiji.shared.fields import AmountField, CurrencyField


class AdjustmentReason(models.TextChoices):
    """Why pay is changed by hand."""

    CORRECTION = "correction", pgettext_lazy("pay", "Correction")
    SPIFF = "spiff", pgettext_lazy("pay", "Sales contest (SPIFF)")
    GOODWILL = "goodwill", pgettext_lazy("pay", "Goodwill")
    RECOVERY = "recovery", pgettext_lazy("pay", "Recovery of an overpayment")
    ADVANCE = "advance", pgettext_lazy("pay", "Advance")
    OTHER = "other", pgettext_lazy("pay", "Something else")


class AdjustmentState(models.TextChoices):
    """How far an adjustment has come."""

    PROPOSED = "proposed", pgettext_lazy("pay adjustment", "Proposed")
    APPROVED = "approved", pgettext_lazy("pay adjustment", "Approved")
    REJECTED = "rejected", pgettext_lazy("pay adjustment", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("pay adjustment", "Withdrawn")


class AdjustmentQuerySet(PaidQuerySet):
    """Adjustments; what is only proposed is for those who look after pay."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        from tiji.apps.incentives.permissions import adjustment_q

        return self.filter(adjustment_q(user))

    def approved(self) -> Self:
        return self.filter(state=AdjustmentState.APPROVED)


class PayAdjustment(models.Model):
    """An amount of a month's pay beside what its plans say. One taken back has another row that reverses it.

    `period` is the key of the month it is paid in; what is decided never changes.
    """

    Reason, State = AdjustmentReason, AdjustmentState

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    period = models.CharField(_("Month"), max_length=8)
    amount = AmountField(_("Amount"))
    currency = CurrencyField(_("Currency"))
    component = models.CharField(_("Component"), max_length=60, blank=True)
    reason = models.CharField(_("Reason"), max_length=12, choices=AdjustmentReason.choices)
    note = models.TextField(pgettext_lazy("pay", "Note"))
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversals")
    state = models.CharField(
        _("State"), max_length=10, choices=AdjustmentState.choices, default=AdjustmentState.PROPOSED
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(pgettext_lazy("pay", "Proposed on"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    DECISION = ("state", "decided_by", "decided_at", "answer")

    objects: Any = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("pay adjustment")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="payadjustment_amount"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="payadjustment_two_people",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(state__in=("proposed", "approved"), reverses__isnull=False),
                name="payadjustment_one_reversal",
            ),
        ]
        indexes = [
            models.Index(fields=["period", "state"]),
            models.Index(fields=["person", "-id"]),
            models.Index(fields=["state", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("pay_adjustment", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide on it."""
        return self.state == AdjustmentState.PROPOSED
