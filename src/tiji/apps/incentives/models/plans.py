"""Pay plans: what they say is a document, every version of it stays, and who is paid by them is dated."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tiji.apps.organization.models import Person, Role, Unit
from tiji.shared.models.base import Archivable, BilingualName, Dated, Versioned, dated_check


class PayPlan(BilingualName, Archivable):
    """A way of earning, such as commission on cash. What it says stands in its versions."""

    code = models.CharField(_("Code"), max_length=40, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("pay plan")
        ordering = ["code"]

    def get_absolute_url(self) -> str:
        return reverse("pay_plan", args=[self.pk])


class PlanVersion(models.Model):
    """What a plan says from a date on. Never changed: another wording is another version.

    `document` is the plan as the kernel writes it out, `digest` its hash.
    """

    plan = models.ForeignKey(PayPlan, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("Version"))
    valid_from = models.DateField(_("Valid from"))
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.CharField(_("Reason"), max_length=250, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("plan version")
        ordering = ["plan", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="planversion_number_unique")]
        indexes = [models.Index(fields=["plan", "-valid_from", "-number"])]

    def __str__(self) -> str:
        return f"{self.plan.code} v{self.number}"


class PlanAssignment(Dated, Versioned):
    """Who is paid by a plan: one person, everybody of a unit and below, or everybody of a role."""

    plan = models.ForeignKey(PayPlan, models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices, blank=True)

    class Meta:
        verbose_name = _("plan assignment")
        ordering = ["plan", "valid_from", "pk"]
        constraints = [
            dated_check("planassignment"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True, role="")
                | Q(person__isnull=True, unit__isnull=False, role="")
                | (Q(person__isnull=True, unit__isnull=True) & ~Q(role="")),
                name="planassignment_one_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} → {self.to}"

    @property
    def to(self) -> str:
        """Whom it reaches."""
        if self.person_id:
            return str(self.person)
        return self.unit.label if self.unit else str(self.get_role_display())
