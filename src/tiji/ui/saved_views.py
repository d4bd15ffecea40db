"""Saved views of a list: a name for its query string, one's own or shared with everybody."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import SavedView

LIMIT = 40


def saved_tabs(user: Any, list_key: str) -> list[dict[str, Any]]:
    """The user's views of a list as tabs."""
    if not list_key or not getattr(user, "is_authenticated", False):
        return []
    views = SavedView.objects.visible_to(user).of(list_key)[:LIMIT]
    return [
        {"label": view.name, "icon": "users" if view.shared else "bookmark", "query": view.query, "key": view.pk}
        | {"saved": view, "mine": view.owner_id == user.pk}
        for view in views
    ]


@transaction.atomic
def save_view(*, actor: Any, list_key: str, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep a query under a name; the same name again replaces one's own view. Raises: DomainError."""
    name = name.strip()
    if not name:
        raise DomainError(_("Give the view a name, for example “A tier in the east”."), field="name")
    if len(name) > 60:
        raise DomainError(_("Use at most 60 characters for the name."), field="name")
    view, _made = SavedView.objects.update_or_create(
        owner=actor, list_key=list_key, name=name, defaults={"query": query[:2000], "shared": shared}
    )
    return view


@transaction.atomic
def delete_view(*, actor: Any, view: SavedView) -> None:
    """Forget a view of one's own. Raises: NotAllowed."""
    if view.owner_id != actor.pk:
        raise NotAllowed(_("Only %(owner)s can delete this view.") % {"owner": view.owner})
    view.delete()
