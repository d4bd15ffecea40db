"""Commerce over REST."""

from tiji.apps.commerce.api import contracts, invoices, orders, receipts, receivables

routers = [contracts.router, orders.router, invoices.router, receipts.router, receivables.router]
