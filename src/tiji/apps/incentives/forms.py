"""Forms of the incentives room."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.incentives.display import words
from tiji.apps.incentives.models import CLOSED, LOOKED_AT, PayPeriod
from tiji.apps.incentives.problem_words import kind_text
from tiji.apps.incentives.selectors.estimates import LARGEST
from tiji.apps.incentives.selectors.events import RECEIPT, SIGNED
from tiji.apps.incentives.selectors.facts import known_facts
from tiji.apps.incentives.selectors.modelling import run_months
from tiji.apps.organization.models import Person, Role, Unit
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.ui.forms import AmountField, DateField, Form, LookupField, PercentField

MONTHS_BACK = 18
YEARS_AHEAD = 3
KINDS = {RECEIPT: _("Money collected"), SIGNED: pgettext_lazy("pay estimate", "Signed")}


class RunForm(Form):
    """The month to run: this one and those before that are open."""

    period = forms.ChoiceField(label=_("Month"), help_text=_("A month that was run before gets another version."))

    def __init__(self, *args: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendar = fiscal_calendar()
        month, choices = calendar.period_of(on, "month"), []
        states = {row.key: row for row in PayPeriod.objects.all()}
        for _number in range(MONTHS_BACK):
            known = states.get(month.key)
            if known is None or known.state not in (*LOOKED_AT, *CLOSED):
                state = f" · {known.get_state_display()}" if known else ""
                choices.append((month.key, f"{words.month_label(month)}{state}"))
            month = calendar.previous(month)
        self.fields["period"].choices = choices  # type: ignore[attr-defined]


class EstimateForm(Form):
    """What somebody supposes: an amount that comes on a day. What no plan of his asks for is left out."""

    amount = AmountField(label=_("Amount"), minimum=Decimal("0.01"), maximum=LARGEST, places=2)
    on = DateField(label=_("On the day"))
    kind = forms.ChoiceField(label=pgettext_lazy("pay estimate", "What"), choices=list(KINDS.items()))
    business = forms.ChoiceField(label=_("Customer"), choices=BusinessKind.choices)
    late = forms.IntegerField(label=_("Days past due"), min_value=0, max_value=3650, required=False)

    def __init__(self, *args: Any, asked: Collection[str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "business", "late"):
            if name not in asked:
                del self.fields[name]
        self.today = today

    def clean_on(self) -> date:
        """Estimates come after everything that has counted, and not in another age."""
        return not_before(self.cleaned_data["on"], self.today)


class DealEstimateForm(Form):
    """By when a deal is signed and its money collected."""

    on = DateField(label=_("Signed and collected by"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date:
        """Not in the past, and not in another age."""
        return not_before(self.cleaned_data["on"], self.today)


def not_before(day: date, today: date) -> date:
    """The day, from today to three years on. Raises: ValidationError."""
    if not today <= day <= today + timedelta(days=YEARS_AHEAD * 366):
        raise forms.ValidationError(_("Choose a day from today to three years on."))
    return day


class PlanForm(Form):
    """A new plan."""

    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=pgettext_lazy("pay", "Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    valid_from = DateField(label=_("Valid from"))
    document = forms.CharField(
        label=_("What it says (YAML)"),
        strip=False,  # lines in errors are those of the page
        widget=forms.Textarea(attrs={"rows": 18, "class": "num", "spellcheck": "false"}),
    )


class VersionForm(Form):
    """Another wording of a plan."""

    valid_from = DateField(label=_("Valid from"))
    reason = forms.CharField(label=_("Reason"), max_length=250, required=False)
    document = forms.CharField(
        label=_("What it says (YAML)"),
        strip=False,  # lines in errors are those of the page
        widget=forms.Textarea(attrs={"rows": 18, "class": "num", "spellcheck": "false"}),
    )


class QuotaAmountForm(Form):
    """Another amount of a quota that stands."""

    amount = AmountField(label=_("Amount"), minimum=0, places=2)
    reason = forms.CharField(label=_("Reason"), max_length=250, required=False)
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)


class QuotaTypeForm(QuotaAmountForm):
    """A person's quota of a period."""

    person = LookupField(queryset=Person.objects.none(), url_name="person_lookup", label=_("Person"))
    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices)
    period = forms.ChoiceField(label=_("Period"))
    field_order = ("person", "measure", "period", "amount", "reason")

    def __init__(self, *args: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(archived_at__isnull=True)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["period"].choices = _periods(on)  # type: ignore[attr-defined]
        initial = {"expected": 0, "measure": Measure.CASH, "period": fiscal_calendar().period_of(on, "quarter").key}
        for name, value in initial.items():
            self.fields[name].initial = value


def _periods(on: Any) -> list[Any]:
    """Quarters, months and years of this fiscal year and the next, under their headings."""
    calendar = fiscal_calendar()
    this = calendar.period_of(on, "year").year
    years = (this, this + 1)
    quarters = [(one.key, one.key) for year in years for one in calendar.quarters(year)]
    months = [(one.key, words.month_label(one)) for year in years for one in calendar.months(year)]
    whole = [(str(calendar.year(year).key), str(year)) for year in years]
    return [(_("Quarters"), quarters), (_("Months"), months), (_("Years"), whole)]


class AssignForm(Form):
    """Who is paid by a plan."""

    role = forms.ChoiceField(label=_("Everybody of a role"), required=False, choices=[("", "—"), *Role.choices])
    unit = forms.ModelChoiceField(
        label=_("Everybody of a unit and below"), required=False, queryset=Unit.objects.none()
    )
    person = LookupField(
        queryset=Person.objects.none(), url_name="person_lookup", label=_("One person"), required=False
    )
    valid_from = DateField(label=_("Valid from"))
    valid_until = DateField(label=_("Valid until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]
        people = Person.objects.filter(archived_at__isnull=True, assignments__isnull=False).distinct()
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class ModelForm(Form):
    """A changed plan over months that were run."""

    name = forms.CharField(label=pgettext_lazy("pay", "Name"), max_length=120)
    first = forms.ChoiceField(label=pgettext_lazy("pay", "From month"))
    last = forms.ChoiceField(label=pgettext_lazy("pay", "To month"))
    growth = PercentField(
        label=_("Growth of every event"), help_text=_("0 for the receipts and contracts as they were."), places=4
    )
    role = forms.ChoiceField(
        label=_("Everybody of a role"),
        required=False,
        choices=[("", _("as it was assigned")), *Role.choices],
        help_text=_("Choose a role, a unit or a person to pay others than the plan paid then."),
    )
    unit = forms.ModelChoiceField(
        label=_("Everybody of a unit and below"), required=False, queryset=Unit.objects.none()
    )
    person = LookupField(
        queryset=Person.objects.none(), url_name="person_lookup", label=_("One person"), required=False
    )
    document = forms.CharField(
        label=_("What it says (YAML)"),
        strip=False,  # lines in errors are those of the page
        widget=forms.Textarea(attrs={"rows": 18, "class": "num", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, chooses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [(key, words.month_label(fiscal_calendar().period(key))) for key in run_months()]
        for name in ("first", "last"):
            self.fields[name].choices = months  # type: ignore[attr-defined]
        if not months:
            self.fields["first"].help_text = _(
                "No month was run yet. Run one first, to have something to compare with."
            )
        self.fields["unit"].queryset = Unit.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]
        people = Person.objects.filter(archived_at__isnull=True, assignments__isnull=False).distinct()
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        if not chooses:
            for name in ("role", "unit", "person"):
                del self.fields[name]


class EndForm(Form):
    """The first day on which an assignment does not hold any more."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    valid_until = DateField(label=_("Valid until"))


class QuotaForm(Form):
    """Quotas taken over from the active target plan."""

    fiscal_year = forms.IntegerField(label=_("Fiscal year"), min_value=2000, max_value=2100)
    measure = forms.ChoiceField(
        label=_("Measure"), choices=[row for row in Measure.choices if row[0] in ("cash", "signed")]
    )
    interval = forms.ChoiceField(
        label=_("By"), choices=[("quarter", _("quarter")), ("month", _("month")), ("year", _("year"))]
    )


class ReopenForm(Form):
    """Why a month has to be opened again."""

    reason = forms.CharField(label=_("Reason"), max_length=250)


class AnswerForm(Form):
    """Whether a month is opened again."""

    agreed = forms.TypedChoiceField(
        label=pgettext_lazy("reopening", "Answer"),
        choices=[("yes", pgettext_lazy("reopening", "Open it again")), ("no", pgettext_lazy("reopening", "Decline"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class FactForm(Form):
    """What is known of a person from a day on."""

    person = LookupField(queryset=Person.objects.none(), url_name="person_lookup", label=_("Person"))
    name = forms.ChoiceField(label=pgettext_lazy("pay", "Fact"))
    valid_from = DateField(label=_("Valid from"))
    value = forms.CharField(
        label=_("Value"), max_length=200, required=False, help_text=_("Empty: nothing is known from this day on.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=250, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(archived_at__isnull=True)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        kinds = sorted(known_facts().items())
        choices = [(name, _("%(name)s: %(kind)s") % {"name": name, "kind": kind_text(kind)}) for name, kind in kinds]
        self.fields["name"].choices = choices  # type: ignore[attr-defined]


class FactValueForm(Form):
    """Another value of a fact, from a day on."""

    valid_from = DateField(label=_("Valid from"))
    value = forms.CharField(
        label=_("Value"), max_length=200, required=False, help_text=_("Empty: nothing is known from this day on.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=250, required=False)


class SendForm(Form):
    """Whom a version's letters are sent to."""

    declined = forms.BooleanField(label=_("Also to those who declined theirs"), required=False)


class AcceptForm(Form):
    """A payee's acceptance: his name, and the hash of what he was shown."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput())


class DeclineForm(Form):
    """Why a payee does not accept."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
