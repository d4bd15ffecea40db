"""The table of products in a deal's form: parsing, what stands there already, and refusals at their cell."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.catalog.models import Product
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.services.lines import Line
from tiji.shared.errors import Conflict, DomainError, NotAllowed, NotFound
from tiji.ui.forms import AmountField, Form, LookupField, PercentField
from tiji.ui.rows import Rows

PREFIX = "line"
CELLS = {"product_id": "product", "discount_rate": "discount", "amount": "unit_price"}


class LineForm(Form):
    """One product of a deal. An empty price takes the one in force in the price book."""

    product = LookupField(
        queryset=Product.objects.none(), url_name="opportunity_product_lookup", label=gettext_lazy("Product")
    )
    quantity = AmountField(label=gettext_lazy("Quantity"), required=False, minimum=0)
    unit_price = AmountField(label=gettext_lazy("Unit price"), required=False, minimum=0)
    discount = PercentField(label=gettext_lazy("Discount"), required=False, minimum=0, maximum=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["product"].queryset = Product.objects.all()
        fields["quantity"].widget.attrs["placeholder"] = "1"
        fields["unit_price"].widget.attrs["placeholder"] = _("price book")
        fields["discount"].widget.attrs["placeholder"] = "0"


def line_table(data: Any, deal: Opportunity | None = None) -> Rows:
    """The products as typed, else as they stand on the deal, with a row to type the next one."""
    there = deal.lines.select_related("product") if deal is not None and data is None else ()
    first = [
        {
            "product": line.product_id,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount": line.discount_rate or None,
        }
        for line in there
    ]
    return Rows(LineForm, PREFIX, data, initial=first, blank=1)


def typed_lines(rows: Rows) -> list[Line]:
    """What the service takes."""
    return [
        Line(
            product=row["product"],
            quantity=Decimal(1) if row["quantity"] is None else row["quantity"],
            unit_price=row["unit_price"],
            discount_rate=row["discount"] or Decimal(0),
        )
        for row in rows.cleaned()
    ]


def both_valid(form: Form, rows: Rows) -> bool:
    """Whether form and table can be read; if only the table cannot, the form says so above."""
    valid, readable = form.is_valid(), rows.is_valid()
    if not readable:
        form.add_error(None, _("Look at the products: something there is missing or cannot be read."))
    return valid and readable


@contextmanager
def refusals_at(form: Form, rows: Rows) -> Iterator[None]:
    """Put what a service refuses at its cell of the table or its field of the form; a clash goes on to the door."""
    try:
        yield
    except (NotAllowed, NotFound, Conflict):
        raise
    except DomainError as error:
        typed = [one for one in rows.forms if one.has_changed()]
        for name, text in error.fields.items():
            table, at, cell = (*name.split("/"), "", "")[:3]
            if table == "lines" and at.isdecimal() and int(at) < len(typed):
                typed[int(at)].add_error(CELLS.get(cell, cell), str(text))
            elif name in form.fields:
                form.add_error(name, str(text))
        if not form.errors:
            form.add_error(None, str(error.message))
