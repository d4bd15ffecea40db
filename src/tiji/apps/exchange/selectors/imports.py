"""Reading imports: the history, and who does it when nobody is named."""

from typing import Any

from django.db.models import QuerySet

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.permissions import can_view_imports
from tiji.apps.organization.models import Role, User


def imports(*, viewer: Any) -> QuerySet[Import]:
    """Every import, newest first, for who may see them."""
    rows: QuerySet[Import] = Import.objects.select_related("by", "undone_by")
    return rows if can_view_imports(viewer) else rows.none()


def first_administrator() -> User | None:
    """In whose name a command loads unless somebody is named."""
    rows = User.objects.filter(is_active=True, role_grants__role=Role.ADMINISTRATOR)
    return rows.order_by("pk").first()
