"""Targets and attainment over REST."""

from tiji.apps.targets.api import attainment, plans, shaping

routers = [plans.router, shaping.router, attainment.router]
