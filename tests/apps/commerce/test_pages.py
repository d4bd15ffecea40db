"""The pages of contracts, orders, invoices and receipts: what a form does, what a page costs."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from makers import cny, day, make_account, make_product
from makers_commerce import balances, make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import Contract, CreditNote, Invoice, Order, Receipt, ReceiptApplication
from tiji.apps.commerce.services.contracts import draft_contract
from tiji.apps.commerce.services.invoices import issue_credit_note
from tiji.kernel.money import Money
from visibility.same_rows import assert_same_rows


@pytest.fixture
def signed_in(client):
    def signed_in(user):
        client.force_login(user)
        client.cookies["tiji_language"] = "en"
        return client

    return signed_in


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


def of_the_room(asked):
    return [one["sql"] for one in asked if "commerce_" in one["sql"]]


PLAN = {
    "plan-label": ["First", "Rest", ""],
    "plan-due_on": ["2026-03-01", "2026-05-01", ""],
    "plan-amount": ["40", "60", ""],
    "plan-condition": ["", "after delivery", ""],
}


def test_a_contract_is_drafted_with_its_plan_and_signed(rita, acme, signed_in):
    client = signed_in(rita)
    typed = {"name": "Line 2", "account": acme.pk, "amount": "100", "cost": "", **PLAN}
    response = client.post(reverse("contract_new"), typed)
    contract = Contract.objects.get()
    assert response.url == contract.get_absolute_url()
    assert list(contract.instalments.values_list("label", "amount")) == [("First", Decimal(40)), ("Rest", Decimal(60))]
    client.post(reverse("contract_sign", args=[contract.pk]), {"signed_on": "2026-02-01"})
    contract.refresh_from_db()
    assert (contract.status, contract.signed_on) == ("signed", day("2026-02-01"))


@pytest.mark.parametrize(
    ("amount", "capitals"), [("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"), ("100", "壹佰元整")]
)
def test_chinese_readers_see_the_amount_in_capitals(rita, acme, client, amount, capitals):
    url = make_signed_contract(rita, acme, amount, "2026-02-01").get_absolute_url()
    client.force_login(rita)
    for language, shown in (("zh-hans", True), ("en", False)):
        client.cookies["tiji_language"] = language
        assert (capitals in client.get(url).content.decode()) == shown


def test_only_yuan_are_written_in_capitals(rita, acme, client):
    contract = draft_contract(actor=rita, account=acme, name="x", amount=Money(Decimal(5), "USD"), on=day("2026-02-01"))
    client.force_login(rita)
    client.cookies["tiji_language"] = "zh-hans"
    assert client.get(contract.get_absolute_url()).context["capitals"] == ""


def test_a_plan_that_does_not_add_up_or_read_is_refused_with_what_was_typed(rita, acme, signed_in):
    client = signed_in(rita)
    typed = {"name": "Line 2", "account": acme.pk, "amount": "120", **PLAN}
    response = client.post(reverse("contract_new"), typed)
    assert response.status_code == 422
    assert b"add up to 100.00" in response.content
    assert b"after delivery" in response.content
    typed["plan-due_on"] = ["soon", "2026-05-01", ""]
    assert b"2026-11-18" in client.post(reverse("contract_new"), typed).content
    assert not Contract.objects.exists()


def test_two_editors_are_shown_both_versions(rita, acme, signed_in):
    client = signed_in(rita)
    contract = draft_contract(actor=rita, account=acme, name="x", amount=Money(Decimal(5), "CNY"), on=day("2026-02-01"))
    url = reverse("contract_edit", args=[contract.pk])
    assert client.post(url, {"name": "y", "amount": "6", "version": 1}).status_code == 302
    response = client.post(url, {"name": "z", "amount": "7", "version": 1})
    assert response.status_code == 409
    assert ("Subject", "y", "z") in response.context["differences"]
    client.post(url, {"name": "z", "amount": "7", "version": 2})
    assert Contract.objects.get().name == "z"


def test_a_reversal_needs_a_reason_and_no_day_to_come(max_, rita, acme, signed_in):
    contract = make_signed_contract(rita, acme, "10.00", "2026-02-01")
    client, url = signed_in(max_), reverse("contract_reverse", args=[contract.pk])
    assert client.post(url, {"on": "2026-02-02", "reason": ""}).status_code == 422
    assert client.post(url, {"on": "2999-01-01", "reason": "x"}).status_code == 422
    assert client.post(url, {"on": "2026-02-02", "reason": "x"}).status_code == 302
    assert Contract.objects.filter(reverses=contract).get().amount == Decimal(-10)


def test_an_order_is_entered_confirmed_and_shows_its_decimals(rita, acme, signed_in):
    drive = make_product("D-1")
    client = signed_in(rita)
    typed = {
        "account": acme.pk,
        "ordered_on": "2026-02-01",
        "line-product": [drive.pk, ""],
        "line-quantity": ["3", ""],
        "line-unit_price": ["1.2345", ""],
        "line-cost": ["", ""],
    }
    client.post(reverse("order_new"), typed)
    order = Order.objects.get()
    client.post(reverse("order_confirm", args=[order.pk]), {"confirmed_on": "2026-02-02"})
    assert b"3.7035" in client.get(order.get_absolute_url()).content
    order.refresh_from_db()
    assert (order.status, order.amount) == ("confirmed", Decimal("3.7035"))


def test_an_instalment_is_billed_and_no_more(fiona, rita, acme, signed_in):
    contract = make_signed_contract(rita, acme, "100.00", "2026-02-01")
    url = f"{reverse('invoice_new')}?instalment={contract.instalments.get().pk}"
    client = signed_in(fiona)
    form = client.get(url).context["form"]
    assert form.initial["amount"] == Decimal(100)
    typed = {"amount": "70", "issued_on": "2026-02-03", "due_on": "2026-03-03"}
    client.post(url, typed)
    assert Invoice.objects.get().instalment == contract.instalments.get()
    response = client.post(url, typed)
    assert (response.status_code, Invoice.objects.count()) == (422, 1)
    assert b"Only 30.00 is left to bill" in response.content


def test_a_receipt_pays_the_earliest_or_what_was_chosen(fiona, acme, signed_in):
    first = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    second = make_invoice(fiona, acme, "50.00", due_on="2026-02-28")
    client = signed_in(fiona)
    typed = {"account": acme.pk, "amount": "30", "received_on": "2026-03-01"}
    client.post(reverse("receipt_new"), {**typed, "how": "earliest"})
    client.post(reverse("receipt_new"), {**typed, "how": "chosen", f"pay-{second.pk}": "20"})
    assert balances(first, second) == [Decimal(70), Decimal(30)]
    client.post(reverse("receipt_new"), {**typed, "how": "later"})
    assert sorted(Receipt.objects.values_list("unapplied", flat=True)) == [Decimal(0), Decimal(10), Decimal(30)]
    too_much = {**typed, "how": "chosen", f"pay-{second.pk}": "31"}
    assert client.post(reverse("receipt_new"), too_much).status_code == 422
    assert Receipt.objects.count() == 3


def test_the_open_items_tell_what_the_money_would_pay(fiona, acme, signed_in):
    make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    second = make_invoice(fiona, acme, "50.00", due_on="2026-02-28")
    client = signed_in(fiona)
    preview = client.get(reverse("receipt_items"), {"account": acme.pk, "amount": "120"}).context["preview"]
    assert [item.pays.amount for item in preview.items] == [Decimal(100), Decimal(20)]
    asked = {"account": acme.pk, "amount": "120", "how": "chosen", f"pay-{second.pk}": "60"}
    preview = client.get(reverse("receipt_rest"), asked).context["preview"]
    assert (preview.rest.amount, preview.too_much) == (Decimal(60), True)


def test_a_rest_is_applied_later_and_a_payment_taken_back(fiona, acme, signed_in):
    receipt = make_receipt(fiona, acme, "80.00", "2026-02-01")
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-02-10")
    client = signed_in(fiona)
    client.post(reverse("receipt_apply", args=[receipt.pk]), {"applied_on": "2026-02-11", "how": "earliest"})
    assert balances(invoice) == [Decimal(20)]
    paid = ReceiptApplication.objects.get()
    url = reverse("receipt_unapply", args=[receipt.pk, paid.pk])
    client.post(url, {"on": "2026-02-12", "reason": "wrong invoice"})
    assert balances(invoice) == [Decimal(100)]
    client.post(
        reverse("credit_note_new", args=[invoice.pk]), {"amount": "40", "issued_on": "2026-02-13", "reason": "x"}
    )
    assert (balances(invoice), CreditNote.objects.get().amount) == ([Decimal(60)], Decimal(40))


def test_a_credit_note_is_taken_back_on_the_page_of_its_invoice(fiona, rita, acme, signed_in):
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-02-10")
    note = issue_credit_note(actor=fiona, invoice=invoice, amount=cny(40), issued_on=day("2026-02-13"), reason="x")
    url = reverse("credit_note_reverse", args=[invoice.pk, note.pk])
    assert url not in signed_in(rita).get(invoice.get_absolute_url()).content.decode()
    client = signed_in(fiona)
    assert url in client.get(invoice.get_absolute_url()).content.decode()
    assert "¥40" in client.get(url).content.decode()
    early = client.post(url, {"on": "2026-02-12", "reason": "x"})
    assert (early.status_code, "A reversal cannot be dated before the credit note" in early.content.decode()) == (
        422,
        True,
    )
    done = client.post(url, {"on": "2026-02-14", "reason": "meant for another"})
    assert (done.status_code, done.headers["Location"]) == (302, invoice.get_absolute_url())
    page = client.get(invoice.get_absolute_url()).content.decode()
    assert (f"takes {note.number} back" in page, url in page, balances(invoice)) == (True, False, [Decimal(100)])


@pytest.mark.parametrize("name", ["contracts", "orders", "invoices", "receipts"])
def test_a_list_costs_few_queries_however_long(fiona, rita, acme, signed_in, name):
    for number in range(1, 6):
        make_signed_contract(rita, acme, "10.00", f"2026-02-0{number}")
        make_order(rita, acme, f"2026-02-0{number}")
        make_invoice(fiona, acme, "10.00", due_on=f"2026-02-0{number}")
        make_receipt(fiona, acme, "10.00", f"2026-02-0{number}")
    client = signed_in(fiona)
    client.get(reverse(name))  # the company and its settings are read once
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(name)).status_code == 200
    assert len(asked) <= 10


def test_pages_of_one_document_and_the_board_keep_their_budgets(fiona, rita, acme, signed_in):
    contract = make_signed_contract(rita, acme, "10.00", "2026-02-01")
    invoice = make_invoice(fiona, acme, "10.00", due_on="2026-02-01", contract=contract)
    receipt = make_receipt(fiona, acme, "5.00", "2026-02-01")
    client = signed_in(fiona)
    for url, budget in [
        (contract.get_absolute_url(), 10),
        (invoice.get_absolute_url(), 10),
        (receipt.get_absolute_url(), 10),
        (reverse("receivables"), 12),
        (f"{reverse('receivables')}?as_of=2026-03-01", 12),
    ]:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        assert len(of_the_room(asked.captured_queries)) <= budget


@pytest.mark.parametrize("viewer", ["rita", "max_", "zoe", "fiona"])
def test_the_same_rows_behind_every_door(request, rita, zoe, fiona, acme, viewer):
    beta = make_account("Beta", zoe.person)
    for owner, account in ((rita, acme), (zoe, beta)):
        make_signed_contract(owner, account, "10.00", "2026-02-01")
        make_order(owner, account, "2026-02-01")
        make_invoice(fiona, account, "10.00", due_on="2026-02-01")
        make_receipt(fiona, account, "10.00", "2026-02-01")
    user = request.getfixturevalue(viewer)
    for model, name in ((Contract, "contracts"), (Order, "orders"), (Invoice, "invoices"), (Receipt, "receipts")):
        assert_same_rows(user, model, list_name=name, api_path=f"/{name}")
