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
    world.grant = RoleGrant.objects.create(user=world.ray, role="auditor", unit=world.company.south, valid_from=LONG_AGO)
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
    no = {who: 404 for who in hidden.split()}
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
