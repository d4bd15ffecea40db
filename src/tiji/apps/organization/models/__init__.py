from tiji.apps.organization.models.access import AccessGrant, AccessKind, Role, RoleGrant
from tiji.apps.organization.models.company import CalendarDay, Company
from tiji.apps.organization.models.people import Assignment, Person, Position, ReportingLine
from tiji.apps.organization.models.units import BEGINNING, Unit, UnitPath, UnitPlacement
from tiji.apps.organization.models.users import User

__all__ = [
    "BEGINNING",
    "AccessGrant",
    "AccessKind",
    "Assignment",
    "CalendarDay",
    "Company",
    "Person",
    "Position",
    "ReportingLine",
    "Role",
    "RoleGrant",
    "Unit",
    "UnitPath",
    "UnitPlacement",
    "User",
]
