"""The tree of units, dated: moving a unit leaves every earlier fact where it was."""

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.shared.models.base import (
    Archivable,
    BilingualName,
    Dated,
    External,
    dated_check,
    external_unique,
)

BEGINNING = date(1900, 1, 1)
"""From when on things hold that nobody gave a date: before every fact that anybody could load."""


class Unit(BilingualName, External, Archivable):
    """A part of the company: the company itself, a region, a team."""

    class Kind(models.TextChoices):
        COMPANY = "company", pgettext_lazy("kind of unit", "Company")
        REGION = "region", pgettext_lazy("kind of unit", "Region")
        TEAM = "team", pgettext_lazy("kind of unit", "Team")

    class TeamType(models.TextChoices):
        EFFECTIVENESS = "effectiveness", _("Effectiveness team")
        EFFICIENCY = "efficiency", _("Efficiency team")

    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.TEAM)
    team_type = models.CharField(
        _("Team type"), max_length=15, choices=TeamType.choices, default=TeamType.EFFECTIVENESS
    )
    code = models.CharField(_("Code"), max_length=20, blank=True)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        verbose_name = pgettext_lazy("model", "unit")
        verbose_name_plural = pgettext_lazy("model", "units")
        constraints = [
            external_unique("unit"),
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="unit_code_unique"),
        ]


class UnitPlacement(Dated):
    """Where a unit hangs from a date: under `parent`, or at the top."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements")
    parent = models.ForeignKey(Unit, models.PROTECT, related_name="child_placements", null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "place of a unit")
        verbose_name_plural = pgettext_lazy("model", "places of units")
        constraints = [
            dated_check("unitplacement"),
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unitplacement_one_start"),
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(valid_until__isnull=True), name="unitplacement_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} ← {self.parent_id}"


class UnitPath(Dated):
    """Every unit below every unit above it, itself included, dated: derived from the placements and rebuilt with them.

    A fact of unit u on day d counts for each `ancestor` whose path to u holds on d.
    """

    ancestor = models.ForeignKey(Unit, models.CASCADE, related_name="paths_down")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="paths_up")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = pgettext_lazy("model", "path of a unit")
        verbose_name_plural = pgettext_lazy("model", "paths of units")
        constraints = [
            dated_check("unitpath"),
            models.UniqueConstraint(fields=["ancestor", "unit", "valid_from"], name="unitpath_one_start"),
        ]
        indexes = [models.Index(fields=["unit", "ancestor"])]

    def __str__(self) -> str:
        return f"{self.ancestor_id} ⊃ {self.unit_id}"
