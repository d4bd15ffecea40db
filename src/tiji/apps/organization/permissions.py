"""Who may do what to the organisation."""

from typing import Any

from tiji.apps.organization.models import Person, Role, RoleGrant, Unit, User
from tiji.apps.organization.selectors.scope import scope_of

SHAPES_UNITS = (Role.ADMINISTRATOR, Role.SALES_OPERATIONS, Role.HR)
SHAPES_PEOPLE = (Role.ADMINISTRATOR, Role.SALES_OPERATIONS, Role.HR)
READS_PEOPLE = (*SHAPES_PEOPLE, Role.DIRECTOR, Role.FINANCE, Role.AUDITOR)


def holds(actor: Any, *roles: str) -> bool:
    """Whether the actor has signed in, may, and holds one of these roles for the whole company."""
    return isinstance(actor, User) and actor.is_active and scope_of(actor).has(*roles)


def can_manage_units(actor: Any, unit: Unit | None = None) -> bool:
    """Make, rename, move and archive units: administrators, sales operations, HR."""
    return holds(actor, *SHAPES_UNITS)


def can_manage_people(actor: Any, person: Person | None = None) -> bool:
    """Hire, assign, move and let go: administrators, sales operations, HR."""
    return holds(actor, *SHAPES_PEOPLE)


def can_view_people(actor: Any) -> bool:
    """See everybody in the company, not only those of one's own scope."""
    return holds(actor, *READS_PEOPLE)


def can_view_person(actor: Any, person: Person) -> bool:
    """See somebody's page: oneself, those in one's scope, everybody for those who look after people."""
    return (
        isinstance(actor, User)
        and actor.is_active
        and (can_view_people(actor) or scope_of(actor).sees_person(person.pk))
    )


def can_view_organization(actor: Any) -> bool:
    """See the unit tree, positions and who leads what: everybody who works here."""
    return isinstance(actor, User) and actor.is_active


def can_manage_users(actor: Any) -> bool:
    """Invite, deactivate and set passwords: administrators."""
    return holds(actor, Role.ADMINISTRATOR)


def can_view_users(actor: Any) -> bool:
    """See who may sign in and with which roles: administrators and auditors."""
    return holds(actor, Role.ADMINISTRATOR, Role.AUDITOR)


def can_manage_roles(actor: Any) -> bool:
    """Give and take roles and access: administrators."""
    return holds(actor, Role.ADMINISTRATOR)


def can_revoke_role(actor: Any, grant: RoleGrant) -> bool:
    """Nobody takes his own administrator role: the company would lock itself out."""
    return can_manage_roles(actor) and not (grant.user_id == actor.pk and grant.role == Role.ADMINISTRATOR)


def can_deactivate_user(actor: Any, user: User) -> bool:
    """Nobody deactivates himself."""
    return can_manage_users(actor) and user.pk != actor.pk


def can_manage_company(actor: Any) -> bool:
    """Company settings: administrators."""
    return holds(actor, Role.ADMINISTRATOR)


def can_manage_calendar(actor: Any) -> bool:
    """Working days against the country's calendar: administrators, sales operations, HR."""
    return holds(actor, Role.ADMINISTRATOR, Role.SALES_OPERATIONS, Role.HR)


def can_view_company(actor: Any) -> bool:
    """See the company's settings and calendar: those who look after them, directors and auditors."""
    return holds(actor, Role.ADMINISTRATOR, Role.SALES_OPERATIONS, Role.HR, Role.DIRECTOR, Role.AUDITOR)


def can_read_audit(actor: Any) -> bool:
    """Read and verify the audit log: auditors and administrators."""
    return holds(actor, Role.AUDITOR, Role.ADMINISTRATOR)
