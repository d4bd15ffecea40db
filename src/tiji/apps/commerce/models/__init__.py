from tiji.apps.commerce.models.contracts import Contract, Instalment
from tiji.apps.commerce.models.facts import BusinessKind, Measure, MeasureFact
from tiji.apps.commerce.models.invoices import CreditNote, Invoice
from tiji.apps.commerce.models.orders import Order, OrderLine
from tiji.apps.commerce.models.receipts import Receipt, ReceiptApplication

__all__ = [
    "BusinessKind",
    "Contract",
    "CreditNote",
    "Instalment",
    "Invoice",
    "Measure",
    "MeasureFact",
    "Order",
    "OrderLine",
    "Receipt",
    "ReceiptApplication",
]
