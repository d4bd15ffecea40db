"""The incentives room's operations."""

from tiji.apps.incentives.api import plans, runs, statements
from tiji.apps.incentives.api.router import router

__all__ = ["plans", "router", "runs", "statements"]
