"""What people type about customers and contacts."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.customers.models import Account, Contact, Division, Industry, Tier
from tiji.apps.customers.selectors.accounts import assignable
from tiji.apps.customers.selectors.divisions import division_choice
from tiji.apps.organization.models import Person, User
from tiji.ui.forms import Form, LookupField


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: a post without a single field is one too."""
    return request.POST if request.method == "POST" else None


def last_division(codes: list[str]) -> str:
    """The deepest of the three selects that still lies within the one before: a new province drops the old city."""
    chosen = ""
    for code in codes:
        if code.startswith(chosen):
            chosen = code or chosen
    return chosen


class DivisionInput(forms.Widget):
    """Province, city and county, each offering what lies in the one before."""

    template_name = "customers/division.html"
    kind = "group"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        codes = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return last_division([code for code in codes if code])

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        code = value.pk if isinstance(value, Division) else str(value or "")
        context["widget"].update(levels=division_levels(code), id=context["widget"]["attrs"].get("id", ""))
        return context


def division_levels(code: str) -> list[dict[str, Any]]:
    """The selects to show: label, options, chosen code."""
    choice = division_choice(code)
    labels = (_("Province or country"), _("City"), _("County"))
    levels = zip(labels, (choice.provinces, choice.cities, choice.counties), strict=True)
    return [{"label": label, "options": rows, "chosen": choice.chosen} for label, rows in levels if rows]


class DivisionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One administrative division or country."""

    widget = DivisionInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Division.objects.all(), **kwargs)


class IndustryField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A section or a branch of it, grouped."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Industry.objects.filter(archived_at__isnull=True), **kwargs)

    def label_from_instance(self, industry: Any) -> str:
        return industry_label(industry)


def industry_label(industry: Industry) -> str:
    """A branch is indented under its section."""
    return f"\u3000{industry.label}" if industry.parent_id else f"{industry.code} {industry.label}"


class AccountForm(Form):
    """A customer's facts. The owner and the tier are chosen at entry; later they have actions of their own."""

    name = forms.CharField(label=_("Legal name"), max_length=200, help_text=_("As it stands on the licence."))
    short_name = forms.CharField(
        label=_("Short name"), max_length=80, required=False, help_text=_("Derived from the legal name when empty.")
    )
    credit_code = forms.CharField(label=_("Unified credit code"), max_length=40, required=False)
    owner = LookupField(queryset=Person.objects.none(), url_name="owner_lookup", label=_("Owner"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), choices=[("", "—"), *Tier.choices], required=False)
    industry = IndustryField(label=_("Industry"), required=False, empty_label="—")
    division = DivisionField(label=_("Region"), required=False)
    source = forms.CharField(label=_("Source"), max_length=40, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    website = forms.CharField(label=_("Website"), max_length=200, required=False)
    address = forms.CharField(label=_("Address"), max_length=250, required=False)
    employees = forms.IntegerField(label=_("Employees"), min_value=0, max_value=10_000_000, required=False)
    parent = LookupField(
        queryset=Account.objects.none(), url_name="account_lookup", label=_("Belongs to"), required=False
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, actor: User, on: Any, grades: bool = False, editing: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Account.objects.visible_to(actor).live()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = assignable(actor=actor, on=on)  # type: ignore[attr-defined]
        for name in ("owner", "tier") if editing else () if grades else ("tier",):
            del self.fields[name]
        if not editing:
            del self.fields["version"]
        check = {"hx-get": reverse("account_similar"), "hx-trigger": "change", "hx-target": "#similar"}
        self.fields["name"].widget.attrs.update({**check, "hx-params": "name", "autocomplete": "off"})


class ContactForm(Form):
    """Somebody at a customer."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=120)
    title = forms.CharField(label=_("Job title"), max_length=80, required=False)
    role = forms.ChoiceField(label=_("Part in buying"), choices=[("", "—"), *Contact.Role.choices], required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    is_primary = forms.BooleanField(label=_("First contact"), required=False)
    note = forms.CharField(label=_("Note"), max_length=250, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReassignForm(Form):
    """To whom customers go, and why."""

    to_owner = LookupField(queryset=Person.objects.none(), url_name="owner_lookup", label=_("New owner"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, actor: User, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_owner"].queryset = assignable(actor=actor, on=on)  # type: ignore[attr-defined]


class TierForm(Form):
    """Which letter customers get, and why."""

    tier = forms.ChoiceField(label=_("Tier"), choices=[*Tier.choices, ("", _("No tier"))], required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
