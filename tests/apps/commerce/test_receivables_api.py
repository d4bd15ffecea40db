"""What is owed, over REST: the same in sums, over time, by owner and as a list."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import make_account
from makers_commerce import make_invoice, make_receipt


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


@pytest.fixture
def call(client):
    def call(user, path):
        client.force_login(user)
        return client.get(f"/api/v1{path}")

    return call


def test_the_age_of_what_is_owed_is_the_same_in_sum_trend_owners_and_list(call, fiona, rita, acme):
    for amount, due in (("100.00", "2026-01-10"), ("40.00", "2026-02-20"), ("7.00", "2026-04-01")):
        make_invoice(fiona, acme, amount, due_on=due, issued_on="2026-01-05")
    make_receipt(fiona, acme, "25.00", "2026-02-01")
    asked = "as_of=2026-03-01"
    board = call(rita, f"/receivables?{asked}").json()
    # On 1 March: 100 − 25 is 50 days late, 40 is 9 days late, 7 is not due.
    assert [one["amount"] for one in board["buckets"]] == ["7.0000", "40.0000", "75.0000", "0.0000", "0.0000"]
    assert (board["total"], board["overdue"]) == ("122.0000", "115.0000")
    trend = call(rita, f"/receivables/trend?{asked}").json()
    assert [(row["on"], row["total"]) for row in trend[-3:]] == [
        ("2026-01-31", "147.0000"),
        ("2026-02-28", "122.0000"),
        ("2026-03-01", "122.0000"),
    ]
    owners = call(rita, f"/receivables/owners?{asked}").json()
    assert owners == [
        {
            "owner_id": rita.person_id,
            "overdue": "115.0000",
            "amounts": ["40.0000", "75.0000", "0.0000", "0.0000"],
        }
    ]


def test_invoices_are_found_by_age_as_on_the_list(call, client, fiona, acme):
    today = timezone.localdate()
    late = {days: make_invoice(fiona, acme, "5.00", due_on=today - timedelta(days=days)) for days in (0, 30, 31, 91)}
    for age, days in (("not due", 0), ("1-30", 30), ("31-60", 31), ("91%2B", 91)):
        rows = call(fiona, f"/invoices?age={age}").json()["items"]
        assert [row["id"] for row in rows] == [late[days].pk]
        shown = client.get(f"{reverse('invoices')}?age={age}").content.decode()
        assert [number for number in (one.number for one in late.values()) if number in shown] == [late[days].number]
