"""The one visibility rule of rows that have an owner, for every list, count, board, export and API call."""

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.selectors.scope import Scope, scope_of


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows with an `owner`: `visible_to` leaves those the user may see today.

    A room that opens rows by grants as well (one account, a product line) overrides `granted_q`.
    """

    owner_path = "owner_id"

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The rows this user may see: his own, those of the people below him, and those granted to him."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        scope = scope_of(user)
        if scope.everything:
            return self
        return self.filter(scope.owner_q(self.owner_path) | self.granted_q(scope))

    def granted_q(self, scope: Scope) -> Q:
        """The condition on rows opened by grants; `Q(pk__in=[])` when there are none, so that plans stay simple."""
        return Q(pk__in=[])

    def live(self) -> Self:
        """Without what was archived."""
        return self.filter(archived_at__isnull=True)


def in_ids(path: str, ids: Any) -> Q:
    """`path IN ids`, or nothing at all when there are no ids."""
    return among(path, ids or ())
