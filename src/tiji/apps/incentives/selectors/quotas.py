"""Quotas: the version that counts of each."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from tiji.apps.incentives.models import Quota
from tiji.apps.organization.selectors.ids import among


def standing_quotas(**narrowed: Any) -> "QuerySet[Any, Any]":
    """The newest version of every quota, narrowed as asked."""
    newer = Quota.objects.filter(
        person_id=OuterRef("person_id"), measure=OuterRef("measure"), period=OuterRef("period")
    ).order_by("-number")
    return Quota.objects.filter(**narrowed).filter(pk=Subquery(newer.values("pk")[:1])).select_related("person")  # type: ignore[no-any-return]


def versions_of_quota(quota: Quota) -> list[Quota]:
    """Every version of the same person's quota of the same measure and period, newest first."""
    rows = Quota.objects.filter(person_id=quota.person_id, measure=quota.measure, period=quota.period)
    return list(rows.select_related("person", "created_by").order_by("-number"))


def quota_amounts(people: Iterable[int], measure: str, periods: Iterable[str]) -> dict[tuple[int, str], Decimal]:
    """(person, period key) → amount of the standing quota, in one query."""
    rows = Quota.objects.filter(among("person_id", set(people)), measure=measure, period__in=list(periods))
    found: dict[tuple[int, str], Decimal] = {}
    for person, period, amount in rows.order_by("number").values_list("person_id", "period", "amount"):
        found[person, period] = amount
    return found
