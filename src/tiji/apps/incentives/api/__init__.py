"""The incentives room's operations."""

from tiji.apps.incentives.api import (
    adjustments,
    assignments,
    closing,
    estimates,
    facts,
    inquiries,
    letters,
    modelling,
    plan_documents,
    plans,
    quotas,
    runs,
    statement_files,
    statements,
)
from tiji.apps.incentives.api.router import router

__all__ = [
    "adjustments",
    "assignments",
    "closing",
    "estimates",
    "facts",
    "inquiries",
    "letters",
    "modelling",
    "plan_documents",
    "plans",
    "quotas",
    "router",
    "runs",
    "statement_files",
    "statements",
]
