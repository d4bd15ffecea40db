"""The facts over the API name the customer and the document as far as the caller may see them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from makers import assign, make_account, moment
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from makers_targets import key_of

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def signed_in(client):
    def signed_in(user):
        client.force_login(user)
        return client

    return signed_in


def facts_by_api(user, signed_in, **asked):
    return signed_in(user).get("/api/v1/attainment/facts", asked).json()["items"]


def test_the_api_names_customer_and_document_of_a_fact(company, rita, fiona, signed_in):
    account = make_account("天衡重工", rita.person)
    contract = make_signed_contract(rita, account, "70.05", "2026-10-10")
    make_invoice(fiona, account, "50", issued_on="2026-10-11", due_on="2026-10-11")
    receipt = make_receipt(fiona, account, "50", "2026-10-12")
    (signed,) = facts_by_api(rita, signed_in, measure="signed", period="2026-Q4")
    (cash,) = facts_by_api(rita, signed_in, measure="cash", period="2026-Q4")
    customer = {"id": account.pk, "name": "天衡重工"}
    link = reverse("contract", args=[contract.pk])
    assert signed["account"] == cash["account"] == customer
    assert signed["document"] == {"kind": "contract", "id": contract.pk, "number": contract.number, "link": link}
    assert (cash["source"], cash["document"]["kind"], cash["document"]["number"]) == (
        "application",
        "receipt",
        receipt.number,
    )


def test_the_api_names_nothing_that_the_page_hides(company, rita, max_, zoe, signed_in):
    contract = make_signed_contract(rita, make_account("天衡重工", rita.person), "70", "2026-10-10")
    contract.account.owner = zoe.person
    contract.account.save()
    rita.person.assignments.update(valid_until="2026-11-01")
    assign(rita.person, company.shenzhen, valid_from="2026-11-01")
    (fact,) = facts_by_api(max_, signed_in, subject=key_of(company.suzhou), period="2026-Q4")
    assert (Decimal(fact["amount"]), fact["account"], fact["document"]) == (70, None, None)


@pytest.mark.parametrize("count", [1, 6])
def test_customers_and_documents_of_a_page_of_facts_cost_one_query(company, rita, max_, signed_in, count):
    for at in range(count):
        make_signed_contract(rita, make_account(f"客户 {at}", rita.person), "70", "2026-10-10")
    client = signed_in(max_)
    asked = {"subject": key_of(company.suzhou), "period": "2026-Q4"}
    client.get("/api/v1/attainment/facts", asked)
    with CaptureQueriesContext(connection) as seen:
        assert len(client.get("/api/v1/attainment/facts", asked).json()["items"]) == count
    own = [query["sql"] for query in seen if "customers_account" in query["sql"].split("WHERE")[0]]
    assert len(own) == 1
