"""The products of a deal: priced from the book in force, discounted, summed, refused at their cell, never lost."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from makers import make_account, make_product
from makers_pipeline import make_opportunity
from tiji.apps.catalog.models import PriceBook, PriceBookEntry
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.services.lines import Line
from tiji.apps.pipeline.services.opportunities import edit_opportunity
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.models import AuditEntry

# quantity, unit price, discount, currency → amount: worked by hand, each rounded once, halves away from zero
WORKED = [
    ("3", "80000", "0.05", "CNY", "228000.00"),
    ("1", "0.125", "0", "CNY", "0.13"),
    ("7", "19.99", "0.333", "CNY", "93.33"),  # 139.93 × 0.667 = 93.33331
    ("2", "999", "1", "CNY", "0.00"),
    ("1.5", "1001", "0", "JPY", "1502"),  # 1501.5
]


@pytest.fixture
def acme(rita):
    return make_account("澄湖精密", rita.person, short_name="澄湖")


@pytest.fixture
def controller():
    """EC-40 at 80,000 from 2026 and 90,000 from 2027."""
    product = make_product("EC-40", name="边缘控制器 EC-40", search_key="ec-40")
    book = PriceBook.objects.create(code="std", name="标准价", currency="CNY", is_default=True)
    for start, end, price in ((date(2026, 1, 1), date(2027, 1, 1), "80000"), (date(2027, 1, 1), None, "90000")):
        PriceBookEntry.objects.create(
            price_book=book, product=product, price=Decimal(price), valid_from=start, valid_until=end
        )
    return product


@pytest.fixture
def deal(rita, acme):
    return make_opportunity(rita, stage_code="project", account=acme, amount="4120000", expected_on="2026-12-12")


def rows(**columns):
    return {f"line-{name}": values for name, values in columns.items()}


def sent(deal, **more):
    return {"name": deal.name, "account": deal.account_id or "", "version": deal.version, **more}


def amounts(deal):
    return [str(line.amount.quantize(Decimal("0.01"))) for line in deal.lines.all()]


@pytest.mark.parametrize(("quantity", "price", "discount", "currency", "amount"), WORKED)
def test_a_line_is_quantity_times_price_less_discount(rita, controller, quantity, price, discount, currency, amount):
    line = Line(controller, Decimal(quantity), Decimal(price), Decimal(discount))
    deal = make_opportunity(rita, lines=[line], currency=currency)
    assert deal.amount == Decimal(amount)
    assert deal.lines.get().amount == Decimal(amount)


def test_a_price_left_out_is_the_one_in_force(rita, deal, controller):
    lines = [Line(controller, Decimal(2))]
    changed = edit_opportunity(actor=rita, opportunity=deal, expected_version=1, lines=lines, on=date(2026, 12, 31))
    assert changed.amount == Decimal(160000)
    changed = edit_opportunity(actor=rita, opportunity=deal, expected_version=2, lines=lines, on=date(2027, 1, 1))
    assert changed.amount == Decimal(180000)


def test_a_product_without_a_price_is_asked_for_one(rita, deal):
    bare = make_product("X-1")
    with pytest.raises(DomainError) as refused:
        edit_opportunity(actor=rita, opportunity=deal, expected_version=1, lines=[Line(bare)], on=date(2026, 11, 18))
    assert list(refused.value.fields) == ["lines/0/unit_price"]


def test_the_amount_follows_the_lines(rita, deal, controller):
    deal = edit_opportunity(
        actor=rita, opportunity=deal, expected_version=1, lines=[Line(controller, Decimal(1), Decimal(500))]
    )
    with pytest.raises(DomainError) as refused:
        edit_opportunity(actor=rita, opportunity=deal, expected_version=2, amount=Decimal(501))
    assert refused.value.field == "amount"
    edit_opportunity(actor=rita, opportunity=deal, expected_version=2, lines=[], amount=Decimal(501))
    assert Opportunity.objects.get(pk=deal.pk).amount == Decimal(501)


def test_the_same_lines_again_change_nothing(rita, deal, controller):
    lines = [Line(controller, Decimal(1), Decimal(500))]
    first = edit_opportunity(actor=rita, opportunity=deal, expected_version=1, lines=lines)
    assert edit_opportunity(actor=rita, opportunity=first, expected_version=2, lines=lines).version == 2
    entry = AuditEntry.objects.get(action="opportunity.edit")
    assert [line["amount"] for line in entry.after["lines"]] == ["500"]


def test_the_form_saves_lines_and_lets_the_amount_follow(client, rita, deal, controller):
    client.force_login(rita)
    body = sent(
        deal,
        amount="1",
        **rows(product=[controller.pk, ""], quantity=["3", ""], unit_price=["8万", ""], discount=["5", ""]),
    )
    answer = client.post(reverse("opportunity_edit", args=[deal.pk]), body)
    assert answer.status_code == 302
    saved = Opportunity.objects.get(pk=deal.pk)
    assert (saved.amount, amounts(saved), saved.lines.get().discount_rate) == (
        Decimal(228000), ["228000.00"], Decimal("0.05"),
    )  # fmt: skip


def test_errors_stand_at_their_cell_and_everything_typed_stays(client, rita, deal, controller):
    client.force_login(rita)
    body = sent(
        deal,
        note="手写的备注",
        **rows(product=[controller.pk] * 2, quantity=["2", "0"], unit_price=["很贵", "7"], discount=["", ""]),
    )
    page = client.post(reverse("opportunity_edit", args=[deal.pk]), body)
    text = page.content.decode()
    assert page.status_code == 422
    assert 'id="id_line0_line-unit_price_error"' in text
    assert "手写的备注" in text
    assert "很贵" in text
    body["line-unit_price"] = ["9", "7"]
    page = client.post(reverse("opportunity_edit", args=[deal.pk]), body)
    assert page.status_code == 422
    assert 'id="id_line1_line-quantity_error"' in page.content.decode()
    assert not deal.lines.exists()


def test_the_new_dialog_takes_lines_too(client, rita, deal, controller):
    client.force_login(rita)
    body = {"name": "三期", **rows(product=[controller.pk], quantity=[""], unit_price=["100"], discount=["10"])}
    client.post(reverse("opportunity_new"), body, headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert Opportunity.objects.get(name="三期").amount == Decimal(90)


def test_two_editors_see_both_versions_and_the_later_keeps_what_he_typed(client, rita, max_, deal, controller):
    edit_opportunity(
        actor=max_, opportunity=deal, expected_version=1, lines=[Line(controller, Decimal(1), Decimal(500))]
    )
    client.force_login(rita)
    body = sent(
        deal, note="我的备注", **rows(product=[controller.pk], quantity=["2"], unit_price=["500"], discount=[""])
    )
    clash = client.post(reverse("opportunity_edit", args=[deal.pk]), body)
    text = clash.content.decode()
    assert clash.status_code == 409
    assert "边缘控制器 EC-40 × 1 = 500.00" in text
    assert "边缘控制器 EC-40 × 2 = 1,000.00" in text
    assert "我的备注" in text
    assert 'name="version" value="2"' in text
    body["version"] = 2
    assert client.post(reverse("opportunity_edit", args=[deal.pk]), body).status_code == 302
    assert Opportunity.objects.get(pk=deal.pk).amount == Decimal(1000)


def test_a_stale_edit_over_the_service_names_the_fields_that_were_sent(rita, deal):
    edit_opportunity(actor=rita, opportunity=deal, expected_version=1, note="first")
    with pytest.raises(Conflict) as clash:
        edit_opportunity(actor=rita, opportunity=deal, expected_version=1, note="second")
    assert list(clash.value.current.values()) == ["first"]
    assert list(clash.value.attempted.values()) == ["second"]


def test_lines_over_the_api(client, rita, deal, controller):
    client.force_login(rita)

    def patch(body, version):
        return client.patch(
            f"/api/v1/opportunities/{deal.pk}",
            json.dumps(body),
            content_type="application/json",
            headers={"If-Match": f'"v{version}"'},
        )

    done = patch({"lines": [{"product_id": controller.pk, "quantity": "2", "discount_rate": "0.1"}]}, 1).json()
    price = Decimal(done["lines"][0]["unit_price"])
    assert Decimal(done["amount"]) == price * 2 * Decimal("0.9")
    refused = patch({"lines": [{"product_id": controller.pk, "quantity": "-1", "unit_price": "5"}]}, 2)
    assert [row["pointer"] for row in refused.json()["errors"]] == ["#/lines/0/quantity"]
    unknown = patch({"lines": [{"product_id": 999999}]}, 2)
    assert [row["pointer"] for row in unknown.json()["errors"]] == ["#/lines/0/product_id"]


def test_the_price_is_offered_while_one_types(client, rita, deal, controller):
    client.force_login(rita)
    url = reverse("opportunity_price")
    ask = {"product": controller.pk, "currency": "CNY", "on": "2026-11-18"}
    assert client.get(url, ask).json() == {"price": "80,000"}
    assert client.get(url, {**ask, "on": "2027-02-01"}).json() == {"price": "90,000"}
    assert client.get(url, {**ask, "currency": "USD"}).json() == {"price": ""}
    found = client.get(reverse("opportunity_product_lookup"), {"q": "ec-40"})
    assert "EC-40" in found.content.decode()
