"""Accounts, contacts, segments."""
