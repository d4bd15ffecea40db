"""Roles and grants as the access page shows them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from tiji.apps.organization.models import AccessGrant, Assignment, Role, RoleGrant


@dataclass(frozen=True)
class RoleRow:
    """A role, what it is for, and how many hold it."""

    role: str
    label: str
    by_position: int
    grants: list[RoleGrant]


@dataclass(frozen=True)
class AccessOverview:
    """Every role with its holders, and the grants that upper rooms wrote, by source."""

    roles: list[RoleRow]
    sources: list[dict[str, object]]


def role_overview(day: date) -> AccessOverview:
    """Roles and grants on a day, in three queries."""
    held = Assignment.objects.on(day).values("position__role").annotate(n=Count("person", distinct=True))
    counts = dict(held.values_list("position__role", "n"))
    grants = list(
        RoleGrant.objects.exclude(valid_until__lte=day).select_related("user", "unit").order_by("user__name", "pk")
    )
    rows = [
        RoleRow(role, str(Role(role).label), counts.get(role, 0), [grant for grant in grants if grant.role == role])
        for role in Role.values
    ]
    sources = AccessGrant.objects.on(day).values("source", "kind").annotate(n=Count("pk")).order_by("source", "kind")
    return AccessOverview(roles=rows, sources=list(sources))
