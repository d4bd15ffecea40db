"""Forms of the sales settings: processes, stages, reasons, competitors."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.organization.models import Unit
from tiji.apps.pipeline.models import CloseReason, ForecastCategory, SalesProcess, Stage
from tiji.apps.pipeline.services.gates import REQUIRABLE
from tiji.apps.pipeline.services.stages import in_use
from tiji.ui.forms import Form

ASKED = {
    "account": pgettext_lazy("account", "Customer"),
    "amount": _("Amount"),
    "expected_on": _("Expected signing"),
    "gross_profit": _("Expected gross profit"),
    "next_step": _("Next step"),
    "source": _("Source"),
    "lines": _("Products"),
}
OPEN_CATEGORIES = [choice for choice in ForecastCategory.choices if choice[0] != ForecastCategory.CLOSED]


class NamedForm(Form):
    """A name, and its English twin."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)


class ProcessForm(NamedForm):
    """How a process is called and who sells by it."""

    team_type = forms.ChoiceField(label=_("Sold by"), choices=Unit.TeamType.choices)
    is_default = forms.BooleanField(
        label=_("Default process"), required=False, help_text=_("For teams that have no process of their own.")
    )


class NewProcessForm(NamedForm):
    """A new process begins with the stages of one that exists."""

    team_type = forms.ChoiceField(label=_("Sold by"), choices=Unit.TeamType.choices)
    like: Any = forms.ModelChoiceField(queryset=None, label=_("Begin with the stages of"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["like"]
        field.queryset = SalesProcess.objects.filter(archived_at__isnull=True).order_by("-is_default", "code")


class StageForm(NamedForm):
    """One stage. A new one says behind which it comes."""

    after: Any = forms.ModelChoiceField(
        queryset=None, label=_("Comes after"), required=False, empty_label=_("— first —")
    )
    percent = forms.IntegerField(label=_("Percent"), min_value=0, max_value=100)
    max_days = forms.IntegerField(
        label=_("Days until stalled"), min_value=1, max_value=3650, required=False, help_text=_("Empty: no limit.")
    )
    forecast_category = forms.ChoiceField(label=_("Forecast category"), choices=OPEN_CATEGORIES)
    buyer_step = forms.CharField(label=_("Buyer's step"), max_length=60, required=False)
    buyer_step_en = forms.CharField(label=_("Buyer's step in English"), max_length=60, required=False)
    milestone = forms.CharField(label=_("Milestone event"), max_length=200, required=False)
    milestone_en = forms.CharField(label=_("Milestone event in English"), max_length=200, required=False)
    requires = forms.MultipleChoiceField(
        label=_("Must be filled to enter"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, process: SalesProcess, stage: Stage | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["requires"].choices = [(name, ASKED[name]) for name in REQUIRABLE]
        if stage is None:
            fields["after"].queryset = process.stages.filter(archived_at__isnull=True, outcome=Stage.Outcome.OPEN)
            return
        del fields["after"]
        if stage.outcome == Stage.Outcome.WON:
            del fields["percent"], fields["forecast_category"], fields["max_days"]


def new_stage_initial(process: SalesProcess) -> dict[str, Any]:
    """Behind the last open stage, with a percent that fits."""
    stages = [stage for stage in in_use(process) if stage.outcome == Stage.Outcome.OPEN]
    last = stages[-1] if stages else None
    return {
        "after": last.pk if last else None,
        "percent": last.percent if last else 0,
        "forecast_category": last.forecast_category if last else ForecastCategory.PIPELINE,
        "requires": last.requires if last else [],
    }


class ReasonNameForm(NamedForm):
    """A reason for closing."""

    asks_rival = forms.BooleanField(label=_("Asks for the competitor"), required=False)


class NewReasonForm(ReasonNameForm):
    """A new reason and what it is a reason for."""

    for_status = forms.ChoiceField(label=_("Reason for"), choices=CloseReason.For.choices)
    field_order = ("for_status", "name", "name_en", "asks_rival")


class NothingForm(Form):
    """Nothing to type: a question with a button."""
