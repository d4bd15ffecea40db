"""The forms of plans and versions."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiji.apps.commerce.models import Measure
from tiji.apps.targets.frames import month_label
from tiji.apps.targets.planning import GridPage
from tiji.kernel.money import largest_remainder
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

    @property
    def weights(self) -> list[Decimal]:
        return [self.cleaned_data[f"m{at + 1}"] for at in range(12)]


def share_gap(page: GridPage, node: str, how: str, actuals: dict[str, Decimal]) -> dict[str, dict[str, int]]:
    """Child → kind → its new year in whole units, so that the children come to what the row has.

    `how` names the shares: even, weight, last (what came in last year). What is taken away is taken from what is there.
    """
    grid, year = page.opened.grid, str(page.frame.plan.fiscal_year)
    children = [child.key for child in grid.setup.children.get(node, [])]
    found: dict[str, dict[str, int]] = {child: {} for child in children}
    for kind in grid.setup.kinds:
        total = grid.amount(node, year, kind)
        held = [grid.amount(child, year, kind) or 0 for child in children]
        if total is None or total == sum(held):
            continue
        gap = total - sum(held)
        if how == "weight":
            weights = [grid.setup.by_key[child].weight for child in children]
        else:
            weights = [
                Decimal(1) if how == "even" else max(actuals.get(child, Decimal(0)), Decimal(0)) for child in children
            ]
        if gap < 0:
            weights = list(map(Decimal, held))
        parts = largest_remainder(abs(gap), weights if any(weights) else [Decimal(1)] * len(children))
        for child, before, part in zip(children, held, parts, strict=True):
            found[child][kind] = before + (part if gap > 0 else -part)
    return found
