"""Commerce over REST."""

from tiji.apps.commerce.api import contract_shares, contracts, invoices, orders, receipts, receivables

routers = [
    contracts.router,
    contract_shares.router,
    orders.router,
    invoices.router,
    receipts.router,
    receivables.router,
]
