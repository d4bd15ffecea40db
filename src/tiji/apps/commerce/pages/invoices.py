"""What the page of an invoice is made of."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.commerce.models import CreditNote, Invoice
from tiji.apps.commerce.permissions import can_book_any
from tiji.apps.commerce.selectors.pages import cash_of
from tiji.apps.organization.models import User
from tiji.kernel.money import Money
from tiji.ui import formats


def invoice_page(invoice: Invoice, viewer: User, today: date) -> dict[str, Any]:
    """Everything the template needs, in a fixed number of queries."""
    books = can_book_any(viewer)
    return {
        "invoice": invoice,
        "today": today,
        "open": Money(invoice.balance, invoice.currency),
        "settled": Money(invoice.amount - invoice.balance, invoice.currency),
        "days_late": (today - invoice.due_on).days,
        "applications": list(cash_of(invoice)),
        "notes": list(invoice.credit_notes.select_related("reverses", "reversed_by").order_by("-issued_on", "-pk")),
        "can_credit": books and invoice.balance > 0,
        "can_receive": books and invoice.balance > 0,
        "can_reverse": books and invoice.archived_at is None,
    }


def owed_again(note: CreditNote) -> str:
    """What it means to take a credit note back."""
    text = _("%(amount)s of invoice %(n)s is owed again from that day. Days before it stay as they are.")
    return text % {"amount": formats.money_full(note.amount, note.currency), "n": note.invoice.number}
