"""Every derived figure can be dropped and is found again, to the cent."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from makers import cny, day, make_account
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from tiji.apps.commerce.models import Invoice, MeasureFact, ReceiptApplication
from tiji.apps.commerce.services.contracts import reverse_contract
from tiji.apps.commerce.services.invoices import issue_credit_note
from tiji.apps.commerce.services.receipts import apply_receipt, reverse_application, reverse_receipt


@pytest.fixture
def busy_year(rita, max_, fiona):
    """Contracts, one of them reversed; receipts applied at once, later, wrongly and one that bounced; a credit note."""
    acme, bolt = make_account("Acme", rita.person), make_account("Bolt", rita.person)
    first = make_signed_contract(rita, acme, "1000.00", "2026-01-10", cost="600.00")
    reverse_contract(
        actor=max_,
        contract=make_signed_contract(rita, bolt, "80.50", "2026-02-01", cost="20.25"),
        on=day("2026-03-01"),
        reason="取消",
    )
    one = make_invoice(fiona, acme, "600.00", due_on="2026-02-10", contract=first)
    two = make_invoice(fiona, acme, "400.00", due_on="2026-03-10", contract=first)
    make_receipt(fiona, acme, "599.99", "2026-02-11")
    later = make_receipt(fiona, acme, "100.00", "2026-03-01", apply=False)
    apply_receipt(actor=fiona, receipt=later, applied_on=day("2026-03-09"), chosen={two.pk: Decimal("60.00")})
    reverse_application(actor=fiona, application=ReceiptApplication.objects.get(invoice=two), on=day("2026-03-12"))
    bounced = make_receipt(fiona, bolt, "5.00", "2026-03-20")
    reverse_receipt(actor=fiona, receipt=bounced, on=day("2026-04-01"), reason="退票")
    issue_credit_note(actor=fiona, invoice=one, amount=cny("0.01"), issued_on=day("2026-04-02"), reason="抹零")


def test_what_is_stored_is_what_the_ledgers_say(busy_year):
    out = StringIO()
    call_command("check_figures", stdout=out)
    assert "DIFFERENT" not in out.getvalue()
    # signed and profit of three contracts, one customer gained; cash: one applied at once, one kept (1), applied later
    # and taken back (2 each), one that bounced (2)
    assert "measure facts: 15 rows, rebuilt 15" in out.getvalue()


def test_a_figure_that_went_wrong_is_told_and_mended(busy_year):
    fact = MeasureFact.objects.filter(measure="cash").first()
    MeasureFact.objects.filter(pk=fact.pk).update(amount=fact.amount + 1)
    Invoice.objects.filter(amount=Decimal(400)).update(balance=Decimal(1))
    with pytest.raises(CommandError, match="2 derived figures differ"):
        call_command("check_figures", stdout=StringIO())
    call_command("check_figures", repair=True, stdout=StringIO())
    call_command("check_figures", stdout=StringIO())
    assert Invoice.objects.get(amount=Decimal(400)).balance == Decimal(400)
