"""Opportunities, their stage ledger, activities."""
