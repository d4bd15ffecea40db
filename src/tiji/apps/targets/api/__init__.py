"""Targets and attainment over REST."""

from tiji.apps.targets.api import attainment, plans

routers = [plans.router, attainment.router]
