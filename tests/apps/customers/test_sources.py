"""The sources that a filter of customers offers: the company's own words, found cheaply, asked only when opened."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from makers_customers import ACME, enter_account
from tiji.shared.words_in_use import _NEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def signed_in(user):
        client.force_login(user)
        return client

    return signed_in


def test_every_source_of_the_company_is_offered_whoever_looks(zoe, rita, company, signed_in):
    enter_account(rita, ACME, source="展会")
    enter_account(zoe, "深圳星海", source="转介绍")
    for viewer in (zoe, rita):
        page = signed_in(viewer).get(reverse("accounts"), {"_filter": "source"}).content.decode()
        assert "展会" in page
        assert "转介绍" in page


def test_the_sources_are_found_along_their_index(company):
    sql = _NEXT.format(table="customers_account", column="source")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN '}{sql}", [50])
        plan = " ".join(str(line) for line in cursor.fetchall())
    assert "account_source" in plan
    assert "Seq Scan" not in plan


def test_a_narrowed_list_reads_no_choices(signed_in, rita, company):
    enter_account(rita, ACME, source="展会")
    client = signed_in(rita)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("accounts"), {"source": "展会"})
    assert not [one["sql"] for one in captured if "RECURSIVE found" in one["sql"]]
