"""Money in: what it pays, what it counts for, and how a mistake is taken back."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from makers import cny, day, make_account
from makers_commerce import balances, make_invoice, make_receipt, make_signed_contract
from tiji.apps.commerce.models import Invoice, Measure, MeasureFact, Receipt, ReceiptApplication
from tiji.apps.commerce.services.receipts import apply_receipt, record_receipt, reverse_application, reverse_receipt
from tiji.shared.errors import DomainError, NotAllowed


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


def cash_of(person, month: str) -> Decimal:
    year, number = (int(part) for part in month.split("-"))
    facts = MeasureFact.objects.filter(measure=Measure.CASH, owner=person, on__year=year, on__month=number)
    return facts.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def test_receipt_pays_the_earliest_due_invoice_first(fiona, acme):
    january = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    february = make_invoice(fiona, acme, "50.00", due_on="2026-02-28")
    make_receipt(fiona, acme, "120.00", "2026-03-01")
    assert balances(january, february) == [Decimal("0.00"), Decimal("30.00")]


def test_chosen_invoices_are_paid_as_chosen(fiona, acme):
    january = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    february = make_invoice(fiona, acme, "50.00", due_on="2026-02-28")
    receipt = make_receipt(fiona, acme, "120.00", "2026-03-01", chosen={february.pk: Decimal("40.00")})
    assert balances(january, february) == [Decimal("100.00"), Decimal("10.00")]
    assert receipt.unapplied == Decimal("80.00")


def test_more_than_is_open_cannot_be_chosen_and_nothing_is_written(fiona, acme):
    invoice = make_invoice(fiona, acme, "50.00", due_on="2026-02-28")
    with pytest.raises(DomainError) as refusal:
        make_receipt(fiona, acme, "120.00", "2026-03-01", chosen={invoice.pk: Decimal("60.00")})
    assert "chosen" in refusal.value.fields
    assert not Receipt.objects.exists()


def test_the_worked_table_of_the_measure_facts(fiona, rita, ray, acme):
    """docs/kernel/measure-facts.md: March stays as it was whatever happens in April."""
    first = make_signed_contract(rita, acme, "1000.00", "2026-02-02")
    second = make_signed_contract(rita, acme, "500.00", "2026-02-03")
    type(second).objects.filter(pk=second.pk).update(status="draft")
    type(second).objects.filter(pk=second.pk).update(owner=ray.person, status="signed")
    second.refresh_from_db()
    one = make_invoice(fiona, acme, "1000.00", due_on="2026-03-01", contract=first)
    two = make_invoice(fiona, acme, "500.00", due_on="2026-03-31", contract=second)
    receipt = make_receipt(fiona, acme, "1200.00", "2026-03-10", chosen={one.pk: Decimal("1000.00")})
    assert (cash_of(rita.person, "2026-03"), cash_of(ray.person, "2026-03")) == (Decimal(1200), Decimal(0))

    apply_receipt(actor=fiona, receipt=receipt, applied_on=day("2026-04-05"), chosen={two.pk: Decimal("200.00")})
    assert cash_of(rita.person, "2026-03") == Decimal(1200)
    assert (cash_of(rita.person, "2026-04"), cash_of(ray.person, "2026-04")) == (Decimal(-200), Decimal(200))

    mistaken = ReceiptApplication.objects.get(invoice=two)
    reverse_application(actor=fiona, application=mistaken, on=day("2026-04-09"))
    assert (cash_of(rita.person, "2026-04"), cash_of(ray.person, "2026-04")) == (Decimal(0), Decimal(0))
    assert cash_of(rita.person, "2026-03") == Decimal(1200)
    assert Receipt.objects.get().unapplied == Decimal(200)


def test_a_reversed_receipt_leaves_its_invoices_open_and_nets_to_zero(fiona, rita, acme):
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    receipt = make_receipt(fiona, acme, "130.00", "2026-02-02")
    reverse_receipt(actor=fiona, receipt=receipt, on=day("2026-03-03"), reason="退票")
    assert balances(invoice) == [Decimal("100.00")]
    assert cash_of(rita.person, "2026-02") == Decimal(130)
    assert cash_of(rita.person, "2026-03") == Decimal(-130)
    receipt.refresh_from_db()
    assert receipt.unapplied == 0
    with pytest.raises(DomainError):
        reverse_receipt(actor=fiona, receipt=receipt, on=day("2026-03-04"), reason="again")


def test_an_application_is_reversed_once(fiona, acme):
    make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    make_receipt(fiona, acme, "100.00", "2026-02-02")
    application = ReceiptApplication.objects.get()
    reverse_application(actor=fiona, application=application, on=day("2026-02-03"))
    with pytest.raises(DomainError):
        reverse_application(actor=fiona, application=application, on=day("2026-02-04"))


@pytest.mark.parametrize("amount", ["0", "-5.00", "1.005"])
def test_an_amount_that_is_no_money_is_refused_at_its_field(fiona, acme, amount):
    with pytest.raises(DomainError) as refusal:
        record_receipt(actor=fiona, account=acme, amount=cny(amount), received_on=day("2026-03-01"))
    assert "amount" in refusal.value.fields


def test_only_finance_books_money(rita, max_, dora, acme):
    for actor in (rita, max_, dora):
        with pytest.raises(NotAllowed):
            make_receipt(actor, acme, "10.00", "2026-03-01")
    assert not Receipt.objects.exists()


def test_receipts_pay_only_invoices_of_their_currency(fiona, acme):
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-01-31")
    from tiji.kernel.money import Money

    record_receipt(actor=fiona, account=acme, amount=Money(Decimal("80"), "USD"), received_on=day("2026-02-01"))
    assert balances(invoice) == [Decimal("100.00")]
    assert Invoice.objects.get().currency == "CNY"
