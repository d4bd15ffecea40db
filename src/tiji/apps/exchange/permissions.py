"""Who may load files into the company."""

from typing import Any

from tiji.apps.organization.models import Role
from tiji.apps.organization.permissions import holds

LOADS = (Role.SALES_OPERATIONS, Role.ADMINISTRATOR)


def can_import(actor: Any) -> bool:
    """Hand in a file, look at it, load and undo it: sales operations and administrators."""
    return holds(actor, *LOADS)


def can_view_imports(actor: Any) -> bool:
    """See what was loaded and by whom: those who load, and auditors."""
    return holds(actor, *LOADS, Role.AUDITOR)
