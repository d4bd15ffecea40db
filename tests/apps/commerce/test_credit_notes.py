"""A credit note takes back what is open of an invoice; a mistake is taken back by a second, negative one."""

from decimal import Decimal

import pytest
from django.db import transaction

from makers import cny, day, make_account, make_product, moment
from makers_commerce import balances, make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import CreditNote, Invoice
from tiji.apps.commerce.selectors.collection import ageing_trend, due_in_month, sales
from tiji.apps.commerce.selectors.receivables import receivables
from tiji.apps.commerce.services.bulk_orders import insert_orders, order_tables
from tiji.apps.commerce.services.contracts import reverse_contract
from tiji.apps.commerce.services.invoices import issue_credit_note, reverse_credit_note
from tiji.apps.commerce.services.orders import confirm_order, reverse_order
from tiji.apps.commerce.services.withdrawals import withdraw_documents
from tiji.shared.derived import check, derived
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


def credit(fiona, invoice, amount, on="2026-03-05"):
    return issue_credit_note(actor=fiona, invoice=invoice, amount=cny(amount), issued_on=day(on), reason="returned")


def take_back(fiona, note, on="2026-03-20"):
    return reverse_credit_note(actor=fiona, note=note, on=day(on), reason="sent to the wrong customer")


def refusal(fiona, note, **said):
    with pytest.raises(DomainError) as refused, transaction.atomic():
        take_back(fiona, note, **said)
    return refused.value.code, refused.value.field


def test_what_it_took_off_is_owed_again_and_may_be_paid(fiona, acme):
    """100.00, of which 70.00 were credited: 30.00 are open, after the reversal 100.00, after 120.00 of cash nothing."""
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-03-01")
    note = credit(fiona, invoice, "70.00")
    assert balances(invoice) == [Decimal(30)]
    reversal = take_back(fiona, note)
    assert (reversal.amount, reversal.reverses, reversal.issued_on) == (Decimal(-70), note, day("2026-03-20"))
    assert balances(invoice) == [Decimal(100)]
    receipt = make_receipt(fiona, acme, "120.00", "2026-03-21")
    assert (balances(invoice), receipt.unapplied) == ([Decimal(0)], Decimal(20))
    assert [figure.name for figure in derived() if not check(figure).same] == []


def test_every_day_before_it_stays_as_it_was(fiona, acme):
    """Issued 100.00 on 1 March, 70.00 credited on the 5th and owed again from the 20th on."""
    invoice = make_invoice(fiona, acme, "100.00", due_on="2026-03-01")
    take_back(fiona, credit(fiona, invoice, "70.00"))
    today = day("2026-04-01")
    for on, owed in (("2026-03-04", 100), ("2026-03-05", 30), ("2026-03-19", 30), ("2026-03-20", 100)):
        rows = receivables(viewer=fiona, as_of=day(on), today=today)
        assert [row.open_at for row in rows] == [Decimal(owed)], on
        assert ageing_trend(viewer=fiona, days=[day(on)], currency="CNY")[0].total == Decimal(owed), on
        assert due_in_month(viewer=fiona, as_of=day(on), currency="CNY").due == cny(owed), on
    assert sales(viewer=fiona, as_of=day("2026-03-19"), currency="CNY", days=19) == cny(30)
    assert sales(viewer=fiona, as_of=day("2026-03-20"), currency="CNY", days=20) == cny(100)


def test_it_is_refused_twice_too_early_without_a_reason_and_to_others(fiona, rita, max_, acme):
    note = credit(fiona, make_invoice(fiona, acme, "100.00", due_on="2026-03-01"), "70.00")
    assert refusal(fiona, note, on="2026-03-04") == ("rule", "on")
    with pytest.raises(DomainError) as unexplained:
        reverse_credit_note(actor=fiona, note=note, on=day("2026-03-20"), reason=" ")
    assert unexplained.value.field == "reason"
    for seller in (rita, max_):
        with pytest.raises(NotAllowed):
            take_back(seller, note)
    reversal = take_back(fiona, note)
    assert refusal(fiona, note) == ("posted", None)
    assert refusal(fiona, reversal) == ("posted", None)
    assert CreditNote.objects.count() == 2


def test_what_was_billed_anew_is_not_owed_twice(rita, fiona, acme):
    """Of 100.00 signed, 100.00 were billed, 70.00 credited and 50.00 billed again: 20.00 are left for 70.00."""
    contract = make_signed_contract(rita, acme, "100.00", "2026-02-01")
    part = {"contract": contract, "instalment": contract.instalments.get()}
    note = credit(fiona, make_invoice(fiona, acme, "100.00", due_on="2026-03-01", **part), "70.00")
    newer = make_invoice(fiona, acme, "50.00", due_on="2026-04-01", **part)
    with pytest.raises(DomainError, match=r"50\.00") as refused, transaction.atomic():
        take_back(fiona, note)
    assert refused.value.code == "over-billed"
    credit(fiona, newer, "49.99", on="2026-04-02")
    assert refusal(fiona, note) == ("over-billed", None)
    credit(fiona, newer, "0.01", on="2026-04-02")
    take_back(fiona, note)
    assert Invoice.objects.get(pk=note.invoice_id).balance == Decimal(100)


def test_what_was_taken_back_is_not_owed_again(rita, max_, fiona, olaf, acme):
    contract = make_signed_contract(rita, acme, "100.00", "2026-02-01")
    order = confirm_order(actor=rita, order=make_order(rita, acme, "2026-02-01"), confirmed_on=day("2026-02-01"))
    of_contract = credit(fiona, make_invoice(fiona, acme, "100", due_on="2026-03-01", contract=contract), "100")
    of_order = credit(fiona, make_invoice(fiona, acme, "100", due_on="2026-03-01", order=order), "100")
    reverse_contract(actor=max_, contract=contract, on=day("2026-03-06"), reason="x")
    reverse_order(actor=max_, order=order, on=day("2026-03-06"), reason="x")
    assert refusal(fiona, of_contract) == ("basis-reversed", None)
    assert refusal(fiona, of_order) == ("basis-reversed", None)
    loaded = load(rita, acme)
    withdraw_documents(
        actor=olaf,
        orders=loaded.order_ids,
        invoices=loaded.invoice_ids,
        at=moment("2026-11-18"),
        reason="x",
        batch="import:7",
    )
    assert refusal(fiona, CreditNote.objects.latest("pk")) == ("withdrawn", None)


def load(rita, account):
    """A billed order of 120.00, as a file brings it in."""
    orders, lines = order_tables(
        orders={
            "account_id": [account.pk],
            "owner_id": [rita.person_id],
            "ordered_on": [day("2026-02-02")],
            "currency": ["CNY"],
        },
        lines={
            "order": [0],
            "product_id": [make_product("D-1").pk],
            "quantity": [10_000],
            "unit_price": [1_200_000],
            "amount": [1_200_000],
        },
    )
    return insert_orders(actor=None, orders=orders, lines=lines, bill=True)


def test_the_log_says_who_took_it_back_and_why(fiona, acme):
    note = credit(fiona, make_invoice(fiona, acme, "100.00", due_on="2026-03-01"), "70.00")
    take_back(fiona, note)
    entry = AuditEntry.objects.get(action="credit_note.reverse")
    assert (entry.object_id, entry.actor_id, entry.reason) == (note.pk, fiona.pk, "sent to the wrong customer")
