"""Makes the tables of `tables.py` once for a run."""

import pytest
from django.db import connection

from shared.tables import TABLES, Deal, Firm


@pytest.fixture(scope="session")
def test_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        there = connection.introspection.table_names()
        with connection.schema_editor() as editor:
            for table in TABLES:
                if table._meta.db_table not in there:
                    editor.create_model(table)


@pytest.fixture
def tables(test_tables, db):
    """The test's own tables, empty."""


@pytest.fixture
def committed_tables(test_tables, transactional_db):
    """The same for a test that commits; flushing does not know of them."""
    yield
    Deal.objects.all().delete()
    Firm.objects.all().delete()
