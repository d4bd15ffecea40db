"""Contracts: the plan adds up, signing freezes, a reversal is a second row."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from makers import cny, day, make_account
from makers_commerce import make_invoice, make_order, make_signed_contract
from makers_pipeline import make_opportunity
from tiji.apps.commerce.models import Contract, Measure, MeasureFact, Order
from tiji.apps.commerce.services.contracts import (
    PlannedInstalment,
    draft_contract,
    edit_contract,
    reverse_contract,
    sign_contract,
)
from tiji.apps.commerce.services.invoices import issue_credit_note, issue_invoice
from tiji.apps.commerce.services.orders import confirm_order, reverse_order
from tiji.shared.errors import Conflict, DomainError, NotAllowed


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


def total(measure: str, **filters) -> Decimal:
    return MeasureFact.objects.filter(measure=measure, **filters).aggregate(total=Sum("amount"))["total"] or Decimal(0)


def test_signing_counts_the_amount_and_the_profit_for_the_owner_and_his_unit(rita, acme, company):
    make_signed_contract(rita, acme, "1000.00", "2026-02-02", cost="640.00")
    fact = MeasureFact.objects.get(measure=Measure.SIGNED)
    assert (fact.amount, fact.owner, fact.unit, fact.kind) == (Decimal(1000), rita.person, company.suzhou, "new")
    assert total(Measure.GROSS_PROFIT) == Decimal(360)
    assert total(Measure.NEW_CUSTOMERS) == 1


def test_a_customer_is_new_for_twelve_months_and_again_after_twenty_four_without_business(rita, acme):
    signed = ["2021-01-10", "2021-12-31", "2022-02-01", "2024-02-01", "2026-03-02"]
    kinds = [make_signed_contract(rita, acme, "10.00", on).kind for on in signed]
    assert kinds == ["new", "new", "existing", "existing", "new"]
    assert total(Measure.NEW_CUSTOMERS) == 2


def test_instalments_must_add_up_to_the_contract(rita, acme):
    plan = [
        PlannedInstalment("预付", day("2026-02-01"), Decimal("30")),
        PlannedInstalment("尾款", day("2026-05-01"), Decimal("60")),
    ]
    with pytest.raises(DomainError) as refusal:
        draft_contract(actor=rita, account=acme, name="x", amount=cny("100.00"), on=day("2026-02-01"), instalments=plan)
    assert "instalments" in refusal.value.fields
    assert not Contract.objects.exists()


def test_what_takes_an_order_back_stays_with_its_opportunity(rita, max_, acme):
    deal = make_opportunity(rita, account=acme)
    order = make_order(rita, acme, "2026-02-02")
    Order.objects.update(opportunity=deal)
    order = confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-03"))
    reversal = reverse_order(actor=max_, order=order, on=day("2026-02-04"), reason="x")
    assert (reversal.opportunity, reversal.amount, reversal.stands) == (deal, -order.amount, False)


def test_a_reversed_contract_keeps_its_month_and_takes_the_amount_back_later(rita, max_, acme):
    contract = make_signed_contract(rita, acme, "1000.00", "2026-02-02", cost="640.00")
    reverse_contract(actor=max_, contract=contract, on=day("2026-05-05"), reason="客户取消")
    assert total(Measure.SIGNED, on__month=2) == Decimal(1000)
    assert total(Measure.SIGNED, on__month=5) == Decimal(-1000)
    assert total(Measure.GROSS_PROFIT) == 0
    assert total(Measure.NEW_CUSTOMERS) == 0


def test_a_contract_with_open_invoices_is_not_reversed(rita, max_, fiona, acme):
    contract = make_signed_contract(rita, acme, "1000.00", "2026-02-02")
    invoice = make_invoice(fiona, acme, "400.00", due_on="2026-03-01", contract=contract)
    with pytest.raises(DomainError):
        reverse_contract(actor=max_, contract=contract, on=day("2026-05-05"), reason="客户取消")
    issue_credit_note(actor=fiona, invoice=invoice, amount=cny("400.00"), issued_on=day("2026-05-01"), reason="取消")
    reverse_contract(actor=max_, contract=contract, on=day("2026-05-05"), reason="客户取消")


def test_a_rep_does_not_reverse_and_a_stranger_does_not_sign(rita, zoe, acme):
    contract = draft_contract(actor=rita, account=acme, name="x", amount=cny("5.00"), on=day("2026-02-01"))
    with pytest.raises(NotAllowed):
        sign_contract(actor=zoe, contract=contract, signed_on=day("2026-02-02"))
    signed = make_signed_contract(rita, acme, "7.00", "2026-02-03")
    with pytest.raises(NotAllowed):
        reverse_contract(actor=rita, contract=signed, on=day("2026-02-04"), reason="x")


def test_two_editors_of_a_draft(rita, max_, acme):
    contract = draft_contract(actor=rita, account=acme, name="x", amount=cny("5.00"), on=day("2026-02-01"))
    changes = {"name": "y", "amount": cny("6.00"), "cost": None, "instalments": ()}
    edit_contract(actor=rita, contract=contract, expected_version=1, **changes)
    with pytest.raises(Conflict):
        edit_contract(actor=max_, contract=contract, expected_version=1, **changes)


def test_no_more_is_billed_than_was_signed(rita, fiona, acme):
    contract = make_signed_contract(rita, acme, "1000.00", "2026-02-02")
    make_invoice(fiona, acme, "600.00", due_on="2026-03-01", contract=contract)
    with pytest.raises(DomainError) as refusal:
        issue_invoice(
            actor=fiona,
            account=acme,
            amount=cny("400.01"),
            issued_on=day("2026-04-01"),
            due_on=day("2026-05-01"),
            contract=contract,
        )
    assert "amount" in refusal.value.fields
    make_invoice(fiona, acme, "400.00", due_on="2026-05-01", contract=contract)
