"""What people type about products, lines and prices."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models import PriceBook, ProductLine
from tiji.apps.organization.models import Person
from tiji.ui.formats import company_currency
from tiji.ui.forms import AmountField, DateField, Form


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: a post without a single field is one too."""
    return request.POST if request.method == "POST" else None


class LineForm(Form):
    """A product line."""

    code = forms.CharField(label=_("Code"), max_length=30)
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    position = forms.IntegerField(label=pgettext_lazy("position", "Order"), min_value=0, max_value=32_000, initial=0)


class ProductForm(Form):
    """A product."""

    code = forms.CharField(label=_("Code"), max_length=50)
    line = forms.ModelChoiceField(queryset=ProductLine.objects.none(), label=_("Product line"))
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    unit_name = forms.CharField(label=_("Unit of measure"), max_length=20, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial=company_currency)
    list_price = AmountField(label=_("List price"), minimum=0, required=False)
    standard_cost = AmountField(label=_("Standard cost"), minimum=0, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, costs: bool, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = ProductLine.objects.filter(archived_at__isnull=True)
        self.fields["line"].queryset = lines  # type: ignore[attr-defined]
        if not costs:
            del self.fields["standard_cost"]
        if not editing:
            del self.fields["version"]


class BookForm(Form):
    """A price book."""

    code = forms.CharField(label=_("Code"), max_length=30)
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial=company_currency)
    is_default = forms.BooleanField(label=_("Offers begin with this book"), required=False)


class PriceForm(Form):
    """A price from a day on."""

    book = forms.ModelChoiceField(queryset=PriceBook.objects.none(), label=_("Price book"))
    price = AmountField(label=_("Price"), minimum=0)
    floor_price = AmountField(
        label=_("Floor price"), minimum=0, required=False, help_text=_("Below it an offer needs approval.")
    )
    valid_from = DateField(label=_("Valid from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["book"].queryset = PriceBook.objects.filter(archived_at__isnull=True)  # type: ignore[attr-defined]


class ManagerForm(Form):
    """Who keeps a line, and for how long."""

    person = forms.ModelChoiceField(queryset=Person.objects.none(), label=_("Product manager"))
    valid_from = DateField(label=_("Valid from"))
    valid_until = DateField(label=_("Valid until"), required=False)
    may_change = forms.BooleanField(label=_("May change its products and prices"), required=False, initial=True)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class EndForm(Form):
    """The first day on which something holds no more."""

    on = DateField(label=_("From"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
        self.fields["on"].widget.attrs["min"] = today.isoformat()
