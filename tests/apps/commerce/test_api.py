"""Contracts, orders, invoices, receipts and credit notes written over REST: once per key, by whom, refused where."""

from decimal import Decimal

import pytest

from makers import make_account, make_product
from makers_commerce import balances, make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import (
    Contract,
    CreditNote,
    Instalment,
    Invoice,
    MeasureFact,
    Order,
    Receipt,
    ReceiptApplication,
)

ONCE = {"Idempotency-Key": "only-once"}
PLAN = [
    {"label": "First", "due_on": "2026-03-01", "amount": "40"},
    {"label": "Rest", "due_on": "2026-05-01", "amount": "60.00", "condition": "after delivery"},
]


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


def contract_of(account, **changes):
    return {"account_id": account.pk, "name": "Line 2", "amount": "100", "instalments": PLAN, **changes}


def order_of(account, product, **changes):
    lines = [{"product_id": product.pk, "quantity": "3", "unit_price": "1.2345"}]
    return {"account_id": account.pk, "ordered_on": "2026-02-01", "lines": lines, **changes}


def invoice_of(account, **changes):
    return {
        "account_id": account.pk,
        "amount": "100",
        "issued_on": "2026-02-01",
        "due_on": "2026-03-01",
        **changes,
    }


def receipt_of(account, **changes):
    return {"account_id": account.pk, "amount": "120", "received_on": "2026-03-01", **changes}


# Contracts


def test_a_contract_is_drafted_changed_signed_and_taken_back(call, rita, max_, acme):
    made = call(rita, "post", "/contracts", contract_of(acme, cost="70"))
    body = made.json()
    assert (made.status_code, made.headers["Location"].endswith(f"/contracts/{body['id']}")) == (201, True)
    assert (body["status"], body["owner_id"], body["currency"], body["version"]) == (
        "draft",
        rita.person_id,
        "CNY",
        1,
    )
    assert [(row["amount"], row["condition"]) for row in body["instalments"]] == [
        ("40.0000", ""),
        ("60.0000", "after delivery"),
    ]
    path = f"/contracts/{body['id']}"
    halves = [{**PLAN[0], "amount": "75"}, {**PLAN[1], "amount": "75"}]
    changed = call(rita, "patch", path, {"amount": "150", "instalments": halves}, **{"If-Match": '"v1"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json()["cost"]) == (200, '"v2"', "70.0000")
    assert not MeasureFact.objects.exists()
    signed = call(rita, "post", f"{path}/sign", {"signed_on": "2026-02-10"}).json()
    assert (signed["status"], signed["signed_on"], signed["kind"]) == ("signed", "2026-02-10", "new")
    counted = dict(MeasureFact.objects.values_list("measure", "amount"))
    assert counted == {"signed": Decimal(150), "gross_profit": Decimal(80), "new_customers": Decimal(1)}
    back = call(max_, "post", f"{path}/reverse", {"on": "2026-02-20", "reason": "wrong customer"}).json()
    assert (back["amount"], back["cost"], back["reverses_id"], back["reason"]) == (
        "-150.0000",
        "-70.0000",
        body["id"],
        "wrong customer",
    )
    assert call(rita, "get", path).json()["status"] == "reversed"


def test_a_signed_contract_is_neither_changed_nor_signed_again(call, told, rita, acme):
    contract = make_signed_contract(rita, acme, "10.00", "2026-02-01")
    path, tag = f"/contracts/{contract.pk}", {"If-Match": f'"v{contract.version}"'}
    assert told(call(rita, "patch", path, {"name": "x"}, **tag), 422) == set()
    assert told(call(rita, "post", f"{path}/sign", {"signed_on": "2026-02-02"}), 422) == set()
    assert Contract.objects.get().name == "产线智控"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"amount": "-1"}, ("#/amount", "rule")),
        ({"amount": "100.001"}, ("#/amount", "rule")),
        ({"amount": "ten"}, ("#/amount", "decimal_parsing")),
        ({"name": " "}, ("#/name", "rule")),
        ({"cost": "-0.01"}, ("#/cost", "rule")),
        ({"amount": "120"}, ("#/instalments", "instalments-gap")),
        ({"instalments": [{**PLAN[0], "amount": "0"}]}, ("#/instalments", "rule")),
        ({"instalments": [{**PLAN[0], "due_on": "soon"}]}, ("#/instalments/0/due_on", "date_from_datetime_parsing")),
        ({"currency": "yuan"}, ("#/currency", "string_pattern_mismatch")),
        ({"currency": "ZZZ"}, ("#/currency", "rule")),
        ({"account_id": 999_999}, ("#/account_id", "unknown-reference")),
        ({"owner_id": 999_999}, ("#/owner_id", "unknown-reference")),
        ({"opportunity_id": 999_999}, ("#/opportunity_id", "unknown-reference")),
        ({"status": "signed"}, ("#/status", "extra_forbidden")),
    ],
)
def test_a_contract_is_refused_at_the_field(call, told, rita, acme, changes, where):
    assert where in told(call(rita, "post", "/contracts", contract_of(acme, **changes)), 422)
    assert not Contract.objects.exists()
    assert not Instalment.objects.exists()


def test_a_change_wants_the_version_it_changes(call, told, rita, acme):
    path = f"/contracts/{call(rita, 'post', '/contracts', contract_of(acme)).json()['id']}"
    told(call(rita, "patch", path, {"name": "y"}), 428)
    assert call(rita, "patch", path, {"name": "y"}, **{"If-Match": '"v1"'}).json()["version"] == 2
    told(call(rita, "patch", path, {"name": "z"}, **{"If-Match": '"v1"'}), 412)
    assert Contract.objects.get().name == "y"


def test_a_reversal_waits_until_its_invoices_are_credited(call, told, rita, fiona, acme):
    contract = make_signed_contract(rita, acme, "100.00", "2026-02-01")
    invoice = make_invoice(fiona, acme, "60.00", due_on="2026-03-01", contract=contract)
    path, said = f"/contracts/{contract.pk}/reverse", {"on": "2026-03-02", "reason": "x"}
    refusal = call(fiona, "post", path, said)
    assert (refusal.status_code, refusal.json()["code"]) == (422, "open-invoices")
    assert told(call(fiona, "post", path, {**said, "on": "2026-01-31"}), 422) == {("#/on", "rule")}
    assert told(call(fiona, "post", path, {**said, "reason": ""}), 422) == {("#/reason", "string_too_short")}
    note = {"invoice_id": invoice.pk, "amount": "60", "issued_on": "2026-03-02", "reason": "x"}
    assert call(fiona, "post", "/credit-notes", note).status_code == 201
    assert call(fiona, "post", path, said).status_code == 200


# Orders


def test_an_order_is_entered_confirmed_and_taken_back(call, rita, max_, acme):
    product = make_product("D-1")
    made = call(rita, "post", "/orders", order_of(acme, product)).json()
    assert (made["amount"], made["status"], made["lines"][0]["amount"]) == ("3.7035", "draft", "3.7035")
    path = f"/orders/{made['id']}"
    confirmed = call(rita, "post", f"{path}/confirm", {"confirmed_on": "2026-02-03"})
    assert (confirmed.json()["status"], confirmed.headers["ETag"]) == ("confirmed", '"v2"')
    assert MeasureFact.objects.get(measure="signed").amount == Decimal("3.7035")
    back = call(max_, "post", f"{path}/reverse", {"on": "2026-02-04", "reason": "typed twice"}).json()
    assert (back["amount"], back["reverses_id"]) == ("-3.7035", made["id"])
    assert sum(MeasureFact.objects.filter(measure="signed").values_list("amount", flat=True)) == 0


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"lines": []}, ("#/lines", "too_short")),
        ({"lines": [{"product_id": 999_999, "quantity": "1", "unit_price": "1"}]}, ("#/lines", "rule")),
        ({"ordered_on": None}, ("#/ordered_on", "date_type")),
        ({"contract_id": 999_999}, ("#/contract_id", "unknown-reference")),
    ],
)
def test_an_order_is_refused_at_the_field(call, told, rita, acme, changes, where):
    assert where in told(call(rita, "post", "/orders", order_of(acme, make_product("D-1"), **changes)), 422)
    assert not Order.objects.exists()


@pytest.mark.parametrize("typed", [{"quantity": "0"}, {"quantity": "-1"}, {"unit_price": "-1"}, {"cost": "-0.0001"}])
def test_lines_are_more_than_nothing(call, told, rita, acme, typed):
    line = {"product_id": make_product("D-1").pk, "quantity": "1", "unit_price": "1", **typed}
    answer = call(rita, "post", "/orders", order_of(acme, make_product("D-2"), lines=[line]))
    assert told(answer, 422) == {("#/lines", "rule")}


def test_an_order_is_not_confirmed_before_it_was_placed_nor_twice(call, told, rita, acme):
    path = f"/orders/{make_order(rita, acme, '2026-02-04').pk}/confirm"
    assert told(call(rita, "post", path, {"confirmed_on": "2026-02-03"}), 422) == {("#/confirmed_on", "rule")}
    assert call(rita, "post", path, {"confirmed_on": "2026-02-04"}).status_code == 200
    assert told(call(rita, "post", path, {"confirmed_on": "2026-02-04"}), 422) == set()


# Invoices, receipts, credit notes


def test_an_instalment_is_billed_no_more_than_planned(call, told, rita, fiona, acme):
    contract = make_signed_contract(rita, acme, "100.00", "2026-02-01")
    basis = {"contract_id": contract.pk, "instalment_id": contract.instalments.get().pk}
    made = call(fiona, "post", "/invoices", invoice_of(acme, amount="60", **basis)).json()
    assert (made["balance"], made["owner_id"], made["contract_id"]) == ("60.0000", rita.person_id, contract.pk)
    refusal = told(call(fiona, "post", "/invoices", invoice_of(acme, amount="40.01", **basis)), 422)
    assert refusal == {("#/amount", "over-billed")}
    assert call(fiona, "post", "/invoices", invoice_of(acme, amount="40", **basis)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"amount": "0"}, ("#/amount", "rule")),
        ({"amount": "1.005"}, ("#/amount", "rule")),
        ({"due_on": "2026-01-31"}, ("#/due_on", "rule")),
        ({"account_id": 999_999}, ("#/account_id", "unknown-reference")),
        ({"contract_id": 999_999}, ("#/contract_id", "unknown-reference")),
        ({"instalment_id": 999_999}, ("#/instalment_id", "unknown-reference")),
        ({"order_id": 999_999}, ("#/order_id", "unknown-reference")),
    ],
)
def test_an_invoice_is_refused_at_the_field(call, told, fiona, acme, changes, where):
    assert where in told(call(fiona, "post", "/invoices", invoice_of(acme, **changes)), 422)
    assert not Invoice.objects.exists()


def test_money_is_recorded_applied_and_taken_back(call, fiona, acme):
    first = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    second = make_invoice(fiona, acme, "50.00", due_on="2026-02-28")
    made = call(fiona, "post", "/receipts", receipt_of(acme, bank_reference="B-7")).json()
    assert (made["unapplied"], made["bank_reference"]) == ("0.0000", "B-7")
    assert [row["amount"] for row in made["applications"]] == ["100.0000", "20.0000"]
    assert balances(first, second) == [Decimal(0), Decimal(30)]
    path = f"/receipts/{made['id']}"
    said = {"on": "2026-03-02", "reason": "meant for the other"}
    paid = made["applications"][0]["id"]
    undone = call(fiona, "post", f"{path}/applications/{paid}/reverse", said).json()
    assert (undone["unapplied"], balances(first, second)) == ("100.0000", [Decimal(100), Decimal(30)])
    chosen = [{"invoice_id": second.pk, "amount": "30"}]
    applied = call(fiona, "post", f"{path}/apply", {"applied_on": "2026-03-03", "chosen": chosen}).json()
    assert (applied["unapplied"], balances(first, second)) == ("70.0000", [Decimal(100), Decimal(0)])
    back = call(fiona, "post", f"{path}/reverse", {"on": "2026-03-04", "reason": "bounced"}).json()
    assert (back["amount"], back["reverses_id"]) == ("-120.0000", made["id"])
    assert balances(first, second) == [Decimal(100), Decimal(50)]
    assert sum(MeasureFact.objects.filter(measure="cash").values_list("amount", flat=True)) == 0


def test_money_may_wait_and_is_applied_once(call, told, fiona, acme):
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    made = call(fiona, "post", "/receipts", receipt_of(acme, amount="40", apply=False)).json()
    assert (made["unapplied"], made["applications"], balances(invoice)) == ("40.0000", [], [Decimal(100)])
    path = f"/receipts/{made['id']}/apply"
    early = told(call(fiona, "post", path, {"applied_on": "2026-02-28"}), 422)
    assert early == {("#/applied_on", "rule")}
    assert call(fiona, "post", path, {"applied_on": "2026-03-02"}).json()["unapplied"] == "0.0000"
    assert call(fiona, "post", path, {"applied_on": "2026-03-02"}).json()["code"] == "nothing-left"
    assert balances(invoice) == [Decimal(60)]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"amount": "0"}, ("#/amount", "rule")),
        ({"amount": "0.001"}, ("#/amount", "rule")),
        ({"method": "gold"}, ("#/method", "literal_error")),
        ({"account_id": 999_999}, ("#/account_id", "unknown-reference")),
        ({"received_on": "31.03.2026"}, ("#/received_on", "date_from_datetime_parsing")),
        ({"chosen": "too much"}, ("#/chosen", "rule")),
    ],
)
def test_a_receipt_is_refused_at_the_field(call, told, fiona, acme, changes, where):
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    if "chosen" in changes:
        changes = {"chosen": [{"invoice_id": invoice.pk, "amount": "100.01"}]}
    assert where in told(call(fiona, "post", "/receipts", receipt_of(acme, **changes)), 422)
    assert not Receipt.objects.exists()
    assert balances(invoice) == [Decimal(100)]


def test_a_credit_note_takes_back_no_more_than_is_open(call, told, fiona, acme):
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    make_receipt(fiona, acme, "70.00", "2026-02-01")
    note = {"invoice_id": invoice.pk, "amount": "30.01", "issued_on": "2026-02-02", "reason": "returned"}
    assert told(call(fiona, "post", "/credit-notes", note), 422) == {("#/amount", "rule")}
    assert told(call(fiona, "post", "/credit-notes", {**note, "amount": "30", "reason": " "}), 422) == {
        ("#/reason", "rule")
    }
    early = {**note, "amount": "30", "issued_on": "2026-01-30"}
    assert told(call(fiona, "post", "/credit-notes", early), 422) == {("#/issued_on", "rule")}
    made = call(fiona, "post", "/credit-notes", {**note, "amount": "30"})
    assert (made.status_code, made.json()["amount"], balances(invoice)) == (201, "30.0000", [Decimal(0)])


def test_a_credit_note_is_taken_back_by_a_second_one(call, told, fiona, rita, acme):
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    note = {"invoice_id": invoice.pk, "amount": "30", "issued_on": "2026-02-02", "reason": "returned"}
    path = f"/credit-notes/{call(fiona, 'post', '/credit-notes', note).json()['id']}"
    said = {"on": "2026-02-03", "reason": "typed twice"}
    told(call(rita, "post", f"{path}/reverse", said), 403)
    assert told(call(fiona, "post", f"{path}/reverse", {**said, "on": "2026-02-01"}), 422) == {("#/on", "rule")}
    assert told(call(fiona, "post", f"{path}/reverse", {**said, "reason": " "}), 422) == {("#/reason", "rule")}
    back = call(fiona, "post", f"{path}/reverse", said).json()
    first = call(fiona, "get", path).json()
    assert (back["amount"], back["reverses_id"], back["issued_on"]) == ("-30.0000", first["id"], "2026-02-03")
    assert (first["amount"], first["reverses_id"], balances(invoice)) == ("30.0000", None, [Decimal(100)])
    again = call(fiona, "post", f"{path}/reverse", said)
    told(again, 422)
    assert again.json()["code"] == "posted"


# Once, and by whom


def test_every_write_is_done_once_for_a_key(call, rita, max_, fiona, acme):
    product = make_product("D-1")

    def twice(user, path, body):
        key = {"Idempotency-Key": path.strip("/").replace("/", "-")}
        first, again = (call(user, "post", path, body, **key) for _ in range(2))
        assert first.status_code in {200, 201}, (path, first.content)
        assert (again.status_code, again.json()) == (first.status_code, first.json()), path
        return first.json()["id"]

    said = {"on": "2026-03-05", "reason": "x"}
    contract = twice(rita, "/contracts", contract_of(acme))
    twice(rita, f"/contracts/{contract}/sign", {"signed_on": "2026-02-10"})
    order = twice(rita, "/orders", order_of(acme, product))
    twice(rita, f"/orders/{order}/confirm", {"confirmed_on": "2026-02-10"})
    invoice = twice(fiona, "/invoices", invoice_of(acme))
    receipt = twice(fiona, "/receipts", receipt_of(acme, amount="60"))
    paid = ReceiptApplication.objects.get().pk
    credited = {"invoice_id": invoice, "amount": "40", "issued_on": "2026-03-05", "reason": "x"}
    note = twice(fiona, "/credit-notes", credited)
    twice(fiona, f"/credit-notes/{note}/reverse", said)
    twice(fiona, f"/receipts/{receipt}/applications/{paid}/reverse", said)
    twice(fiona, f"/receipts/{receipt}/apply", {"applied_on": "2026-03-05"})
    twice(fiona, f"/receipts/{receipt}/reverse", said)
    twice(max_, f"/contracts/{contract}/reverse", said)
    twice(max_, f"/orders/{order}/reverse", said)
    models = (Contract, Order, Invoice, Receipt, CreditNote, ReceiptApplication)
    # A reversal is a second row; the receipt paid, was taken back, paid again and was taken back whole.
    assert [model.objects.count() for model in models] == [2, 2, 1, 2, 2, 4]


def test_another_body_under_the_same_key_is_refused(call, told, fiona, acme):
    call(fiona, "post", "/receipts", receipt_of(acme), **ONCE)
    told(call(fiona, "post", "/receipts", receipt_of(acme, amount="121"), **ONCE), 422)
    assert Receipt.objects.count() == 1


def test_a_refused_write_leaves_its_key_free(call, told, fiona, acme):
    told(call(fiona, "post", "/invoices", invoice_of(acme, amount="0"), **ONCE), 422)
    assert call(fiona, "post", "/invoices", invoice_of(acme), **ONCE).status_code == 201


def test_who_may_not_write_is_told_so_and_writes_nothing(call, told, rita, zoe, fiona, axel, acme):
    product, invoice = make_product("D-1"), make_invoice(fiona, acme, "10.00", due_on="2026-02-01")
    note = {"invoice_id": invoice.pk, "amount": "1", "issued_on": "2026-02-02", "reason": "x"}
    for user, path, body in (
        (fiona, "/contracts", contract_of(acme)),
        (axel, "/contracts", contract_of(acme)),
        (fiona, "/orders", order_of(acme, product)),
        (rita, "/invoices", invoice_of(acme)),
        (rita, "/receipts", receipt_of(acme)),
        (rita, "/credit-notes", note),
    ):
        told(call(user, "post", path, body), 403)
    told(call(zoe, "post", "/contracts", contract_of(acme)), 422)  # she does not even know the customer
    assert not Contract.objects.exists()
    assert not Order.objects.exists()
    assert (Invoice.objects.count(), Receipt.objects.count(), CreditNote.objects.count()) == (1, 0, 0)


def test_a_refusal_names_the_key_that_the_body_names(call, told, rita, zoe, acme):
    """The services speak of the owner and the contract, the bodies of owner_id and contract_id."""
    product, other = make_product("D-1"), make_account("Bolt", rita.person)
    taken = contract_of(acme, owner_id=zoe.person_id)
    assert told(call(rita, "post", "/contracts", taken), 422) == {("#/owner_id", "rule")}
    assert told(call(rita, "post", "/orders", order_of(acme, product, owner_id=zoe.person_id)), 422) == {
        ("#/owner_id", "rule")
    }
    foreign = make_signed_contract(rita, other, "10.00", "2026-01-05")
    assert told(call(rita, "post", "/orders", order_of(acme, product, contract_id=foreign.pk)), 422) == {
        ("#/contract_id", "rule")
    }
