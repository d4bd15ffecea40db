"""The amounts of a version, and what was typed into it in which order."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models import BusinessKind
from tiji.apps.targets.models.plans import TargetNode, TargetVersion
from tiji.shared.fields import AmountField


class TargetCell(models.Model):
    """One amount: node × period × business kind. What nobody answered has no row; 0 is an answer.

    `period` is a key such as 2026, 2026-Q4, 2026-M11; `origin` tells what was typed or locked from what followed.
    """

    class Origin(models.TextChoices):
        TYPED = "typed", _("Typed")
        LOCKED = "locked", _("Locked")
        DERIVED = "derived", _("Derived")
        SUMMED = "summed", _("Summed")

    CELL = ("node_id", "period", "kind")

    version = models.ForeignKey(TargetVersion, models.CASCADE, related_name="cells")
    node = models.ForeignKey(TargetNode, models.CASCADE, related_name="cells")
    period = models.CharField(max_length=8)
    starts_on = models.DateField()
    kind = models.CharField(max_length=8, choices=BusinessKind.choices)
    amount = AmountField()
    origin = models.CharField(max_length=7, choices=Origin.choices)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "target")
        verbose_name_plural = pgettext_lazy("model", "targets")
        constraints = [
            models.UniqueConstraint(fields=["node", "period", "kind"], name="targetcell_one"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="targetcell_amount"),
        ]
        indexes = [models.Index(fields=["version", "period", "node"])]

    def __str__(self) -> str:
        return f"{self.node_id} {self.period} {self.kind}: {self.amount}"


class TargetEdit(models.Model):
    """One act on a draft: what its cells (or weights, or season) held before and after. Undone ones stay."""

    class Action(models.TextChoices):
        TYPE = "type", pgettext_lazy("act on targets", "typed")
        PASTE = "paste", pgettext_lazy("act on targets", "pasted")
        FILL = "fill", pgettext_lazy("act on targets", "filled")
        MOVE = "move", pgettext_lazy("act on targets", "moved")
        REBALANCE = "rebalance", pgettext_lazy("act on targets", "rebalanced")
        IMPORT = "import", pgettext_lazy("act on targets", "loaded from Excel")
        WEIGH = "weigh", pgettext_lazy("act on targets", "weights changed")
        SEASON = "season", pgettext_lazy("act on targets", "season changed")

    SHAPES = (Action.WEIGH, Action.SEASON)

    version = models.ForeignKey(TargetVersion, models.CASCADE, related_name="edits")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=20, choices=Action.choices)
    changes = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = pgettext_lazy("model", "change of targets")
        verbose_name_plural = pgettext_lazy("model", "changes of targets")
        indexes = [models.Index(fields=["version", "-id"])]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.action}"
