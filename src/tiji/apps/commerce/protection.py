"""What the database itself refuses to change, and to take in: posted money."""

from tiji.apps.commerce.models import (
    Contract,
    ContractShare,
    CreditNote,
    Instalment,
    Invoice,
    Order,
    OrderLine,
    Receipt,
    ReceiptApplication,
)
from tiji.shared.entries import nothing_under, refuse_entry
from tiji.shared.triggers import protect

SOURCE = ("external_source", "external_key")
HOUSEKEEPING = ("status", "version", "updated_at", "archived_at", *SOURCE)
SIGNED = (Contract.Status.SIGNED, Contract.Status.REVERSED)
CONFIRMED = (Order.Status.CONFIRMED, Order.Status.REVERSED)

# Money is set aside before it is booked: the balance and the remainder go down first, then come the rows that say why.
# So no row pays or credits what was not set aside. A reversal frees it after its rows.
OVER_INVOICE = """EXISTS (
    SELECT 1 FROM commerce_invoice AS bill
    WHERE bill.id = {row}.invoice_id AND (
        bill.currency <> {row}.currency
        OR (SELECT coalesce(sum(amount), 0) FROM commerce_receiptapplication WHERE invoice_id = bill.id)
         + (SELECT coalesce(sum(amount), 0) FROM commerce_creditnote WHERE invoice_id = bill.id)
         > bill.amount - bill.balance))"""
OVER_RECEIPT = """EXISTS (
    SELECT 1 FROM commerce_receipt AS cash
    WHERE cash.id = {row}.receipt_id AND (
        cash.currency <> {row}.currency
        OR cash.account_id <> (SELECT bill.account_id FROM commerce_invoice AS bill WHERE bill.id = {row}.invoice_id)
        OR (SELECT coalesce(sum(amount), 0) FROM commerce_receiptapplication WHERE receipt_id = cash.id)
         > cash.amount - cash.unapplied))"""
OF_NOTHING = """({row}.reverses_id IS NULL
    AND EXISTS (SELECT 1 FROM commerce_receipt AS back WHERE back.reverses_id = {row}.receipt_id))
    OR ({row}.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM commerce_receiptapplication AS whole
        WHERE whole.id = {row}.reverses_id AND whole.amount = -{row}.amount
        AND whole.receipt_id = {row}.receipt_id AND whole.invoice_id = {row}.invoice_id))"""
OF_NO_NOTE = """{row}.reverses_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM commerce_creditnote AS whole
    WHERE whole.id = {row}.reverses_id AND whole.amount = -{row}.amount AND whole.invoice_id = {row}.invoice_id)"""


def declare() -> None:
    """Called when the app starts. Balances are derived from applications and credit notes, so they may follow them."""
    protect(Contract, allow=HOUSEKEEPING, when={"status": SIGNED})
    protect(Instalment, when={"contract__status": SIGNED})
    protect(ContractShare)
    protect(Order, allow=HOUSEKEEPING, when={"status": CONFIRMED})
    protect(OrderLine, when={"order__status": CONFIRMED})
    protect(Invoice, allow=("balance", "archived_at", *SOURCE))
    protect(CreditNote, allow=SOURCE)
    protect(Receipt, allow=("unapplied", *SOURCE))
    protect(ReceiptApplication)
    nothing_under(Instalment, when={"contract__status": SIGNED})
    nothing_under(OrderLine, when={"order__status": CONFIRMED})
    refuse_entry(CreditNote, f"{OVER_INVOICE} OR {OF_NO_NOTE}")
    refuse_entry(ReceiptApplication, f"{OVER_INVOICE} OR {OVER_RECEIPT} OR {OF_NOTHING}")
