"""The organisation's operations."""

from tiji.apps.organization.api import access, audit, company, people, reporting, units
from tiji.apps.organization.api.router import router

__all__ = ["access", "audit", "company", "people", "reporting", "router", "units"]
