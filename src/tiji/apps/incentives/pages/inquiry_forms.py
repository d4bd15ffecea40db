"""What is typed when somebody asks about pay, and when he is answered."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models import Inquiry
from tiji.apps.incentives.pages.adjustment_forms import FilesField, months_open, note_field
from tiji.apps.incentives.selectors.adjustments import open_month
from tiji.apps.incentives.selectors.inquiries import answering_users
from tiji.apps.organization.models import User
from tiji.ui.forms import AmountField, Form

CAUSES = [("", "—"), *Inquiry.Cause.choices]


class AskForm(Form):
    """What is wrong, what should have been paid, and why."""

    kind = forms.ChoiceField(label=_("What is wrong"), choices=Inquiry.Kind.choices)
    expected = AmountField(
        label=pgettext_lazy("inquiry", "Expected"),
        places=2,
        required=False,
        help_text=_("What should have been paid, if you know it."),
    )
    text = note_field(pgettext_lazy("inquiry", "Question"), help_text=_("What you think is wrong, and why."))
    files = FilesField(label=pgettext_lazy("pay", "Evidence"), required=False)  # type: ignore[assignment]


class SeenForm(Form):
    """A form that says which version of the question its user saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReplyForm(SeenForm):
    """Something to write."""

    text = note_field(pgettext_lazy("inquiry", "Message"))
    files = FilesField(label=pgettext_lazy("pay", "Evidence"), required=False)  # type: ignore[assignment]


class TakeForm(SeenForm):
    """Who answers it."""

    assignee: Any = forms.ModelChoiceField(
        label=pgettext_lazy("inquiry", "Answered by"), queryset=User.objects.none(), empty_label=None
    )
    text = note_field(pgettext_lazy("inquiry", "Message"), required=False)

    def __init__(self, *args: Any, inquiry: Inquiry, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = answering_users(on).exclude(person_id=inquiry.person_id, person_id__isnull=False)
        self.fields["assignee"].queryset = others  # type: ignore[attr-defined]


class WaitForm(SeenForm):
    """What it waits for."""

    waits_for = forms.ChoiceField(
        label=_("Waits for"),
        choices=[
            ("payee", _("an answer of who asked; the clock stands still")),
            ("data", _("data from elsewhere; the clock goes on")),
        ],
    )
    text = note_field(pgettext_lazy("inquiry", "Message"), help_text=_("Say what is needed, and from whom."))
    files = FilesField(label=pgettext_lazy("pay", "Evidence"), required=False)  # type: ignore[assignment]


class ClosingForm(SeenForm):
    """The answer, and what was behind the question."""

    cause = forms.ChoiceField(label=pgettext_lazy("inquiry", "What was behind it"), choices=CAUSES)
    text = note_field(pgettext_lazy("inquiry", "Answer"), help_text=_("The person reads it."))


class AcceptForm(ClosingForm):
    """How it is put right, too."""

    outcome = forms.ChoiceField(label=_("Put right"), choices=Inquiry.Outcome.choices)
    amount = AmountField(
        label=_("Amount of the adjustment"),
        places=2,
        required=False,
        help_text=_("Expected less paid, unless changed."),
    )
    period = forms.ChoiceField(label=_("Paid in"), required=False)
    field_order = ("outcome", "amount", "period", "cause", "text", "version")

    def __init__(self, *args: Any, inquiry: Inquiry, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = months_open(on, inquiry.pay_period.starts_on)  # type: ignore[attr-defined]
        self.fields["period"].initial = open_month(inquiry.pay_period.key)
        if inquiry.expected is not None:
            self.fields["amount"].initial = (inquiry.expected - inquiry.paid).quantize(Decimal("0.01"))


class GoingForm(SeenForm):
    """A last word of who takes his question back."""

    text = note_field(pgettext_lazy("inquiry", "Message"), required=False)
