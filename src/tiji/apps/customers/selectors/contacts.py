"""Reading contacts."""

from typing import Any

from django.db.models import QuerySet

from tiji.apps.customers.models import Contact
from tiji.apps.customers.models.search import found_by
from tiji.apps.organization.models import User


def contacts(
    *,
    viewer: User,
    q: str = "",
    account: int | None = None,
    role: list[str] | None = None,
    primary: bool | None = None,
    archived: bool = False,
) -> QuerySet[Contact]:
    """The contacts a viewer sees, narrowed: the same for the page, its export and the API."""
    rows: Any = Contact.objects.visible_to(viewer).filter(archived_at__isnull=not archived)
    rows = rows.filter(account__archived_at__isnull=True)
    if q:
        rows = rows.filter(found_by(Contact, q))
    if account is not None:
        rows = rows.filter(account_id=account)
    if role:
        rows = rows.filter(role__in=role)
    if primary is not None:
        rows = rows.filter(is_primary=primary)
    return rows  # type: ignore[no-any-return]
