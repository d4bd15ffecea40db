"""Forms about adjustments, and the field for several files that questions about pay use, too."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.display import words
from tiji.apps.incentives.models import PayAdjustment
from tiji.apps.incentives.selectors.adjustments import settled_months
from tiji.apps.organization.models import Person
from tiji.apps.organization.selectors.company import company, fiscal_calendar
from tiji.ui.forms import AmountField, Form, LookupField

LETTERS = 2000
BACK, AHEAD = 12, 2


class FilesInput(forms.FileInput):
    """The browser's own choice of files, several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, as a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


def note_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Some lines of text."""
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=LETTERS, required=required, widget=area, help_text=help_text)


def months_open(on: date, since: date | None = None) -> list[tuple[str, str]]:
    """The months that still take adjustments: the last ones, or those since a day, this one and the next ones."""
    calendar = fiscal_calendar()
    month = calendar.period_of(on, "month")
    months = [month]
    while len(months) <= BACK or (since and months[0].start > since):
        months.insert(0, calendar.previous(months[0]))
    for _number in range(AHEAD):
        months.append(calendar.next(months[-1]))
    settled = settled_months(months[0].start)
    return [(one.key, words.month_label(one)) for one in months if one.key not in settled]


class AdjustmentForm(Form):
    """Somebody, a month, an amount and why."""

    person = LookupField(queryset=Person.objects.none(), url_name="person_lookup", label=_("Person"))
    period = forms.ChoiceField(label=_("Month"), help_text=_("Only months whose pay is not agreed yet."))
    amount = AmountField(label=_("Amount"), help_text=_("A minus takes back."))
    currency = forms.CharField(label=_("Currency"), max_length=3)
    reason = forms.ChoiceField(label=_("Reason"), choices=PayAdjustment.Reason.choices)
    component = forms.CharField(
        label=_("Component"), required=False, max_length=60, help_text=_("The code in the plan, if it belongs to one.")
    )
    note = note_field(pgettext_lazy("pay", "Note"), help_text=_("The person reads it on the statement."))
    files = FilesField(label=pgettext_lazy("pay", "Evidence"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]
        self.fields["period"].choices = months_open(on)  # type: ignore[attr-defined]
        self.fields["period"].initial = fiscal_calendar().period_of(on, "month").key
        self.fields["currency"].initial = company().currency


class AnswerForm(Form):
    """What is said beside a yes."""

    answer = note_field(pgettext_lazy("pay", "Answer"), required=False)


class RefusalForm(Form):
    """Why it is not paid."""

    answer = note_field(pgettext_lazy("pay", "Why not"))


class ReversalForm(Form):
    """The month in which it is taken back, and why."""

    period = forms.ChoiceField(label=_("Month"))
    note = note_field(pgettext_lazy("pay", "Note"), help_text=_("The person reads it on the statement."))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = months_open(on)  # type: ignore[attr-defined]
        self.fields["period"].initial = fiscal_calendar().period_of(on, "month").key
