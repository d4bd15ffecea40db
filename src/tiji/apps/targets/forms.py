"""The forms of plans and versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiji.apps.commerce.models import Measure
from tiji.apps.organization.selectors.company import business_date, fiscal_calendar
from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.models import TargetVersion
from tiji.apps.targets.selectors.grids import kinds_of
from tiji.kernel.periods import Period
from tiji.kernel.targets import percent_weights
from tiji.ui.forms import AmountField, DateField, Form

MOST_WEIGHT = Decimal(1000)


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


@dataclass(frozen=True)
class SeasonBar:
    """One month's weight as a bar: its share of the year, its height in the scale, and what a step of it is."""

    field: Any
    weight: Decimal
    share: Decimal
    height: Decimal
    most: Decimal
    step: Decimal
    is_closed: bool


class SeasonForm(Form):
    """Twelve weights, for the customers of one kind or of all."""

    KINDS = {"": _("All"), "existing": _("Existing"), "new": _("New customers")}
    kind = forms.ChoiceField(choices=list(KINDS.items()), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: TargetVersion, chosen: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.months, self.closed = fiscal_calendar().months(version.plan.fiscal_year), version.locked_months
        self.every, shapes = kinds_of(version.plan), version.season
        self.differ = len({tuple(shapes.get(kind, ())) for kind in self.every}) > 1
        proposed = self.every[0] if self.differ else ""
        self.chosen = chosen if chosen in ("", *self.every) else proposed
        self.fields["kind"].initial = self.chosen
        known = weights_to_type(shapes.get(self.chosen or self.every[0], []))
        for at, month in enumerate(self.months):
            self.fields[f"m{at + 1}"] = AmountField(
                label=month_label(month.start),
                initial=known[at],
                minimum=Decimal(0),
                maximum=MOST_WEIGHT,
                places=4,
            )

    @property
    def season(self) -> dict[str, list[Decimal]]:
        """Kind → the weights typed, for the kinds they are meant for."""
        weights = [self.cleaned_data[name] for name in self.names]
        kind = self.cleaned_data["kind"]
        return dict.fromkeys((kind,) if kind else self.every, weights)

    @property
    def names(self) -> list[str]:
        return [f"m{at + 1}" for at in range(12)]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The kinds to choose from, where there are several."""
        if len(self.every) < 2:
            return []
        return [{"key": key, "label": self.KINDS[key], "on": key == self.chosen} for key in ("", *self.every)]

    @property
    def bars(self) -> list[SeasonBar]:
        """The weights as they stand in the fields; what is no number counts as 0."""
        weights = [_weight_in(self[name]) for name in self.names]
        total, (most, step) = sum(weights) or Decimal(1), scale_of(max(weights))
        return [
            SeasonBar(self[name], weight, weight / total, weight / most, most, step, month.key in self.closed)
            for name, weight, month in zip(self.names, weights, self.months, strict=True)
        ]


def weights_to_type(season: Sequence[str]) -> list[Decimal]:
    """Weights as one types them: 1 each where there are none, and of 100 where they are amounts of a year before."""
    weights = [Decimal(weight) for weight in season] or [Decimal(1)] * 12
    if max(weights) <= MOST_WEIGHT:
        return weights
    return list(percent_weights({str(at): weight for at, weight in enumerate(weights)}).values())


def scale_of(most: Decimal) -> tuple[Decimal, Decimal]:
    """The top of the bars, with room above the highest, and one step of them: a twentieth to a fortieth of that."""
    top = most * Decimal("1.25") or Decimal(1)
    step = Decimal(1).scaleb((top / 40).adjusted())
    step *= next(size for size in (1, 2, 5, 10) if step * size * 40 >= top)
    return (top / step).to_integral_value(ROUND_CEILING) * step, step


def _weight_in(field: Any) -> Decimal:
    try:
        return max(field.field.to_python(field.value()) or Decimal(0), Decimal(0))
    except forms.ValidationError:
        return Decimal(0)


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
