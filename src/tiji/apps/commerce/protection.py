"""What the database itself refuses to change: posted money."""

from tiji.apps.commerce.models import (
    Contract,
    CreditNote,
    Instalment,
    Invoice,
    Order,
    OrderLine,
    Receipt,
    ReceiptApplication,
)
from tiji.shared.triggers import protect

SOURCE = ("external_source", "external_key")
HOUSEKEEPING = ("status", "version", "updated_at", "archived_at", *SOURCE)
SIGNED = (Contract.Status.SIGNED, Contract.Status.REVERSED)
CONFIRMED = (Order.Status.CONFIRMED, Order.Status.REVERSED)


def declare() -> None:
    """Called when the app starts. Balances are derived from applications and credit notes, so they may follow them."""
    protect(Contract, allow=HOUSEKEEPING, when={"status": SIGNED})
    protect(Instalment, when={"contract__status": SIGNED})
    protect(Order, allow=HOUSEKEEPING, when={"status": CONFIRMED})
    protect(OrderLine, when={"order__status": CONFIRMED})
    protect(Invoice, allow=("balance", "archived_at", *SOURCE))
    protect(CreditNote, allow=SOURCE)
    protect(Receipt, allow=("unapplied", *SOURCE))
    protect(ReceiptApplication)
