"""Prices and product managers over REST and in dialogs: they begin, they end, and what was before stays."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from makers import make_product
from tiji.apps.catalog.models import PriceBook, PriceBookEntry
from tiji.apps.catalog.services.lines import assign_product_line
from tiji.apps.organization.models import AccessGrant
from tiji.apps.organization.selectors.scope import forget_scope, scope_of


@pytest.fixture
def call(client):
    def call(user, method, path, body=None, **headers):
        client.force_login(user)
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1{path}", headers={"Accept-Language": "en", **headers}, **sent)

    return call


@pytest.fixture
def book(company):
    return PriceBook.objects.create(code="STD", name="Standard", currency="CNY")


@pytest.fixture
def today(company):
    return timezone.localdate()


def where(answer):
    assert answer.status_code == 422, answer.content
    return {one["pointer"] for one in answer.json()["errors"]}


def test_a_price_begins_and_ends(call, olaf, book, today):
    product, path = make_product("EC-1"), f"/price-books/{book.pk}/prices"
    body = {"product_id": product.pk, "price": "80000.25", "floor_price": "70000", "valid_from": today.isoformat()}
    made = call(olaf, "post", path, body)
    assert (made.status_code, made.json()["price"], made.json()["floor_price"]) == (201, "80000.2500", "70000.0000")
    past = {"product_id": product.pk, "on": (today - timedelta(days=1)).isoformat()}
    assert where(call(olaf, "post", f"{path}/end", past)) == {"#/on"}
    end = today + timedelta(days=10)
    assert call(olaf, "post", f"{path}/end", {**past, "on": end.isoformat()}).status_code == 204
    assert PriceBookEntry.objects.get().valid_until == end
    assert call(olaf, "get", f"{path}?on={end - timedelta(days=1)}").json()["items"][0]["price"] == "80000.2500"
    assert call(olaf, "get", f"{path}?on={end}").json()["items"] == []
    again = call(olaf, "post", f"{path}/end", {**past, "on": end.isoformat()})
    assert (where(again), again.json()["code"]) == ({"#/on"}, "no-price")
    unknown = {"product_id": 999_999, "on": end.isoformat()}
    assert where(call(olaf, "post", f"{path}/end", unknown)) == {"#/product_id"}


def test_a_price_is_ended_by_whom_it_may_be_changed(call, rita, petra, olaf, book, today):
    product = make_product("EC-1")
    PriceBookEntry.objects.create(price_book=book, product=product, price=1, valid_from=today)
    path, body = f"/price-books/{book.pk}/prices/end", {"product_id": product.pk, "on": today.isoformat()}
    assert call(rita, "post", path, body).status_code == 403
    assert call(petra, "post", path, body).status_code == 403
    assign_product_line(actor=olaf, person=petra.person, line=product.line, valid_from=today)
    forget_scope(petra)
    assert call(petra, "post", path, body).status_code == 204
    assert not PriceBookEntry.objects.exists()


def test_a_product_manager_keeps_a_line_until_it_is_ended(call, olaf, petra, rita, today):
    line = make_product("EC-1").line
    path = f"/product-lines/{line.pk}/managers"
    body = {"person_id": petra.person_id, "valid_from": today.isoformat()}
    made = call(olaf, "post", path, body).json()
    assert (made["person_id"], made["line_id"], made["may_change"]) == (petra.person_id, line.pk, True)
    assert where(call(olaf, "post", path, {**body, "person_id": rita.person_id})) == {"#/person_id"}
    assert call(rita, "get", path).json() == [made]
    end, ending = today + timedelta(days=5), f"{path}/{made['id']}/end"
    assert where(call(olaf, "post", ending, {"on": (today - timedelta(days=1)).isoformat()})) == {"#/on"}
    assert call(olaf, "post", ending, {"on": end.isoformat()}).status_code == 204
    assert where(call(olaf, "post", ending, {"on": end.isoformat()})) == {"#/on"}
    assert AccessGrant.objects.get().valid_until == end
    forget_scope(petra)
    kept = {on: scope_of(petra, on).granted.get("product_line", frozenset()) for on in (today, end)}
    assert kept == {today: {line.pk}, end: frozenset()}


def test_another_line_s_manager_is_not_ended_here(call, olaf, petra, today):
    from tiji.apps.catalog.models import ProductLine

    line = make_product("EC-1").line
    other = ProductLine.objects.create(code="OT", name="Other")
    grant = assign_product_line(actor=olaf, person=petra.person, line=line, valid_from=today)
    answer = call(olaf, "post", f"/product-lines/{other.pk}/managers/{grant.pk}/end", {"on": today.isoformat()})
    assert answer.status_code == 404
    assert AccessGrant.objects.get().valid_until is None


def test_the_dialogs_do_the_same(client, olaf, petra, book, today):
    product = make_product("EC-1")
    PriceBookEntry.objects.create(price_book=book, product=product, price=5, valid_from=today)
    grant = assign_product_line(actor=olaf, person=petra.person, line=product.line, valid_from=today)
    client.force_login(olaf)
    price = reverse("product_price_end", args=[product.pk, book.pk])
    assert client.post(price, {"on": (today - timedelta(days=1)).isoformat()}).status_code == 422
    assert client.post(price, {"on": (today + timedelta(days=3)).isoformat()}).url == product.get_absolute_url()
    assert PriceBookEntry.objects.get().valid_until == today + timedelta(days=3)
    keeper = reverse("product_line_manager_end", args=[product.line_id, grant.pk])
    assert client.post(keeper, {"on": (today + timedelta(days=4)).isoformat()}).url == reverse("product_lines")
    assert AccessGrant.objects.get().valid_until == today + timedelta(days=4)
