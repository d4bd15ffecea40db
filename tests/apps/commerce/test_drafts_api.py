"""Drafts over REST: changed and dropped with the version that was read; what is posted says how it is taken back."""

from decimal import Decimal

import pytest

from makers import make_account, make_product
from makers_commerce import make_order, make_signed_contract
from tiji.apps.commerce.models import Contract


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


def test_a_draft_of_an_order_is_changed_and_dropped_with_the_version_that_was_read(call, told, rita, acme):
    product, drive = make_product("D-1"), make_product("D-2")
    line = {"product_id": product.pk, "quantity": "3", "unit_price": "1.2345"}
    made = call(rita, "post", "/orders", {"account_id": acme.pk, "ordered_on": "2026-02-01", "lines": [line]})
    url, lines = f"/orders/{made.json()['id']}", [{"product_id": drive.pk, "quantity": "2", "unit_price": "10"}]
    assert call(rita, "patch", url, {"lines": lines}).status_code == 428
    first = made.headers["ETag"]
    changed = call(rita, "patch", url, {"lines": lines}, **{"If-Match": first})
    assert [(row["product_id"], Decimal(row["amount"])) for row in changed.json()["lines"]] == [(drive.pk, 20)]
    assert (Decimal(changed.json()["amount"]), changed.json()["ordered_on"]) == (20, "2026-02-01")
    assert call(rita, "patch", url, {"ordered_on": "2026-02-03"}, **{"If-Match": first}).status_code == 412
    assert call(rita, "delete", url, **{"If-Match": first}).status_code == 412
    assert call(rita, "delete", url).status_code == 428
    moved = call(rita, "patch", url, {"ordered_on": "2026-02-03"}, **{"If-Match": changed.headers["ETag"]})
    assert (moved.json()["ordered_on"], Decimal(moved.json()["amount"])) == ("2026-02-03", 20)
    wrong = call(rita, "patch", url, {"lines": [{**lines[0], "quantity": "0"}]}, **{"If-Match": moved.headers["ETag"]})
    assert told(wrong, 422) == {("#/lines", "rule")}
    assert call(rita, "delete", url, **{"If-Match": moved.headers["ETag"]}).status_code == 204
    assert call(rita, "get", "/orders").json()["items"] == []
    assert call(rita, "get", url).json()["archived_at"] is not None
    assert call(rita, "delete", url, **{"If-Match": "*"}).json()["code"] == "dropped"


def test_what_is_posted_is_not_changed_or_dropped_over_the_api(call, told, rita, fiona, acme):
    order = make_order(rita, acme, "2026-02-04")
    url, any_version = f"/orders/{order.pk}", {"If-Match": "*"}
    assert call(fiona, "delete", url, **any_version).status_code == 403
    assert call(rita, "post", f"{url}/confirm", {"confirmed_on": "2026-02-05"}).status_code == 200
    contract = make_signed_contract(rita, acme, "10.00", "2026-02-02")
    for refused in (
        call(rita, "patch", url, {"ordered_on": "2026-02-03"}, **any_version),
        call(rita, "delete", url, **any_version),
        call(rita, "delete", f"/contracts/{contract.pk}", **any_version),
    ):
        assert told(refused, 422) == set()
        assert refused.json()["code"] == "posted"
        assert "Take it back" in refused.json()["detail"]


def test_a_draft_of_a_contract_is_dropped_over_the_api(call, rita, acme):
    made = call(rita, "post", "/contracts", {"account_id": acme.pk, "name": "Line 2", "amount": "100"})
    url = f"/contracts/{made.json()['id']}"
    assert call(rita, "delete", url, **{"If-Match": made.headers["ETag"]}).status_code == 204
    assert call(rita, "post", f"{url}/sign", {"signed_on": "2026-02-05"}).json()["code"] == "dropped"
    assert Contract.objects.live().count() == 0
