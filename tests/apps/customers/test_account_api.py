"""Customers over REST: the same rows, rules and refusals as on the pages."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makers import make_account
from makers_customers import ACME, ACME_CODE, enter_account, enter_contact, fill_accounts, make_places
from tiji.apps.customers.models import Account

pytestmark = pytest.mark.django_db
BASE = "/api/v1"


@pytest.fixture
def call(client):
    def call(user, method, path, body=None, **headers):
        client.force_login(user)
        client.cookies["tiji_language"] = "en"
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(BASE + path, **data, **headers)

    return call


def test_the_list_holds_what_one_sees_by_name(rita, zoe, max_, call):
    for user, name in [(rita, "乙有限公司"), (rita, "甲有限公司"), (zoe, "丙有限公司")]:
        enter_account(user, name)
    answer = call(max_, "get", "/accounts").json()
    assert [row["name"] for row in answer["items"]] == ["甲有限公司", "乙有限公司"]
    assert call(max_, "get", "/accounts?q=jia").json()["items"][0]["name"] == "甲有限公司"
    assert call(max_, "get", "/accounts?owner=me").json()["items"] == []


@pytest.mark.parametrize("rows", [2, 80])
def test_the_list_costs_the_same(rows, max_, rita, call):
    fill_accounts(rows, [rita.person.pk])
    call(max_, "get", "/accounts")
    with CaptureQueriesContext(connection) as asked:
        answer = call(max_, "get", "/accounts").json()
    assert len(answer["items"]) == min(rows, 50)
    assert len([query for query in asked if "customers_" in query["sql"].split("WHERE")[0]]) == 1


def test_a_customer_is_entered_read_and_changed_by_version(rita, call):
    make_places()
    made = call(rita, "post", "/accounts", {"name": ACME, "credit_code": ACME_CODE, "division_id": "320214"})
    assert made.status_code == 201
    path = f"/accounts/{made.json()['id']}"
    read = call(rita, "get", path)
    assert (read.json()["division_id"], read.json()["owner_id"]) == ("320214", rita.person.pk)
    changed = call(rita, "patch", path, {"phone": "1"}, HTTP_IF_MATCH=read.headers["ETag"])
    assert (changed.status_code, changed.json()["phone"], changed.json()["division_id"]) == (200, "1", "320214")
    assert call(rita, "patch", path, {"phone": "2"}, HTTP_IF_MATCH=read.headers["ETag"]).status_code == 412


def test_a_refusal_points_at_the_field(rita, call):
    enter_account(rita, ACME)
    again = call(rita, "post", "/accounts", {"name": ACME})
    assert (again.status_code, again.json()["code"]) == (422, "duplicate")
    assert again.json()["errors"][0]["pointer"] == "#/name"
    wrong = call(rita, "post", "/accounts", {"name": "乙有限公司", "division_id": "999999"})
    assert wrong.json()["errors"][0]["pointer"] == "#/division_id"


def test_a_refusal_names_the_key_that_the_body_names(rita, call):
    acme = make_account("Acme", rita.person)
    answer = call(rita, "patch", f"/accounts/{acme.pk}", {"parent_id": acme.pk}, HTTP_IF_MATCH='"v1"')
    assert answer.status_code == 422
    assert [row["pointer"] for row in answer.json()["errors"]] == ["#/parent_id"]


def test_owner_tier_and_archive_have_operations(rita, ray, max_, call):
    path = f"/accounts/{make_account('甲有限公司', rita.person).pk}"
    assert call(rita, "post", f"{path}/owner", {"owner_id": ray.person.pk}).status_code == 403
    assert call(max_, "post", f"{path}/owner", {"owner_id": ray.person.pk}).json()["owner_id"] == ray.person.pk
    assert call(max_, "post", f"{path}/tier", {"tier": "A"}).json()["tier"] == "A"
    assert call(max_, "post", f"{path}/archive", {}).json()["archived_at"]
    assert call(max_, "get", "/accounts").json()["items"] == []
    assert call(max_, "post", f"{path}/restore").json()["archived_at"] is None
    assert Account.objects.get().version == 5


def test_contacts_divisions_and_industries_are_listed(rita, zoe, call):
    make_places()
    contact = enter_contact(rita, enter_account(rita, ACME))
    assert [row["id"] for row in call(rita, "get", "/contacts?q=wjg").json()["items"]] == [contact.pk]
    assert call(zoe, "get", "/contacts").json()["items"] == []
    patched = call(rita, "patch", f"/contacts/{contact.pk}", {"role": None}, HTTP_IF_MATCH='"v1"')
    assert (patched.status_code, patched.json()["role"]) == (200, "")
    assert call(rita, "get", "/divisions?under=3202").json()["items"][0]["parent_id"] == "3202"
    assert len(call(rita, "get", "/industries?size=200").json()["items"]) == 82
