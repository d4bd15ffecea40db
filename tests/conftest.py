"""What every test may use: the databases, the real data, a browser. The cast of people is in `cast.py`."""

import importlib.util
import os
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# A busy machine is no failure: properties are judged by what they find, not by how long they take.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

pytest_plugins = ["browser"]
if importlib.util.find_spec("cast"):
    pytest_plugins.append("cast")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the chosen database cannot show; a browser run needs its rows committed."""
    on_postgres = os.environ.get("TIJI_TEST_DATABASE_URL", "").startswith("postgres")
    skip_sqlite = pytest.mark.skip(reason="about SQLite only")
    skip_postgres = pytest.mark.skip(reason="about PostgreSQL only")
    for item in items:
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
