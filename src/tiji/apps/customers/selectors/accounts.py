"""Reading customers: the list's conditions, the tier strip, one customer with its surroundings."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from tiji.apps.customers.models import Account, Contact, Industry, OwnershipEvent, Tier
from tiji.apps.customers.models.search import found_by
from tiji.apps.customers.selectors.divisions import in_division
from tiji.apps.organization.models import Assignment, Person, Unit, User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.selectors.places import units_under
from tiji.apps.organization.selectors.scope import scope_of
from tiji.shared.words_in_use import words_in_use

NOBODY = "none"
ME = "me"


@dataclass(frozen=True, slots=True)
class TierCount:
    """How many customers of a tier one sees, and how many of them were spoken to lately."""

    tier: str
    count: int
    share: Any
    met: int
    met_share: Any


def accounts(
    *,
    viewer: User,
    on: date,
    q: str = "",
    owner: int | str | None = None,
    unit: int | None = None,
    tier: list[str] | None = None,
    industry: int | None = None,
    division: str = "",
    source: str = "",
    idle_days: int | None = None,
    archived: bool = False,
) -> QuerySet[Account]:
    """The customers a viewer sees, narrowed: the same conditions for the page, its export and the API."""
    rows: Any = Account.objects.visible_to(viewer).filter(archived_at__isnull=not archived)
    if q:
        rows = rows.filter(found_by(Account, q))
    if owner is not None:
        rows = rows.filter(owned_by(owner, viewer))
    if unit is not None:
        rows = rows.filter(owned_in(unit, on))
    if tier:
        rows = rows.filter(tier__in=tier)
    if industry is not None:
        rows = rows.filter(in_industry(industry))
    if division:
        rows = rows.filter(in_division(division))
    if source:
        rows = rows.filter(source=source)
    if idle_days is not None:
        rows = rows.filter(idle_since(on, idle_days))
    return rows  # type: ignore[no-any-return]


def owned_by(owner: int | str, viewer: User) -> Q:
    """An owner by id, `me`, or `none` for those that nobody looks after."""
    if owner == NOBODY:
        return Q(owner__isnull=True)
    if owner == ME:
        return Q(owner_id=viewer.person_id) if viewer.person_id else Q(pk__in=[])
    return Q(owner_id=owner)


def owned_in(unit: int, on: date) -> Q:
    """Those whose owner sits in a unit or below it on that day."""
    seats = Assignment.objects.on(on).filter(position__unit_id__in=units_under(unit, on))
    return among("owner_id", seats.values_list("person_id", flat=True))


def in_industry(industry: int) -> Q:
    """An industry or, for a section, its branches too."""
    return Q(industry_id__in=Industry.objects.filter(Q(pk=industry) | Q(parent_id=industry)).values("pk"))


def idle_since(on: date, days: int) -> Q:
    """Nothing has happened for so many days, or ever."""
    return Q(last_activity_on__isnull=True) | Q(last_activity_on__lte=on - timedelta(days=days))


def tier_counts(*, viewer: User, on: date, met_within: int = 30) -> list[TierCount]:
    """The strip above the list, in one query: each tier with its share, and how many had an activity lately."""
    lately = Q(last_activity_on__gt=on - timedelta(days=met_within))
    rows = Account.objects.visible_to(viewer).live().order_by().values("tier")
    found = {row["tier"]: row for row in rows.annotate(n=Count("pk"), met=Count("pk", filter=lately))}
    total = sum(row["n"] for row in found.values())
    return [
        TierCount(
            tier=tier,
            count=(row := found.get(tier, {"n": 0, "met": 0}))["n"],
            share=Decimal(row["n"]) / total if total else None,
            met=row["met"],
            met_share=Decimal(row["met"]) / row["n"] if row["n"] else None,
        )
        for tier in Tier.values
    ]


def owners_for(*, viewer: User, q: str = "", limit: int = 30) -> list[Person]:
    """People whose customers the viewer sees, by name; for choosing an owner to look for."""
    scope = scope_of(viewer)
    rows: Any = Person.objects.filter(archived_at__isnull=True)
    if not scope.everything:
        rows = rows.filter(among("pk", scope.people))
    return list(_named(rows, q)[:limit])


def possible_owners(*, actor: User, on: date, q: str = "", limit: int = 30) -> list[Person]:
    """People whom the actor may give a customer to: his own people who are here."""
    return list(_named(assignable(actor=actor, on=on), q)[:limit])


def assignable(*, actor: User, on: date) -> QuerySet[Person]:
    """Those the actor may give customers to on a day."""
    scope = scope_of(actor)
    rows: Any = Person.objects.filter(archived_at__isnull=True).filter(Q(left_on__isnull=True) | Q(left_on__gt=on))
    return rows if scope.changes_everything else rows.filter(among("pk", scope.changeable))  # type: ignore[no-any-return]


def _named(rows: Any, q: str) -> Any:
    for word in q.lower().split():
        rows = rows.filter(Q(name__icontains=word) | Q(sort_key__contains=word) | Q(initials__contains=word))
    return rows.order_by("sort_key", "pk")


def units_for(*, viewer: User) -> list[Unit]:
    """The units a viewer may narrow a list to."""
    scope = scope_of(viewer)
    rows: Any = Unit.objects.filter(archived_at__isnull=True)
    if not scope.everything:
        rows = rows.filter(pk__in=scope.units)
    order = Case(When(kind="company", then=Value(0)), When(kind="region", then=Value(1)), default=Value(2))
    return list(rows.order_by(order, "sort_key"))


def known_sources() -> list[str]:
    """Where customers come from, as this company names it: everybody is offered all."""
    return words_in_use(Account, "source")


def industries(*, archived: bool = False) -> list[Industry]:
    """Sections, each followed by its branches."""
    rows: Any = Industry.objects.filter(archived_at__isnull=not archived)
    return list(rows.order_by("code"))


def account_contacts(account: Account) -> list[Contact]:
    """The people at a customer, the first contact first."""
    return list(Contact.objects.live().filter(account=account))


def ownership_history(account: Account) -> list[OwnershipEvent]:
    """Who looked after the customer, the latest first."""
    rows = OwnershipEvent.objects.filter(account=account).select_related("from_owner", "to_owner", "to_unit", "by")
    return list(rows.order_by("-at", "-pk"))


def created_between(low: date | None, high: date | None) -> Q:
    """Entered from one day up to and including another, in the company's time."""
    condition = Q()
    if low:
        condition &= Q(created_at__gte=_midnight(low))
    if high:
        condition &= Q(created_at__lt=_midnight(high + timedelta(days=1)))
    return condition


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
