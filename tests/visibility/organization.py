"""Who may open the doors of the organisation room."""

from datetime import date
from types import SimpleNamespace

from makers import LONG_AGO, assign
from tiji.apps.organization.models import Position, RoleGrant
from tiji.shared.models import AuditEntry
from visibility.doors import EVERYBODY, api, page, post, public

SHAPERS = "adam olaf hanna"
ADMIN = "adam"
SEE_ALL_PEOPLE = "adam olaf hanna dora fiona axel"
SEE_RITA = f"{SEE_ALL_PEOPLE} rita max_ erin"
COMPANY = "adam olaf hanna dora axel"
USERS = "adam axel"
JANUARY = date(2027, 1, 1)


def build(world: SimpleNamespace) -> None:
    world.rita_seat = world.rita.person.assignments.get()
    world.coming = assign(world.rita.person, world.company.shenzhen, valid_from="2099-01-01")
    world.vacant = Position.objects.create(name="空岗", unit=world.company.suzhou)
    world.grant = RoleGrant.objects.create(
        user=world.ray, role="auditor", unit=world.company.south, valid_from=LONG_AGO
    )
    world.entry = AuditEntry.objects.create(
        at="2026-11-18T02:00:00Z", actor_label="Adam", door="page", action="unit.moved", object_type="organization.unit"
    )


def suzhou(world: SimpleNamespace) -> list[int]:
    return [world.company.suzhou.pk]


def rita(world: SimpleNamespace) -> list[int]:
    return [world.rita.person_id]


def ray_user(world: SimpleNamespace) -> list[int]:
    return [world.ray.pk]


def form(may: str, args=None, hidden: str = "") -> tuple:
    """A dialog: GET shows it, POST takes it; those in `hidden` do not even know the thing."""
    no = dict.fromkeys(hidden.split(), 404)
    return (page(may, args=args, but=no), post(may, args=args, but=no))


CANNOT_SEE_RITA = "ray zoe milo petra"

PAGES = {
    "organization": page(EVERYBODY),
    "units": page(EVERYBODY),
    "unit": page(EVERYBODY, args=suzhou),
    "unit_new": form(SHAPERS),
    "unit_edit": form(SHAPERS, suzhou),
    "unit_move": form(SHAPERS, suzhou),
    "unit_move_preview": page(SHAPERS, args=suzhou),
    "unit_archive": form(SHAPERS, suzhou),
    "people": page(EVERYBODY),
    "person_new": form(SHAPERS),
    "person_lookup": page(EVERYBODY, query="q=r"),
    "person": page(SEE_RITA, no=404, args=rita),
    "person_edit": form(SHAPERS, rita, CANNOT_SEE_RITA),
    "person_move": form(SHAPERS, rita, CANNOT_SEE_RITA),
    "person_assign": form(SHAPERS, rita, CANNOT_SEE_RITA),
    "person_leave": form(SHAPERS, rita, CANNOT_SEE_RITA),
    "person_return": form(SHAPERS, rita, CANNOT_SEE_RITA),
    "assignment_end": form(SHAPERS, lambda w: [w.rita_seat.pk]),
    "assignment_cancel": form(SHAPERS, lambda w: [w.coming.pk]),
    "position_line": form(SHAPERS, lambda w: [w.rita_seat.pk]),
    "positions": page(EVERYBODY),
    "position_new": form(SHAPERS),
    "position_lookup": page(EVERYBODY, query="q=r"),
    "position_edit": form(SHAPERS, lambda w: [w.vacant.pk]),
    "position_archive": form(SHAPERS, lambda w: [w.vacant.pk]),
    "users": page(USERS),
    "user_lookup": page(USERS, query="q=r"),
    "user_invite": form(ADMIN),
    "user_edit": form(ADMIN, ray_user),
    "user_password": form(ADMIN, ray_user),
    "user_deactivate": form(ADMIN, ray_user),
    "user_reactivate": form(ADMIN, ray_user),
    "access": page(USERS),
    "role_grant": form(ADMIN),
    "role_revoke": form(ADMIN, lambda w: [w.grant.pk]),
    "settings": page(COMPANY),
    "company_edit": form(ADMIN),
    "calendar_day_set": form(SHAPERS),
    "calendar_day_clear": form(SHAPERS, lambda w: ["2026-10-08"]),
    "audit": page(USERS),
    "audit_log": page(USERS),
    "audit_entry": page(USERS, args=lambda w: [w.entry.pk]),
    "audit_verify": post(USERS),
    "profile": page(EVERYBODY),
    "me": page(EVERYBODY),
    "preferences_save": post(EVERYBODY),
    "demo_sign_in": public(method="POST", ok=404, data={"role": "rep"}),
    "closed_sign_up": public(ok=404),
    "closed_email": public(ok=404),
}


def one(name: str, value) -> dict:
    return {name: value}


SUZHOU = one("unit_id", lambda w: w.company.suzhou.pk)
RITA = one("person_id", lambda w: w.rita.person_id)
VACANT = one("position_id", lambda w: w.vacant.pk)
RAY = one("user_id", lambda w: w.ray.pk)
HIDDEN = dict.fromkeys(CANNOT_SEE_RITA.split(), 404)
MOVE = {"unit_id": 1, "on": "2027-01-01"}

OPERATIONS = {
    "GET /units": api(EVERYBODY),
    "POST /units": api(SHAPERS, body={"name": "X", "parent_id": 999_999, "valid_from": "2027-01-01"}),
    "GET /units/{unit_id}": api(EVERYBODY, args=SUZHOU),
    "PATCH /units/{unit_id}": api(SHAPERS, body={"code": "SZ"}, args=SUZHOU),
    "POST /units/{unit_id}/move": api(SHAPERS, body={"parent_id": 999_999, "on": "2027-01-01"}, args=SUZHOU),
    "POST /units/{unit_id}/archive": api(SHAPERS, body={"on": "2027-01-01"}, args=SUZHOU),
    "GET /units/{unit_id}/move-preview": api(SHAPERS, query="parent_id=999999&on=2027-01-01", args=SUZHOU),
    "GET /units/{unit_id}/history": api(EVERYBODY, args=SUZHOU),
    "GET /positions": api(EVERYBODY),
    "POST /positions": api(SHAPERS, body={"unit_id": 999_999, "role": "rep"}),
    "GET /positions/{position_id}": api(EVERYBODY, args=VACANT),
    "PATCH /positions/{position_id}": api(SHAPERS, body={"grade": "P5"}, args=VACANT),
    "POST /positions/{position_id}/archive": api(SHAPERS, args=VACANT),
    "GET /positions/{position_id}/reporting-lines": api(EVERYBODY, args=VACANT),
    "POST /positions/{position_id}/reporting-lines": api(SHAPERS, body={"on": "2027-01-01"}, args=VACANT),
    "GET /people": api(EVERYBODY),
    "POST /people": api(SHAPERS, body={"name": "X", "hired_on": "2027-01-01", "unit_id": 999_999, "role": "rep"}),
    "GET /people/{person_id}": api(SEE_RITA, no=404, args=RITA),
    "PATCH /people/{person_id}": api(SHAPERS, body={"phone": "1"}, args=RITA, but=HIDDEN),
    "GET /people/{person_id}/assignments": api(SEE_RITA, no=404, args=RITA),
    "POST /people/{person_id}/assignments": api(
        SHAPERS, body={"position_id": 999_999, "on": "2027-01-01"}, args=RITA, but=HIDDEN
    ),
    "POST /people/{person_id}/move": api(SHAPERS, body=MOVE, args=RITA, but=HIDDEN),
    "POST /people/{person_id}/leave": api(SHAPERS, body={"on": "2027-01-01"}, args=RITA, but=HIDDEN),
    "POST /people/{person_id}/return": api(
        SHAPERS, body={"position_id": 999_999, "on": "2027-01-01"}, args=RITA, but=HIDDEN
    ),
    "GET /people/{person_id}/reports": api(SEE_RITA, no=404, args=RITA),
    "POST /assignments/{assignment_id}/cancel": api(
        SHAPERS, args=one("assignment_id", lambda w: w.coming.pk), but=HIDDEN
    ),
    "POST /assignments/{assignment_id}/end": api(
        SHAPERS, body={"on": "2027-01-01"}, args=one("assignment_id", lambda w: w.rita_seat.pk), but=HIDDEN
    ),
    "GET /users": api(USERS),
    "POST /users": api(ADMIN, body={"email": "nobody"}),
    "GET /users/{user_id}": api(USERS, args=RAY),
    "PATCH /users/{user_id}": api(ADMIN, body={"name": "Ray"}, args=RAY),
    "POST /users/{user_id}/password": api(ADMIN, body={"password": "short"}, args=RAY),
    "POST /users/{user_id}/deactivate": api(ADMIN, args=RAY),
    "POST /users/{user_id}/reactivate": api(ADMIN, args=RAY),
    "GET /roles": api(USERS),
    "POST /roles": api(ADMIN, body={"user_id": 999_999, "role": "hr", "on": "2027-01-01"}),
    "POST /roles/{grant_id}/revoke": api(ADMIN, body={"on": "2027-01-01"}, args=one("grant_id", lambda w: w.grant.pk)),
    "GET /me/preferences": api(EVERYBODY),
    "PATCH /me/preferences": api(EVERYBODY, body={"theme": "dark"}),
    "GET /company": api(COMPANY),
    "PATCH /company": api(ADMIN, body={"name_en": "X"}),
    "GET /calendar/years/{year}": api(COMPANY, args=one("year", 2026)),
    "GET /calendar/days": api(EVERYBODY),
    "PUT /calendar/days/{day}": api(SHAPERS, body={"is_workday": True}, args=one("day", "2026-10-08")),
    "DELETE /calendar/days/{day}": api(SHAPERS, args=one("day", "2026-10-08")),
    "GET /audit": api(USERS),
    "POST /audit/verify": api(USERS),
    "GET /audit/{entry_id}": api(USERS, args=one("entry_id", lambda w: w.entry.pk)),
}
