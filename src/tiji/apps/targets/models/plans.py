"""Target plans and their versions; each version keeps the tree it was made for."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models import Measure
from tiji.apps.organization.models import Person, Unit
from tiji.shared.fields import CurrencyField, RateField
from tiji.shared.models.base import Archivable, Versioned


class TargetPlan(Archivable):
    """The targets of a fiscal year for one measure. Units: money in `currency`, customers for new customers."""

    fiscal_year = models.PositiveSmallIntegerField(_("Fiscal year"))
    measure = models.CharField(_("Measure"), max_length=15, choices=Measure.choices)
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=120, blank=True)
    currency = CurrencyField(_("Currency"))
    external_source = models.CharField(max_length=40, blank=True, editable=False)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["-fiscal_year", "measure"]
        verbose_name = pgettext_lazy("model", "target plan")
        verbose_name_plural = pgettext_lazy("model", "target plans")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "measure"], condition=Q(archived_at__isnull=True), name="targetplan_one_a_year"
            )
        ]

    def __str__(self) -> str:
        return self.name or f"{self.fiscal_year} {self.get_measure_display()}"

    @property
    def places(self) -> int:
        """Decimals of an amount: 2 for money, 0 for a count."""
        return 0 if self.measure == Measure.NEW_CUSTOMERS else 2


class TargetVersion(Versioned):
    """A numbered state of a plan: a draft that is worked on, the active one, or one that was superseded.

    `season` maps a business kind to twelve weights. `locked_months` are period keys whose amounts stand. A draft with
    `shared_at` is open for discussion to those it is about.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        SUPERSEDED = "superseded", _("Superseded")

    plan = models.ForeignKey(TargetPlan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("Version"))
    status = models.CharField(_("Status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    reason = models.CharField(_("Reason"), max_length=250)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    tree_on = models.DateField(_("Tree as of"))
    season = models.JSONField(default=dict, blank=True)
    locked_months = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    shared_at = models.DateTimeField(null=True, blank=True)
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        ordering = ["plan", "-number"]
        verbose_name = pgettext_lazy("model", "version of targets")
        verbose_name_plural = pgettext_lazy("model", "versions of targets")
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="targetversion_number_unique"),
            models.UniqueConstraint(fields=["plan"], condition=Q(status="active"), name="targetversion_one_active"),
            models.UniqueConstraint(fields=["plan"], condition=Q(status="draft"), name="targetversion_one_draft"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def is_draft(self) -> bool:
        return bool(self.status == self.Status.DRAFT)


class TargetNode(models.Model):
    """A unit or a person in a version's tree: below `parent`, with its weight among its siblings."""

    version = models.ForeignKey(TargetVersion, models.CASCADE, related_name="nodes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    depth = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    weight = RateField(_("Weight"), default=1)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["position"]
        verbose_name = pgettext_lazy("model", "place in a target plan")
        verbose_name_plural = pgettext_lazy("model", "places in a target plan")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True, person__isnull=False) | Q(unit__isnull=False, person__isnull=True),
                name="targetnode_unit_or_person",
            ),
            models.UniqueConstraint(
                fields=["version", "unit"], condition=Q(unit__isnull=False), name="targetnode_unit_once"
            ),
            models.UniqueConstraint(
                fields=["version", "person"], condition=Q(person__isnull=False), name="targetnode_person_once"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The node's name in the kernel's grid."""
        return f"u{self.unit_id}" if self.unit_id else f"p{self.person_id}"
