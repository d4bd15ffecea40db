"""The fixed cast of the tests: rita sells, max leads her team, fiona books money, zoe is elsewhere.

The company has two regions. East has team Suzhou with rita and ray under max, and erin leads all of East; South has
team Shenzhen with zoe under milo. Fixtures return the user; his person is `user.person`.
"""

from types import SimpleNamespace

import pytest

from makers import make_company, make_person, make_unit, make_user
from tiji.apps.organization.models import Role, User


@pytest.fixture
def company(db):
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


def _user(name: str, unit: object, role: str) -> User:
    return make_person(name, unit, role).user  # type: ignore[arg-type]


@pytest.fixture
def rita(company) -> User:
    """Sells in Suzhou."""
    return _user("Rita", company.suzhou, Role.REP)


@pytest.fixture
def ray(company) -> User:
    """Sells in Suzhou too."""
    return _user("Ray", company.suzhou, Role.REP)


@pytest.fixture
def max_(company) -> User:
    """Leads Suzhou."""
    return _user("Max", company.suzhou, Role.MANAGER)


@pytest.fixture
def erin(company) -> User:
    """Leads all of East."""
    return _user("Erin", company.east, Role.MANAGER)


@pytest.fixture
def zoe(company) -> User:
    """Sells in Shenzhen, elsewhere."""
    return _user("Zoe", company.shenzhen, Role.REP)


@pytest.fixture
def milo(company) -> User:
    """Leads Shenzhen."""
    return _user("Milo", company.shenzhen, Role.MANAGER)


@pytest.fixture
def petra(company) -> User:
    """Product manager; her product lines are granted by the test."""
    return _user("Petra", company.root, Role.PRODUCT_MANAGER)


@pytest.fixture
def olaf(company) -> User:
    """Sales operations."""
    return _user("Olaf", company.root, Role.SALES_OPERATIONS)


@pytest.fixture
def fiona(company) -> User:
    """Books money."""
    return _user("Fiona", company.root, Role.FINANCE)


@pytest.fixture
def hanna(company) -> User:
    """HR."""
    return _user("Hanna", company.root, Role.HR)


@pytest.fixture
def dora(company) -> User:
    """Sales director."""
    return _user("Dora", company.root, Role.DIRECTOR)


@pytest.fixture
def axel(company) -> User:
    """Auditor, who is nobody's colleague: a role without a person."""
    return make_user("Axel", role=Role.AUDITOR)


@pytest.fixture
def adam(company) -> User:
    """Administrator."""
    return make_user("Adam", role=Role.ADMINISTRATOR)
