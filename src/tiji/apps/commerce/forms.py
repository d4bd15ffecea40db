"""What people type about contracts, orders, invoices and receipts."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models import Product
from tiji.apps.commerce.models import Contract, Instalment, Order, OrderLine, Receipt
from tiji.apps.commerce.services.contracts import PlannedInstalment
from tiji.apps.commerce.services.orders import OrderedProduct
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User
from tiji.apps.pipeline.models import Opportunity
from tiji.ui.forms import AmountField, DateField, Form, LookupField, MoneyField
from tiji.ui.rows import Rows

EARLIEST, CHOSEN, LATER = "earliest", "chosen", "later"
PAY = "pay-"


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, if this is a POST."""
    return request.POST if request.method == "POST" else None


def account_field(**options: Any) -> LookupField:
    return LookupField(
        queryset=Account.objects.none(),
        url_name="account_lookup",
        label=pgettext_lazy("account", "Customer"),
        **options,
    )


class PastDateField(DateField):
    """A day up to today, which the form knows."""

    today: date | None = None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and self.today and value > self.today:
            raise ValidationError(_("This day has not come yet. Choose today or a day before."), code="future")


class DatedForm(Form):
    """A form that knows which day is today: past days are checked against it, and it is what they begin with."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, PastDateField):
                field.today = today
                field.initial = today
                field.widget.attrs["max"] = today.isoformat()


class InstalmentRow(Form):
    """One payment of the plan."""

    label = forms.CharField(label=pgettext_lazy("instalment", "Payment"), max_length=80)
    due_on = DateField(label=pgettext_lazy("payment", "Due on"))
    amount = AmountField(label=_("Amount"), places=None)
    condition = forms.CharField(label=_("Condition"), max_length=120, required=False)


class ContractForm(Form):
    """A draft: what, for whom, how much; the plan is the table below."""

    name = forms.CharField(label=_("Subject"), max_length=200)
    account = account_field()
    opportunity = LookupField(
        queryset=Opportunity.objects.none(), url_name="opportunity_lookup", label=_("Opportunity"), required=False
    )
    amount = MoneyField(label=_("Amount"))
    cost = AmountField(
        label=_("Cost"), minimum=0, required=False, help_text=_("Amount less cost is the gross profit that counts.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, contract: Contract | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if contract is not None:
            fields["amount"].currency = contract.currency
            del fields["account"], fields["opportunity"]
            return
        del fields["version"]
        fields["account"].queryset = Account.objects.visible_to(actor).live()
        fields["opportunity"].queryset = Opportunity.objects.visible_to(actor).live().select_related("account")


def plan_rows(data: Any, contract: Contract | None = None, initial: Any = ()) -> Rows:
    """The table of instalments: as typed, as drafted, or three empty rows."""
    if contract is not None:
        names = ("label", "due_on", "amount", "condition")
        initial = [{name: getattr(row, name) for name in names} for row in contract.instalments.all()]
    return Rows(InstalmentRow, "plan", data, initial=initial, blank=1 if initial else 3)


def planned(rows: Rows) -> list[PlannedInstalment]:
    return [PlannedInstalment(**row) for row in rows.cleaned()]


class OrderRow(Form):
    """One product of an order; the amount is quantity times price unless it is typed."""

    product = LookupField(queryset=Product.objects.none(), url_name="order_product_lookup", label=_("Product"))
    quantity = AmountField(label=_("Quantity"))
    unit_price = AmountField(label=_("Unit price"))
    amount = AmountField(label=_("Amount, if another"), required=False)
    cost = AmountField(label=_("Cost"), required=False)

    def __init__(self, *args: Any, known: Mapping[int, Product] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product: Any = self.fields["product"]
        product.queryset = Product.objects.filter(archived_at__isnull=True)
        if known:
            product.widget.text_of = lambda key: str(known[key]) if key in known else product.text_of(key)


def order_rows(data: Any, order: Order | None = None) -> Rows:
    """The table of products: as typed, as drafted, or three empty rows."""
    lines = [] if order is None else list(order.lines.select_related("product"))
    initial = [_order_row(line) for line in lines]
    known = {line.product_id: line.product for line in lines}
    return Rows(OrderRow, "line", data, initial=initial, blank=1 if initial else 3, known=known)


def _order_row(line: OrderLine) -> dict[str, Any]:
    usual = OrderedProduct(line.product, line.quantity, line.unit_price).line_amount
    return {
        "product": line.product_id,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "amount": None if line.amount == usual else line.amount,
        "cost": line.cost,
    }


def ordered(rows: Rows) -> list[OrderedProduct]:
    return [OrderedProduct(**row) for row in rows.cleaned()]


class OrderForm(DatedForm):
    """Who ordered, and when; the products are the table below."""

    account = account_field()
    ordered_on = PastDateField(label=_("Ordered on"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, actor: User, contract: Contract | None = None, order: Order | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if order is None:
            del fields["version"]
        if contract is not None or order is not None:
            del fields["account"]
        else:
            fields["account"].queryset = Account.objects.visible_to(actor).live()


class DropForm(Form):
    """Nothing is typed; the version says which draft was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class SignForm(DatedForm):
    """On which day it was signed."""

    signed_on = PastDateField(label=_("Signed on"))


class ConfirmForm(DatedForm):
    """On which day it was confirmed."""

    confirmed_on = PastDateField(label=_("Confirmed on"))


class ReverseForm(DatedForm):
    """From which day something no longer counts, and why."""

    on = PastDateField(label=pgettext_lazy("reversal", "On"))
    reason = forms.CharField(label=_("Reason"), max_length=250, widget=forms.Textarea(attrs={"rows": 2}))


class InvoiceForm(DatedForm):
    """A bill: for an instalment, a contract, an order, or just for a customer."""

    account = account_field()
    amount = MoneyField(label=_("Amount"))
    issued_on = PastDateField(label=_("Issued on"))
    due_on = DateField(label=pgettext_lazy("payment", "Due on"))

    def __init__(
        self, *args: Any, actor: User, today: date, basis: Contract | Order | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, today=today, **kwargs)
        fields: Any = self.fields
        fields["due_on"].initial = today + timedelta(days=30)
        if basis is not None:
            fields["amount"].currency = basis.currency
            del fields["account"]
        else:
            fields["account"].queryset = Account.objects.visible_to(actor).live()


def bill_initial(today: date, left: Decimal | None, instalment: Instalment | None) -> dict[str, Any]:
    """What a bill for this begins with: what is left to bill, due as planned but not before it is issued."""
    found: dict[str, Any] = {}
    if left is not None:
        found["amount"] = left
    if instalment is not None:
        found["due_on"] = max(instalment.due_on, today)
    return found


class CreditNoteForm(DatedForm):
    """How much of an invoice is taken back, and why."""

    amount = MoneyField(label=_("Amount"))
    issued_on = PastDateField(label=_("Issued on"))
    reason = forms.CharField(label=_("Reason"), max_length=250)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = currency  # type: ignore[attr-defined]


HOW = (
    (EARLIEST, _("Earliest due first")),
    (CHOSEN, _("Amounts I choose")),
    (LATER, _("Apply later")),
)


class PayingForm(DatedForm):
    """A form beside which amounts are typed for open invoices."""

    def clean(self) -> dict[str, Any]:
        self.chosen: dict[int, Decimal] = {}
        if self.cleaned_data.get("how") == CHOSEN:
            self.chosen = chosen_amounts(self.data)
            if not self.chosen:
                raise ValidationError(
                    _("Type an amount beside at least one invoice, or let the earliest be paid first.")
                )
        return self.cleaned_data


class ReceiptForm(PayingForm):
    """Money that came in, and what it pays."""

    account = account_field()
    amount = MoneyField(label=_("Amount"))
    received_on = PastDateField(label=_("Received on"))
    method = forms.ChoiceField(label=_("Method"), choices=Receipt.Method.choices, required=False)
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=80, required=False)
    note = forms.CharField(label=_("Note"), max_length=250, required=False)
    how = forms.ChoiceField(
        label=pgettext_lazy("receipt", "Pays"), choices=HOW, widget=forms.RadioSelect, initial=EARLIEST, required=False
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["account"].queryset = Account.objects.visible_to(actor).live().select_related("owner")

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        facts = dict(self.cleaned_data)
        how = facts.pop("how") or EARLIEST
        facts["method"] = facts["method"] or Receipt.Method.TRANSFER
        return {**facts, "apply": how != LATER, "chosen": self.chosen if how == CHOSEN else None}


class ApplyForm(PayingForm):
    """When the rest of a receipt is applied, and to what."""

    applied_on = PastDateField(label=_("Applied on"))
    how = forms.ChoiceField(
        label=pgettext_lazy("receipt", "Pays"),
        choices=HOW[:2],
        widget=forms.RadioSelect,
        initial=EARLIEST,
        required=False,
    )

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        chosen = self.chosen if self.cleaned_data["how"] == CHOSEN else None
        return {"applied_on": self.cleaned_data["applied_on"], "chosen": chosen}


def chosen_amounts(data: Mapping[str, Any]) -> dict[int, Decimal]:
    """Invoice id → amount typed beside it. Raises: ValidationError naming what is no amount."""
    field = AmountField(required=False, minimum=0)
    found: dict[int, Decimal] = {}
    for name in data:
        key = str(name).removeprefix(PAY)
        if str(name).startswith(PAY) and key.isdecimal() and len(key) < 19:
            amount = field.clean(data[name])
            if amount:
                found[int(key)] = amount
    return found
