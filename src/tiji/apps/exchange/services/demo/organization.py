"""Units, people and users of the demo company."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tiji.apps.exchange.demo.people import ROOT
from tiji.apps.exchange.demo.world import PersonRow as SimulatedPerson
from tiji.apps.exchange.demo.world import World
from tiji.apps.organization.models import Person, Role, Unit, User
from tiji.apps.organization.services.access import grant_role
from tiji.apps.organization.services.bulk import PersonRow, UnitRow, hire_people, place_units
from tiji.apps.organization.services.founding import found_company
from tiji.apps.organization.services.users import UserRow, invite_users

SOURCE = "demo"
DOMAIN = "demo.example"
PASSWORD = "tiji-demo-2026"  # noqa: S105  shown on the demo's own sign-in page
# Those who have a sign-in of their own: shared seats, heads, and the reps the stories are told of.
SIGNED_IN_SEATS = 2


@dataclass(frozen=True)
class Staff:
    """Simulated keys → stored rows."""

    administrator: User
    units: dict[str, Unit]
    people: dict[str, Person]


def store_organization(world: World) -> Staff:
    """The company with its tree and its people, as they moved over time."""
    founded = found_company(
        name="华岳智控",
        name_en="Huayue Controls",
        currency="CNY",
        fiscal_start_month=1,
        administrator_email=f"administrator@{DOMAIN}",
        administrator_name="许可欣",
        password=PASSWORD,
        is_demo=True,
    )
    admin = founded.administrator
    units = {ROOT: founded.root} | _units(world, admin)
    people = _people(world, admin, units)
    _users(world, admin, people)
    return Staff(admin, units, people)


def _units(world: World, admin: User) -> dict[str, Unit]:
    def row(unit_key: str, parent: str | None, since: date = UnitRow.valid_from) -> UnitRow:
        unit = next(unit for unit in world.units if unit.key == unit_key)
        return UnitRow(
            key=unit.key,
            name=unit.name,
            name_en=unit.name_en,
            parent_key=None if parent == ROOT else parent,
            kind=unit.kind,
            team_type=unit.team_type,
            valid_from=since,
        )

    placed = place_units(
        actor=admin, rows=[row(unit.key, unit.parent) for unit in world.units if unit.key != ROOT], source=SOURCE
    )
    moves = [(on, unit.key, parent) for unit in world.units for on, parent in unit.moves]
    for on, key, parent in sorted(moves):
        place_units(actor=admin, rows=[row(key, parent, on)], source=SOURCE)
    return placed


def _people(world: World, admin: User, units: dict[str, Unit]) -> dict[str, Person]:
    def row(person: SimulatedPerson, place: int) -> PersonRow:
        since, unit, role, title = person.places[place]
        return PersonRow(
            key=person.key,
            name=person.name,
            unit=units[unit],
            role=role,
            position=title,
            email=email_of(person),
            number=f"HY{1001 + list(world.people).index(person.key)}",
            hired_on=person.hired_on,
            left_on=person.left_on,
            assigned_on=since,
        )

    people = hire_people(actor=admin, rows=[row(person, 0) for person in world.people.values()], source=SOURCE)
    movers = [person for person in world.people.values() if len(person.places) > 1]
    if movers:
        people |= hire_people(actor=admin, rows=[row(person, 1) for person in movers], source=SOURCE)
    return people


def _users(world: World, admin: User, people: dict[str, Person]) -> None:
    rows = [
        UserRow(email=email_of(person), name=person.name, person=people[person.key], password=PASSWORD)
        for person in _with_sign_in(world.people.values())
    ]
    auditor = UserRow(email=f"auditor@{DOMAIN}", name="严正清", password=PASSWORD)
    *_users, axel = invite_users(actor=admin, rows=[*rows, auditor])
    grant_role(actor=admin, user=axel, role=Role.AUDITOR, on=world.start - timedelta(days=365))


def _with_sign_in(people: Iterable[SimulatedPerson]) -> list[SimulatedPerson]:
    return [person for person in people if person.left_on is None]


def email_of(person: SimulatedPerson) -> str:
    """The address a person of the demo company signs in with."""
    return f"{person.key.lower()}@{DOMAIN}"
