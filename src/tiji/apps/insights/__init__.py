"""Dashboards and search: what every role sees first."""
