from tiji.apps.commerce.models.contracts import Contract, Instalment
from tiji.apps.commerce.models.facts import BusinessKind, Measure, MeasureFact
from tiji.apps.commerce.models.invoices import CreditNote, Invoice
from tiji.apps.commerce.models.orders import Order, OrderLine
from tiji.apps.commerce.models.receipts import Receipt, ReceiptApplication
from tiji.apps.commerce.models.shares import ContractShare

__all__ = [
    "BusinessKind",
    "Contract",
    "ContractShare",
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
