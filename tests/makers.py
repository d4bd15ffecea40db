"""Makers of small true things for tests, with plain defaults. Dates are ISO text, amounts are text."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.customers.models import Account
from tiji.apps.customers.models.search import grams
from tiji.apps.organization.models import (
    Assignment,
    Company,
    Person,
    Position,
    Role,
    RoleGrant,
    Unit,
    UnitPath,
    UnitPlacement,
    User,
)
from tiji.kernel.money import Money

LONG_AGO = date(2020, 1, 1)
TODAY = date(2026, 11, 18)
PASSWORD = "correct horse battery"
_numbers = count(1)


def day(text: str | date) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def moment(text: str | datetime) -> datetime:
    """A moment in UTC; a bare date means 02:00 UTC, ten in the morning in Shanghai."""
    if isinstance(text, datetime):
        return text
    if len(text) == 10:
        text += "T02:00:00"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cny(text: str | int) -> Money:
    return Money(Decimal(text), "CNY")


def make_company(**fields: Any) -> Company:
    defaults = {"name": "华岳智控", "name_en": "Huayue Controls", "currency": "CNY", "fiscal_start_month": 1}
    return Company.objects.update_or_create(pk=1, defaults={**defaults, **fields})[0]


def make_unit(name: str, parent: Unit | None = None, *, valid_from: str | date = LONG_AGO, **fields: Any) -> Unit:
    kind = Unit.Kind.COMPANY if parent is None else Unit.Kind.TEAM
    unit = Unit.objects.create(**{"name": name, "kind": kind, "sort_key": name, **fields})
    start = day(valid_from)
    UnitPlacement.objects.create(unit=unit, parent=parent, valid_from=start)
    paths = [UnitPath(ancestor=unit, unit=unit, depth=0, valid_from=start)]
    if parent:
        above = UnitPath.objects.filter(unit=parent)
        paths += [
            UnitPath(
                ancestor=path.ancestor,
                unit=unit,
                depth=path.depth + 1,
                valid_from=max(start, path.valid_from),
                valid_until=path.valid_until,
            )
            for path in above
            if path.valid_until is None or path.valid_until > start
        ]
    UnitPath.objects.bulk_create(paths)
    return unit


def make_person(
    name: str,
    unit: Unit | None = None,
    role: str = Role.REP,
    *,
    valid_from: str | date = LONG_AGO,
    valid_until: str | date | None = None,
    sign_in: bool = True,
    **fields: Any,
) -> Person:
    person = Person.objects.create(**{"name": name, "sort_key": name.lower(), "hired_on": LONG_AGO, **fields})
    if unit is not None:
        assign(person, unit, role, valid_from=valid_from, valid_until=valid_until)
    if sign_in:
        make_user(name, person=person)
    return person


def assign(
    person: Person,
    unit: Unit,
    role: str = Role.REP,
    *,
    valid_from: str | date = LONG_AGO,
    valid_until: str | date | None = None,
) -> Assignment:
    position = Position.objects.create(name=f"{role} {next(_numbers)}", unit=unit, role=role)
    end = day(valid_until) if valid_until else None
    return Assignment.objects.create(person=person, position=position, valid_from=day(valid_from), valid_until=end)


def make_user(name: str, *, person: Person | None = None, role: str = "", unit: Unit | None = None) -> User:
    user = User.objects.create_user(email=f"{name.lower()}@example.com", password=PASSWORD, name=name, person=person)
    if role:
        RoleGrant.objects.create(user=user, role=role, unit=unit, valid_from=LONG_AGO)
    return user


def make_account(name: str, owner: Person | None, **fields: Any) -> Account:
    return Account.objects.create(
        **{
            "number": f"KH-{next(_numbers):06d}",
            "name": name,
            "owner": owner,
            "created_at": moment("2025-01-06"),
            "sort_key": name.lower(),
            "search_key": name.lower(),
            "search_grams": grams(name.lower()),
            **fields,
        }
    )


def make_product(code: str, line: ProductLine | None = None, **fields: Any) -> Product:
    if line is None:
        line, _made = ProductLine.objects.get_or_create(code="EC", defaults={"name": "边缘控制器", "name_en": "Edge"})
    return Product.objects.create(
        **{"code": code, "name": code, "line": line, "currency": "CNY", "sort_key": code.lower(), **fields}
    )
