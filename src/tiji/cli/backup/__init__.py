"""Backup and restore: the whole company in one file that either database can take."""
