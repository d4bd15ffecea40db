"""Contracts, orders, invoices, receipts."""
