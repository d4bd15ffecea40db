"""Every page that there is asks the database a few times: a new page is counted as soon as it has its line."""

from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from test_every_page import CASES, viewer
from test_visibility import PAGES, _url, world  # noqa: F401

MOST_QUERIES = 14
MORE = {"target_support": 15}  # three cards, each with its own rows


@pytest.mark.parametrize(("name", "place"), CASES)
def test_a_page_costs_few_queries(world: SimpleNamespace, name: str, place: int) -> None:  # noqa: F811
    door = PAGES[name][place]
    client = Client()
    with transaction.atomic():
        client.force_login(getattr(world, viewer(name, door)))
        url = _url(name, door, world)
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        transaction.set_rollback(True)
    told = "\n".join(query["sql"][:160] for query in asked.captured_queries)
    assert len(asked) <= MORE.get(name, MOST_QUERIES), f"{url} asks {len(asked)} times\n{told}"
