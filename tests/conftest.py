"""What every test may use: the databases, the real data, a browser. The cast of people is in `cast.py`."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
# The kernel knows no database.
KERNEL = ROOT / "tests" / "kernel"

# A busy machine is no failure: properties are judged by what they find, not by how long they take.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

pytest_plugins = ["browser"]
if importlib.util.find_spec("cast"):
    pytest_plugins.append("cast")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the chosen database cannot show; mark what one database is enough for: a browser, the kernel."""
    on_postgres = os.environ.get("TIJI_TEST_DATABASE_URL", "").startswith("postgres")
    skip_sqlite = pytest.mark.skip(reason="about SQLite only")
    skip_postgres = pytest.mark.skip(reason="about PostgreSQL only")
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if KERNEL in item.path.parents:
            item.add_marker(pytest.mark.once)
        if on_postgres and item.get_closest_marker("sqlite_only"):
            item.add_marker(skip_sqlite)
        if not on_postgres and item.get_closest_marker("postgres_only"):
            item.add_marker(skip_postgres)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real exports (`TIJI_TEST_DATA`, by default `shared/` beside the repository)."""
    folder = Path(os.environ.get("TIJI_TEST_DATA", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("no real data here: set TIJI_TEST_DATA to the folder that holds data/")
    return folder


@pytest.fixture
def vendor(db: None) -> str:
    """The database this run is on: `sqlite` or `postgresql`."""
    return connection.vendor


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """The test database, also for a run in which only fixtures of a module touch it."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        _end_other_sessions()
        teardown_databases(made, verbosity=0)


def _end_other_sessions() -> None:
    """PostgreSQL drops no database that a thread of some test still holds open."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that fixtures of a module make once for all its tests; they are taken back after the last of them.

    Each test takes back what it changes itself. A module that uses this must not use `db`.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
