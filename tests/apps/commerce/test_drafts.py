"""Drafts are changed and dropped, by page and over the API; what is posted stands and says what to do instead."""

from decimal import Decimal
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from makers import day, make_account, make_product
from makers_commerce import make_order, make_signed_contract
from tiji.apps.commerce.models import Contract, MeasureFact, Order
from tiji.apps.commerce.services.contracts import draft_contract, edit_contract, sign_contract
from tiji.apps.commerce.services.drafts import drop_contract, drop_order
from tiji.apps.commerce.services.orders import OrderedProduct, confirm_order, create_order, edit_order
from tiji.kernel.money import Money
from tiji.shared.errors import Conflict, DomainError, NotAllowed
from tiji.shared.models import AuditEntry


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


@pytest.fixture
def order(rita, acme):
    """A draft of 2 × 50.00."""
    return make_order(rita, acme, "2026-02-02", ("2", "50.00"))


@pytest.fixture
def contract(rita, acme):
    return draft_contract(actor=rita, account=acme, name="x", amount=Money(Decimal(5), "CNY"), on=day("2026-02-01"))


@pytest.fixture
def signed_in(client):
    def signed_in(user):
        client.force_login(user)
        client.cookies["tiji_language"] = "en"
        return client

    return signed_in


def products(*lines):
    product = make_product("EC-9")
    return [OrderedProduct(product, Decimal(count), Decimal(price), cost=Decimal(1)) for count, price in lines]


def typed(product, version, **more):
    return {
        "ordered_on": "2026-02-05",
        "version": version,
        "line-product": [product.pk, ""],
        "line-quantity": ["3", ""],
        "line-unit_price": ["40", ""],
        "line-amount": ["", ""],
        "line-cost": ["", ""],
        **more,
    }


def test_a_draft_of_an_order_takes_other_lines_and_another_day(rita, order):
    lines = products(("3", "40.00"), ("1", "0.1234"))
    edited = edit_order(actor=rita, order=order, expected_version=1, ordered_on=day("2026-02-05"), lines=lines)
    assert (edited.amount, edited.cost, edited.ordered_on, edited.version) == (
        Decimal("120.1234"),
        Decimal(2),
        day("2026-02-05"),
        2,
    )
    assert list(edited.lines.values_list("position", "amount")) == [(1, Decimal(120)), (2, Decimal("0.1234"))]
    entry = AuditEntry.objects.get(action="order.edit")
    assert (entry.before["amount"], entry.after["amount"]) == ("100.0000", "120.1234")
    confirm_order(actor=rita, order=edited, confirmed_on=day("2026-02-06"))
    assert MeasureFact.objects.get(measure="signed").amount == Decimal("120.1234")


def test_lines_are_checked_and_the_version_is_asked_for(rita, max_, order):
    one = products(("1", "1"))
    with pytest.raises(DomainError) as refused:
        edit_order(actor=rita, order=order, expected_version=1, ordered_on=day("2026-02-05"), lines=[])
    assert refused.value.field == "lines"
    with pytest.raises(Conflict):
        edit_order(actor=max_, order=order, expected_version=7, ordered_on=day("2026-02-05"), lines=one)
    with pytest.raises(Conflict):
        drop_order(actor=max_, order=order, expected_version=7)
    assert (order.lines.count(), Order.objects.get().archived_at) == (1, None)


def test_others_neither_change_nor_drop_a_draft(zoe, fiona, order, contract):
    for actor in (zoe, fiona):
        with pytest.raises(NotAllowed):
            edit_order(actor=actor, order=order, expected_version=1, ordered_on=day("2026-02-05"), lines=[])
        with pytest.raises(NotAllowed):
            drop_order(actor=actor, order=order, expected_version=1)
        with pytest.raises(NotAllowed):
            drop_contract(actor=actor, contract=contract, expected_version=1)


def test_what_is_posted_is_neither_changed_nor_dropped(rita, acme, order):
    confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-03"))
    signed = make_signed_contract(rita, acme, "10.00", "2026-02-02")
    works = (
        lambda: edit_order(actor=rita, order=order, expected_version=2, ordered_on=day("2026-02-05"), lines=[]),
        lambda: drop_order(actor=rita, order=order, expected_version=2),
        lambda: drop_contract(actor=rita, contract=signed, expected_version=2),
    )
    for work in works:
        with override("en"), pytest.raises(DomainError) as refused:
            work()
        assert refused.value.code == "posted"
        assert "Take it back" in str(refused.value)
    assert not Order.objects.filter(archived_at__isnull=False).exists()


def test_a_dropped_draft_is_out_of_the_lists_and_takes_nothing_more(rita, order, contract):
    drop_order(actor=rita, order=order, expected_version=1)
    drop_contract(actor=rita, contract=contract, expected_version=1)
    assert (Order.objects.live().count(), Contract.objects.live().count()) == (0, 0)
    changes = {"name": "y", "amount": Money(Decimal(6), "CNY"), "cost": None, "instalments": []}
    works = (
        lambda: edit_order(actor=rita, order=order, expected_version=2, ordered_on=day("2026-02-05"), lines=[]),
        lambda: confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-05")),
        lambda: drop_order(actor=rita, order=order, expected_version=2),
        lambda: edit_contract(actor=rita, contract=contract, expected_version=2, **changes),
        lambda: sign_contract(actor=rita, contract=contract, signed_on=day("2026-02-05")),
    )
    for work in works:
        with pytest.raises(DomainError) as refused:
            work()
        assert refused.value.code == "dropped"
    assert set(AuditEntry.objects.filter(action__endswith=".drop").values_list("action", flat=True)) == {
        "order.drop",
        "contract.drop",
    }


def test_the_page_of_a_draft_begins_with_what_stands_and_saves_what_is_typed(rita, acme, signed_in):
    """3 × 33.33 that were agreed at 100.00: the amount that is no product of the two is shown, and kept."""
    product = make_product("EC-1")
    line = OrderedProduct(product, Decimal(3), Decimal("33.33"), amount=Decimal(100), cost=Decimal("60.5"))
    order = create_order(actor=rita, account=acme, ordered_on=day("2026-02-02"), currency="CNY", lines=[line])
    client, url = signed_in(rita), reverse("order_edit", args=[order.pk])
    shown = client.get(url).context["rows"].forms[0]
    assert [shown[name].initial for name in ("product", "quantity", "unit_price", "amount", "cost")] == [
        product.pk,
        Decimal(3),
        Decimal("33.33"),
        Decimal(100),
        Decimal("60.5"),
    ]
    again = {"line-quantity": ["3"], "line-unit_price": ["33.33"], "line-amount": ["100"], "line-cost": ["60.5"]}
    response = client.post(url, typed(product, 1, **again, **{"line-product": [product.pk]}))
    assert response.url == order.get_absolute_url()
    order.refresh_from_db()
    assert (order.amount, order.cost, order.ordered_on) == (Decimal(100), Decimal("60.5"), day("2026-02-05"))
    client.post(url, typed(product, 2))
    order.refresh_from_db()
    assert (order.amount, order.cost) == (Decimal(120), None)
    assert client.post(url, typed(product, 3, **{"line-quantity": ["0", ""]})).status_code == 422


def test_two_editors_of_an_order_are_shown_both_versions(rita, order, signed_in):
    client, url = signed_in(rita), reverse("order_edit", args=[order.pk])
    product = make_product("EC-2")
    client.post(url, typed(product, 1))
    response = client.post(url, typed(product, 1, **{"line-quantity": ["5", ""]}))
    assert response.status_code == 409
    assert ("Products", "EC-2 · 3 × 40.00 = 120.00 · —", "EC-2 · 5 × 40.00 = 200.00 · —") in response.context[
        "differences"
    ]
    assert b'name="version" value="2"' in response.content
    client.post(url, typed(product, 2, **{"line-quantity": ["5", ""]}))
    assert Order.objects.get().amount == Decimal(200)


def test_the_page_of_what_is_posted_goes_back_and_says_what_to_do(rita, acme, order, signed_in):
    confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-03"))
    signed = make_signed_contract(rita, acme, "10.00", "2026-02-02")
    client = signed_in(rita)
    for name, document in (("order_edit", order), ("contract_edit", signed)):
        response = client.get(reverse(name, args=[document.pk]), follow=True)
        assert response.redirect_chain == [(document.get_absolute_url(), 302)]
        assert b"Take it back" in response.content


@pytest.mark.parametrize("kind", ["order", "contract"])
def test_a_draft_is_dropped_on_its_page(request, rita, signed_in, kind):
    document = request.getfixturevalue(kind)
    client, url = signed_in(rita), reverse(f"{kind}_drop", args=[document.pk])
    assert url.encode() in client.get(document.get_absolute_url()).content
    assert client.post(url, {"version": 9}).status_code == 409
    assert client.post(url, {"version": 1}).url == document.get_absolute_url()
    content = client.get(document.get_absolute_url()).content
    assert b"This draft was dropped" in content
    assert url.encode() not in content
    assert document.number.encode() not in client.get(reverse(f"{kind}s")).content


def test_the_page_of_a_draft_asks_no_more_for_more_lines(rita, acme, signed_in):
    client = signed_in(rita)

    numbers = count(1)

    def asked(size):
        made = [make_product(f"P{next(numbers)}") for _at in range(size)]
        lines = [OrderedProduct(product, Decimal(1), Decimal(1)) for product in made]
        order = create_order(actor=rita, account=acme, ordered_on=day("2026-02-02"), currency="CNY", lines=lines)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("order_edit", args=[order.pk])).status_code == 200
        return len(queries)

    asked(1)
    assert asked(20) == asked(1)
