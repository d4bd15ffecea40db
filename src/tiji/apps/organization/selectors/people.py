"""People as pages and lists show them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from tiji.apps.organization.models import (
    Assignment,
    Person,
    Position,
    ReportingLine,
    Unit,
    UnitPlacement,
    User,
)
from tiji.apps.organization.permissions import can_view_people
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.selectors.managers import manager_of, reports_of
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.organization.selectors.tree import role_label


@dataclass(frozen=True)
class PersonPage:
    """What one person's page shows."""

    held: list[Assignment]
    past: list[Assignment]
    coming: list[Assignment]
    manager: Person | None
    reports: list[Person]
    lines: list[ReportingLine]
    user: User | None


def people_visible_to(user: User) -> QuerySet[Person]:
    """Everybody for those who look after people; else those in one's scope."""
    found: QuerySet[Person] = Person.objects.all()
    if not user.is_active:
        return found.none()
    return found if can_view_people(user) else found.filter(among("pk", scope_of(user).people))


def people_on(user: User, day: date) -> Any:
    """Those the user may see, with `unit_id`, `unit_name`, `position_name` and `role` of the main position that day."""
    holds = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    held = (
        Assignment.objects.filter(person_id=OuterRef("pk"), valid_from__lte=day)
        .annotate(over=Case(When(holds, then=Value(0)), default=Value(1)))
        .order_by("over", "-share_percent", "-valid_from", "pk")
    )
    return people_visible_to(user).annotate(
        unit_id=Subquery(held.values("position__unit_id")[:1]),
        unit_name=Subquery(held.values("position__unit__name")[:1]),
        position_name=Subquery(held.values("position__name")[:1]),
        role=Subquery(held.values("position__role")[:1]),
    )


def search_people(rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those whose name, pinyin, initials, number or address begin with or contain the text."""
    plain = text.strip().lower()
    return rows.filter(
        Q(name__icontains=plain)
        | Q(sort_key__startswith=plain)
        | Q(initials__startswith=plain)
        | Q(number__startswith=text.strip())
        | Q(email__istartswith=plain)
    )


def find_people(*, viewer: User, text: str) -> QuerySet[Person]:
    """Those the viewer may choose, who have not left, by name."""
    rows = people_visible_to(viewer).filter(archived_at__isnull=True, left_on__isnull=True)
    return search_people(rows, text).order_by("sort_key", "pk")


def find_users(text: str) -> QuerySet[User]:
    """Users who may sign in, by name."""
    rows = User.objects.filter(is_active=True)
    return rows.filter(Q(name__icontains=text) | Q(email__istartswith=text)).order_by("name", "pk")


def positions_on(day: date, *, archived: bool = False) -> QuerySet[Position]:
    """Positions, without archived ones unless asked, with `holder` (a name) and `holder_id` on that day."""
    held = Assignment.objects.on(day).filter(position_id=OuterRef("pk")).order_by("valid_from", "pk")
    found: QuerySet[Position] = Position.objects.select_related("unit")
    if not archived:
        found = found.filter(archived_at__isnull=True)
    return found.annotate(
        holder_id=Subquery(held.values("person_id")[:1]), holder=Subquery(held.values("person__name")[:1])
    )


def find_positions(text: str, on: date) -> QuerySet[Position]:
    """Positions by their own, their unit's or their holder's name on that day."""
    rows = positions_on(on)
    return rows.filter(Q(name__icontains=text) | Q(unit__name__icontains=text) | Q(holder__icontains=text)).order_by(
        "unit__sort_key", "pk"
    )


def person_page(person: Person, day: date) -> PersonPage:
    """Positions held, past and coming, the manager, and who answers to the person on that day."""
    rows = list(
        Assignment.objects.filter(person=person)
        .select_related("position__unit")
        .order_by("-valid_from", "-share_percent", "pk")
    )
    held = [row for row in rows if row.valid_from <= day and (row.valid_until is None or row.valid_until > day)]
    lines = ReportingLine.objects.on(day).filter(position_id__in=[row.position_id for row in held])
    return PersonPage(
        held=held,
        past=[row for row in rows if row.valid_until is not None and row.valid_until <= day],
        coming=[row for row in rows if row.valid_from > day],
        manager=manager_of(person, day),
        reports=list(reports_of(person, day)[:200]),
        lines=list(lines.select_related("manager__unit", "position")),
        user=User.objects.filter(person=person).first(),
    )


def people_in_unit(unit: Unit, day: date) -> list[Assignment]:
    """Who holds which position in the unit on that day; heads first."""
    rows: Any = Assignment.objects.on(day).filter(position__unit=unit).select_related("person", "position")
    leads = Case(When(position__role__in=("manager", "director"), then=Value(0)), default=Value(1))
    return list(rows.annotate(leads=leads).order_by("leads", "person__sort_key", "pk")[:500])


def unit_history(unit: Unit) -> list[UnitPlacement]:
    """Where the unit stood and from when, latest first."""
    return list(UnitPlacement.objects.filter(unit=unit).select_related("parent").order_by("-valid_from"))


def users_with_roles(day: date) -> Any:
    """Users with `two_step` (whether two-step sign-in is on)."""
    from allauth.mfa.models import Authenticator

    totp = Authenticator.objects.filter(user_id=OuterRef("pk"), type=Authenticator.Type.TOTP)
    users: Any = User.objects.select_related("person").annotate(two_step=Exists(totp))
    return users


def role_names(roles: list[str]) -> str:
    """Roles in the reader's language."""
    return ", ".join(role_label(role) for role in roles)


def head_count(day: date) -> int:
    """How many people hold a position on that day."""
    return int(Assignment.objects.on(day).aggregate(n=Count("person", distinct=True))["n"])


def main_label(row: Any) -> str:
    """Unit and position of an annotated person."""
    return " · ".join(part for part in (row.unit_name, row.position_name) if part)
