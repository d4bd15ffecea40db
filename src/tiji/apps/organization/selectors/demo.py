"""The demo company's one-click sign-in: one user for each role."""

from datetime import date

from django.conf import settings

from tiji.apps.organization.models import Assignment, Company, Role, RoleGrant, User


def is_demo() -> bool:
    """Whether this server may let anybody into a demo company: demo mode is on and the company is one."""
    return bool(settings.DEMO_MODE) and Company.objects.filter(is_demo=True).exists()


def demo_user(role: str, on: date) -> User | None:
    """Who shows a role on a day: whoever has held it longest, by position or by a grant for the whole company."""
    if role not in Role.values:
        return None
    seat = (
        Assignment.objects.on(on)
        .filter(position__role=role, person__user__is_active=True, person__left_on__isnull=True)
        .order_by("valid_from", "pk")
        .first()
    )
    if seat is not None:
        return User.objects.get(person_id=seat.person_id)
    grants = RoleGrant.objects.on(on).filter(role=role, unit__isnull=True, user__is_active=True)
    grant = grants.select_related("user").order_by("valid_from", "pk").first()
    shown: User | None = grant.user if grant is not None else None
    return shown
