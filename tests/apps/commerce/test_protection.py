"""Posted money cannot be edited or deleted, not even past the services."""

from decimal import Decimal

import pytest
from django.db import transaction

from makers import make_account
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from tiji.apps.commerce.models import Contract, Invoice, Receipt, ReceiptApplication
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
