"""What customers still owe."""

from tiji.apps.commerce.models import Invoice
from tiji.kernel.money import Money
from tiji.kernel.receivables import OpenItem


def as_open_item(invoice: Invoice) -> OpenItem:
    """The invoice as the cash rules see it."""
    return OpenItem(key=invoice.pk, due_on=invoice.due_on, balance=Money(invoice.balance, invoice.currency))
