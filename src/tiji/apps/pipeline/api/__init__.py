"""The pipeline's operations."""

from tiji.apps.pipeline.api import activities, opportunities, processes, steps
from tiji.apps.pipeline.api.router import router

__all__ = ["activities", "opportunities", "processes", "router", "steps"]
