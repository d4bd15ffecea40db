"""The one company of this database, and the days it works otherwise than its country."""

from zoneinfo import available_timezones

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.shared.fields import CurrencyField
from tiji.shared.models.base import BilingualName


class Company(BilingualName):
    """The company: its currency, the month its fiscal year begins, its time zone and its country's calendar."""

    currency = CurrencyField(_("Currency"))
    fiscal_start_month = models.PositiveSmallIntegerField(
        _("First month of the fiscal year"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    time_zone = models.CharField(_("Time zone"), max_length=60, default="Asia/Shanghai")
    country = models.CharField(_("Country of the working calendar"), max_length=2, default="CN")
    language = models.CharField(_("Language"), max_length=10, default="zh-hans")
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = pgettext_lazy("model", "company")
        verbose_name_plural = pgettext_lazy("model", "companies")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="company_is_one"),
            models.CheckConstraint(
                condition=models.Q(fiscal_start_month__gte=1, fiscal_start_month__lte=12), name="company_fiscal_start"
            ),
        ]

    @staticmethod
    def known_time_zones() -> set[str]:
        return available_timezones()


class CalendarDay(models.Model):
    """A day on which the company works, or does not, against its country's calendar."""

    day = models.DateField(_("Day"), unique=True)
    is_workday = models.BooleanField(_("Working day"))
    note = models.CharField(_("Note"), max_length=80, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = pgettext_lazy("model", "day of the calendar")
        verbose_name_plural = pgettext_lazy("model", "days of the calendar")

    def __str__(self) -> str:
        return self.day.isoformat()
