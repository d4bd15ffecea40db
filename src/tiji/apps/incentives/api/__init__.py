"""The incentives room's operations."""

from tiji.apps.incentives.api import assignments, plans, quotas, runs, statements
from tiji.apps.incentives.api.router import router

__all__ = ["assignments", "plans", "quotas", "router", "runs", "statements"]
