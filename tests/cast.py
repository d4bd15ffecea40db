"""The fixed cast of the tests: rita sells, max leads her team, fiona books money, zoe is elsewhere.

The company has two regions. East has team Suzhou with rita and ray under max, and erin leads all of East; South has
team Shenzhen with zoe under milo. Fixtures return the user; his person is `user.person`.
"""

from types import SimpleNamespace

import pytest

from makers import make_company, make_person, make_unit, make_user
from tiji.apps.organization.models import Role, User


def found_company() -> SimpleNamespace:
    """The company with its units: `company.east`, `.suzhou`, `.south`, `.shenzhen`, `.root`, `.record`."""
    record = make_company()
    root = make_unit("华岳智控")
    east = make_unit("华东大区", root, kind="region")
    south = make_unit("华南大区", root, kind="region")
    return SimpleNamespace(
        record=record,
        root=root,
        east=east,
        south=south,
        suzhou=make_unit("苏州组", east),
        shenzhen=make_unit("深圳组", south),
    )


# Name → unit and role of a colleague; a role without a unit is nobody's colleague: an account without a person.
CAST = {
    "rita": ("suzhou", Role.REP),
    "ray": ("suzhou", Role.REP),
    "max_": ("suzhou", Role.MANAGER),
    "erin": ("east", Role.MANAGER),
    "zoe": ("shenzhen", Role.REP),
    "milo": ("shenzhen", Role.MANAGER),
    "petra": ("root", Role.PRODUCT_MANAGER),
    "olaf": ("root", Role.SALES_OPERATIONS),
    "fiona": ("root", Role.FINANCE),
    "hanna": ("root", Role.HR),
    "dora": ("root", Role.DIRECTOR),
    "axel": ("", Role.AUDITOR),
    "adam": ("", Role.ADMINISTRATOR),
    "dirk": ("", Role.DIRECTOR),
}
# Whose role reaches over a unit and all below, and not over the company by itself.
OVER = {"dirk": "root"}


def hire(key: str, company: SimpleNamespace) -> User:
    """One of the cast."""
    unit, role = CAST[key]
    name = key.strip("_").title()
    if not unit:
        return make_user(name, role=role, unit=getattr(company, OVER[key]) if key in OVER else None)
    return make_person(name, getattr(company, unit), role).user  # type: ignore[return-value]


@pytest.fixture
def company(db):
    """The company of one test."""
    return found_company()


@pytest.fixture
def rita(company) -> User:
    """Sells in Suzhou."""
    return hire("rita", company)


@pytest.fixture
def ray(company) -> User:
    """Sells in Suzhou too."""
    return hire("ray", company)


@pytest.fixture
def max_(company) -> User:
    """Leads Suzhou."""
    return hire("max_", company)


@pytest.fixture
def erin(company) -> User:
    """Leads all of East."""
    return hire("erin", company)


@pytest.fixture
def zoe(company) -> User:
    """Sells in Shenzhen, elsewhere."""
    return hire("zoe", company)


@pytest.fixture
def milo(company) -> User:
    """Leads Shenzhen."""
    return hire("milo", company)


@pytest.fixture
def petra(company) -> User:
    """Product manager; her product lines are granted by the test."""
    return hire("petra", company)


@pytest.fixture
def olaf(company) -> User:
    """Sales operations."""
    return hire("olaf", company)


@pytest.fixture
def fiona(company) -> User:
    """Books money."""
    return hire("fiona", company)


@pytest.fixture
def hanna(company) -> User:
    """HR."""
    return hire("hanna", company)


@pytest.fixture
def dora(company) -> User:
    """Sales director."""
    return hire("dora", company)


@pytest.fixture
def axel(company) -> User:
    """Auditor, who is nobody's colleague: a role without a person."""
    return hire("axel", company)


@pytest.fixture
def adam(company) -> User:
    """Administrator."""
    return hire("adam", company)


@pytest.fixture
def dirk(company) -> User:
    """Directs the top unit and all below by a role that was given to him; he is nobody's colleague."""
    return hire("dirk", company)
