"""The pipeline's operations."""

from tiji.apps.pipeline.api import activities, opportunities, processes, settings, steps
from tiji.apps.pipeline.api.router import router

__all__ = ["activities", "opportunities", "processes", "router", "settings", "steps"]
