"""Posted money cannot be edited or deleted, not even past the services."""

from decimal import Decimal

import pytest
from django.db import transaction

from makers import day, make_account
from makers_commerce import make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import Contract, Instalment, Invoice, Order, OrderLine, Receipt, ReceiptApplication
from tiji.apps.commerce.services.contracts import reverse_contract
from tiji.apps.commerce.services.orders import confirm_order
from tiji.shared.errors import PostedRowError


@pytest.fixture
def posted(rita, fiona):
    acme = make_account("Acme", rita.person)
    contract = make_signed_contract(rita, acme, "1000.00", "2026-02-02")
    make_invoice(fiona, acme, "1000.00", due_on="2026-03-01", contract=contract)
    make_receipt(fiona, acme, "400.00", "2026-03-02")


@pytest.mark.parametrize("model", [Contract, Invoice, Receipt, ReceiptApplication])
def test_an_amount_that_is_posted_stays(posted, model):
    with pytest.raises(PostedRowError), transaction.atomic():
        model.objects.update(amount=Decimal(1))
    assert model.objects.get().amount in {Decimal(1000), Decimal(400)}


@pytest.mark.parametrize("model", [ReceiptApplication, Receipt, Invoice])
def test_a_posted_row_is_not_deleted(posted, model):
    with pytest.raises(PostedRowError), transaction.atomic():
        model.objects.all()._raw_delete("default")
    assert model.objects.count() == 1


def test_the_derived_balance_may_follow(posted):
    Invoice.objects.update(balance=Decimal(0))
    assert Invoice.objects.get().balance == 0


def test_the_plan_of_a_signed_contract_stays(posted):
    for change in ({"amount": Decimal(1)}, {"due_on": day("2027-01-01")}, {"label": "x"}):
        with pytest.raises(PostedRowError), transaction.atomic():
            Instalment.objects.update(**change)
    with pytest.raises(PostedRowError), transaction.atomic():
        Instalment.objects.all().delete()
    assert Instalment.objects.get().amount == Decimal(1000)


def test_the_plan_of_a_contract_taken_back_stays(max_, rita):
    contract = make_signed_contract(rita, make_account("Acme", rita.person), "10.00", "2026-02-02")
    reverse_contract(actor=max_, contract=contract, on=day("2026-02-03"), reason="x")
    with pytest.raises(PostedRowError), transaction.atomic():
        Instalment.objects.update(amount=Decimal(1))


def test_the_lines_of_an_order_stay_from_its_confirmation_on(rita):
    order = make_order(rita, make_account("Acme", rita.person), "2026-02-02", ("2", "50.00"))
    OrderLine.objects.update(position=7)
    confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-03"))
    with pytest.raises(PostedRowError), transaction.atomic():
        OrderLine.objects.update(quantity=Decimal(3))
    with pytest.raises(PostedRowError), transaction.atomic():
        Order.objects.get().lines.all().delete()
    assert OrderLine.objects.get().quantity == Decimal(2)
