"""Forms of deals and activities: parsing and single-field checks; what they may contain the services decide."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.customers.models import Account, Contact
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.pipeline.models import Activity, ForecastCategory, Opportunity, Stage
from tiji.apps.pipeline.selectors.processes import close_reasons, rivals, stages_with_process
from tiji.ui.forms import AmountField, DateField, Form, LookupField

NOTHING_CHOSEN = "—"
PURPOSES = (
    ("solution", _("Solution talk")),
    ("introduction", _("Introduction upwards")),
    ("negotiation", _("Negotiation")),
    ("cash", _("Collect cash")),
    ("relation", _("Relation")),
)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, if this is a POST."""
    return request.POST if request.method == "POST" else None


def people_for(actor: User) -> Any:
    """Whom the actor may put as owner: himself and those whose rows he may change."""
    scope = scope_of(actor)
    people: Any = Person.objects.filter(archived_at__isnull=True)
    return people if scope.changes_everything else people.filter(pk__in=scope.changeable)


class StageField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An open stage; with several processes each says which it belongs to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Stage.objects.none(), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} · {obj.percent}%"


def grouped_stages(stages: Iterable[Stage]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Choices by process."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for stage in stages:
        if stage.outcome == Stage.Outcome.OPEN:
            groups.setdefault(stage.process.label, []).append((stage.pk, f"{stage.label} · {stage.percent}%"))
    return list(groups.items())


class DealForm(Form):
    """Opening and editing a deal: the subject is enough at first; each stage says what it needs."""

    name = forms.CharField(label=_("Subject"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))
    account = LookupField(
        queryset=Account.objects.none(),
        url_name="account_lookup",
        label=pgettext_lazy("account", "Customer"),
        required=False,
    )
    stage = StageField(label=_("Stage"), required=False)
    amount = AmountField(label=_("Amount"), required=False, minimum=0)
    expected_on = DateField(label=_("Expected signing"), required=False)
    gross_profit = AmountField(label=_("Expected gross profit"), required=False)
    forecast_category = forms.ChoiceField(
        label=_("Forecast category"), required=False, help_text=_("Empty: as the stage says.")
    )
    rival: Any = forms.ModelChoiceField(queryset=None, label=_("Main competitor"), required=False, empty_label="—")
    source = forms.CharField(label=_("Source"), max_length=40, required=False)
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_step_on = DateField(label=_("Next step on"), required=False)
    owner = LookupField(queryset=Person.objects.none(), url_name="owner_lookup", label=_("Owner"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, deal: Opportunity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["account"].queryset = Account.objects.visible_to(actor).live()
        fields["rival"].queryset = rivals(kept=deal.rival_id if deal is not None else None)
        fields["forecast_category"].choices = [
            ("", NOTHING_CHOSEN),
            *(choice for choice in ForecastCategory.choices if choice[0] != ForecastCategory.CLOSED),
        ]
        fields["owner"].queryset = people_for(actor)
        if deal is not None:
            for name in ("stage", "owner"):
                del fields[name]
            return
        del fields["version"]
        stages = stages_with_process()
        fields["stage"].queryset = Stage.objects.filter(archived_at__isnull=True, outcome=Stage.Outcome.OPEN)
        fields["stage"].choices = [("", _("The first one")), *grouped_stages(stages)]
        if len(people_for(actor)[:2]) < 2:
            del fields["owner"]

    def facts(self) -> dict[str, Any]:
        """What the service takes; the version goes separately."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class MoveForm(Form):
    """Where to, why, and what the stage asks for: only the fields that are empty are asked."""

    stage = StageField(label=_("Move to"), empty_label=None)
    account = LookupField(
        queryset=Account.objects.none(),
        url_name="account_lookup",
        label=pgettext_lazy("account", "Customer"),
        required=False,
    )
    amount = AmountField(label=_("Amount"), required=False, minimum=0)
    expected_on = DateField(label=_("Expected signing"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("Needed when stages are passed over or when it goes back."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, deal: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        stages = Stage.objects.filter(process_id=deal.process_id, archived_at__isnull=True)
        fields["stage"].queryset = stages.exclude(pk=deal.stage_id)
        fields["account"].queryset = Account.objects.visible_to(actor).live()
        for name in ("account", "amount", "expected_on"):
            if getattr(deal, name) is not None:
                del fields[name]

    def facts(self) -> dict[str, Any]:
        """The fields that were asked and filled."""
        asked = ("account", "amount", "expected_on")
        return {name: self.cleaned_data[name] for name in asked if self.cleaned_data.get(name) is not None}


class CloseForm(Form):
    """Why it was won, lost or paused."""

    close_reason: Any = forms.ModelChoiceField(queryset=None, label=_("Reason"), required=False, empty_label="—")
    rival: Any = forms.ModelChoiceField(queryset=None, label=_("Competitor"), required=False, empty_label="—")
    resume_on = DateField(label=_("Wake up on"), required=False)
    note = forms.CharField(
        label=_("Review note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, status: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["close_reason"].queryset = close_reasons(status)
        fields["rival"].queryset = rivals()
        if status != Opportunity.Status.PAUSED:
            del fields["resume_on"]
        if status == Opportunity.Status.PAUSED:
            del fields["rival"]

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        facts = dict(self.cleaned_data)
        facts["expected_version"] = facts.pop("version")
        return facts


class ReasonForm(Form):
    """A reason in words."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class HandOverForm(Form):
    """Who gets the selected deals."""

    to_owner = LookupField(queryset=Person.objects.none(), url_name="owner_lookup", label=_("New owner"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_owner"].queryset = people_for(actor)  # type: ignore[attr-defined]


class MoveManyForm(Form):
    """Where the selected deals go."""

    stage = StageField(label=_("Move to"), empty_label=None)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["stage"]
        field.queryset = Stage.objects.filter(archived_at__isnull=True, outcome=Stage.Outcome.OPEN)
        field.choices = grouped_stages(stages_with_process())

    def facts(self) -> dict[str, Any]:
        """What the service takes, by its own names."""
        return {"to_stage": self.cleaned_data["stage"], "reason": self.cleaned_data["reason"]}


class ShareForm(Form):
    """Who may see the deal too."""

    person = LookupField(queryset=Person.objects.none(), url_name="person_lookup", label=_("Colleague"))
    may_change = forms.BooleanField(label=_("May change it as well"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]


class NextStepForm(Form):
    """What happens next, and when."""

    next_step = forms.CharField(label=_("Next step"), max_length=200)
    next_step_on = DateField(label=_("When"), required=False)


class LogForm(Form):
    """The one-minute log: tap before type, one required field."""

    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect)
    opportunity = LookupField(
        queryset=Opportunity.objects.none(), url_name="opportunity_lookup", label=_("Opportunity"), required=False
    )
    account = LookupField(
        queryset=Account.objects.none(),
        url_name="account_lookup",
        label=pgettext_lazy("account", "Customer"),
        required=False,
    )
    contacts = forms.ModelMultipleChoiceField(
        queryset=Contact.objects.none(), label=_("Met"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purpose = forms.ChoiceField(label=_("Purpose"), required=False, widget=forms.RadioSelect)
    result = forms.ChoiceField(label=_("Result"), required=False, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("What was said, in a sentence")}),
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=1440)
    done_on = DateField(label=_("Day"), required=False)
    next_step = forms.CharField(
        label=_("Next step"),
        max_length=200,
        error_messages={"required": _("Say what happens next, even if it is only a call.")},
    )
    next_step_on = DateField(label=_("When"), required=False)

    def __init__(self, *args: Any, actor: User, on: date, account: Account | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        kinds = (Activity.Kind.VISIT, Activity.Kind.CALL, Activity.Kind.MEETING, Activity.Kind.MESSAGE)
        fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        fields["purpose"].choices = [(str(label), label) for _key, label in PURPOSES]
        fields["result"].choices = Activity.Result.choices
        fields["account"].queryset = Account.objects.visible_to(actor).live()
        fields["opportunity"].queryset = Opportunity.objects.visible_to(actor).live().open().select_related("account")
        chosen = account or self._typed_account(actor)
        if chosen is not None:
            fields["contacts"].queryset = Contact.objects.visible_to(actor).live().filter(account=chosen)
        else:
            del fields["contacts"]
        self.days = next_days(on)

    def _typed_account(self, actor: User) -> Account | None:
        key = self.data.get("account") if self.is_bound else ""
        if not str(key or "").isdecimal():
            return None
        found: Account | None = Account.objects.visible_to(actor).filter(pk=key).first()
        return found

    def facts(self, now: datetime) -> dict[str, Any]:
        """What the service takes: the moment is now, or noon of the day that was chosen."""
        facts = dict(self.cleaned_data)
        day = facts.pop("done_on")
        noon = datetime.combine(day, datetime.min.time()) + timedelta(hours=12) if day else None
        facts["at"] = timezone.make_aware(noon) if noon and day != timezone.localdate(now) else now
        facts["contacts"] = list(facts.get("contacts") or ())
        facts["logged_at"] = now
        return facts


class TaskForm(Form):
    """Something to be done by a day."""

    subject = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = DateField(label=_("Due on"))
    opportunity = LookupField(
        queryset=Opportunity.objects.none(), url_name="opportunity_lookup", label=_("Opportunity"), required=False
    )
    account = LookupField(
        queryset=Account.objects.none(),
        url_name="account_lookup",
        label=pgettext_lazy("account", "Customer"),
        required=False,
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["account"].queryset = Account.objects.visible_to(actor).live()
        fields["opportunity"].queryset = Opportunity.objects.visible_to(actor).live().select_related("account")


class PostponeForm(Form):
    """Another day."""

    due_on = DateField(label=_("New day"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class DoneForm(Form):
    """What came of it."""

    result = forms.ChoiceField(label=_("Result"), required=False, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = DateField(label=_("When"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = Activity.Result.choices  # type: ignore[attr-defined]


def next_days(on: date) -> list[tuple[str, Any]]:
    """Days one taps for a next step: tomorrow, this Friday, next Monday."""
    friday = on + timedelta(days=(4 - on.weekday()) % 7 or 7)
    monday = on + timedelta(days=7 - on.weekday())
    return [
        ((on + timedelta(days=1)).isoformat(), _("Tomorrow")),
        (friday.isoformat(), _("Friday")),
        (monday.isoformat(), _("Next Monday")),
    ]
