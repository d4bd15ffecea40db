"""How a company sells, as data: stages with a percent, the buyer's step beside each, and what each asks for."""

from typing import Any

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tiji.apps.organization.models import Unit
from tiji.shared.models.base import Archivable, BilingualName


class ForecastCategory(models.TextChoices):
    """How sure a deal is, as a person calls it."""

    OMITTED = "omitted", _("Omitted")
    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    CLOSED = "closed", pgettext_lazy("forecast", "Closed")


class SalesProcess(BilingualName, Archivable):
    """One way of selling."""

    code = models.CharField(_("Code"), max_length=30, unique=True)
    team_type = models.CharField(_("Team type"), max_length=15, choices=Unit.TeamType.choices)
    is_default = models.BooleanField(_("Default"), default=False)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("sales process")
        verbose_name_plural = _("sales processes")


class Stage(BilingualName, Archivable):
    """A step of selling. `requires` names the fields of an opportunity that must be filled to enter it."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")

    process = models.ForeignKey(SalesProcess, models.PROTECT, related_name="stages")
    code = models.CharField(_("Code"), max_length=30)
    position = models.PositiveSmallIntegerField(_("Order"))
    percent = models.PositiveSmallIntegerField(_("Percent"))
    buyer_step = models.CharField(_("Buyer's step"), max_length=60, blank=True)
    buyer_step_en = models.CharField(_("Buyer's step in English"), max_length=60, blank=True)
    max_days = models.PositiveSmallIntegerField(_("Days until stalled"), null=True, blank=True)
    forecast_category = models.CharField(
        _("Forecast category"), max_length=10, choices=ForecastCategory.choices, default=ForecastCategory.PIPELINE
    )
    outcome = models.CharField(max_length=5, choices=Outcome.choices, default=Outcome.OPEN)
    milestone = models.CharField(_("Milestone event"), max_length=200, blank=True)
    milestone_en = models.CharField(_("Milestone event in English"), max_length=200, blank=True)
    requires = models.JSONField(default=list, blank=True)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["process", "position"]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            models.UniqueConstraint(fields=["process", "code"], name="stage_code_unique"),
            models.UniqueConstraint(fields=["process", "position"], name="stage_position_unique"),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="stage_percent"),
        ]

    @property
    def buyer_label(self) -> str:
        """The buyer's step in the reader's language."""
        return self.buyer_step_en if _in_english() and self.buyer_step_en else self.buyer_step

    @property
    def milestone_label(self) -> str:
        """The milestone event in the reader's language."""
        return self.milestone_en if _in_english() and self.milestone_en else self.milestone


def _in_english() -> bool:
    return (get_language() or "").startswith("en")
