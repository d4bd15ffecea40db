"""The forms of plans and versions."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiji.apps.commerce.models import Measure
from tiji.apps.organization.selectors.company import business_date, fiscal_calendar
from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.models import TargetVersion
from tiji.kernel.periods import Period
from tiji.ui.forms import AmountField, DateField, Form


class PlanForm(Form):
    """A year, a measure, and the day whose organisation the plan is made for."""

    fiscal_year = forms.IntegerField(label=_("Fiscal year"), min_value=2000, max_value=2100)
    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices)
    tree_on = DateField(label=_("Units and people as of"))
    like = forms.ChoiceField(
        label=_("Season of the year"), choices=[("even", _("Even")), ("last", _("As last year came in"))]
    )

    @classmethod
    def of(cls, asked: QueryDict, data: Any) -> "PlanForm":
        """The form, filled with the year and measure one comes from."""
        today = business_date(timezone.now())
        year = asked.get("year", "")
        initial = {
            "fiscal_year": year if year.isdecimal() else fiscal_calendar().year_of(today),
            "measure": asked.get("measure") or Measure.SIGNED,
            "tree_on": today,
            "like": "even",
        }
        return cls(data, initial=initial)


class VersionForm(Form):
    """Why the targets change, and whose organisation they are for from now on."""

    reason = forms.CharField(label=_("Reason"), max_length=250)
    regrow = forms.BooleanField(label=_("Take in who joined, left or moved since"), required=False)


class SeasonForm(Form):
    """Twelve weights."""

    def __init__(self, *args: Any, months: list[Period], season: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at, month in enumerate(months):
            self.fields[f"m{at + 1}"] = AmountField(
                label=month_label(month.start),
                initial=Decimal(season[at]) if season else Decimal(1),
                minimum=Decimal(0),
                maximum=Decimal(1000),
                places=4,
            )

    @classmethod
    def of(cls, version: TargetVersion, data: Any) -> "SeasonForm":
        """The form of a version's year."""
        months = fiscal_calendar().months(version.plan.fiscal_year)
        return cls(data, months=months, season=next(iter(version.season.values()), []))

    @property
    def weights(self) -> list[Decimal]:
        return [self.cleaned_data[f"m{at + 1}"] for at in range(12)]


class LockForm(Form):
    """The months to close; those that are closed already stay so."""

    months = forms.MultipleChoiceField(
        label=_("Months"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose the months to close.")},
    )

    def __init__(self, *args: Any, version: TargetVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = fiscal_calendar().months(version.plan.fiscal_year)
        self.locked = set(version.locked_months)
        self.fields["months"].choices = [(one.key, one.key) for one in self.year]  # type: ignore[attr-defined]

    @property
    def choices(self) -> list[tuple[Period, bool, bool]]:
        """(month, is closed, is over)."""
        today = business_date(timezone.now())
        return [(one, one.key in self.locked, one.end <= today) for one in self.year]
