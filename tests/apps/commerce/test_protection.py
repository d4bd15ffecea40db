"""Posted money cannot be edited, deleted or added to, not even past the services."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from makers import cny, day, make_account
from makers_commerce import make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import (
    Contract,
    CreditNote,
    Instalment,
    Invoice,
    Order,
    OrderLine,
    Receipt,
    ReceiptApplication,
)
from tiji.apps.commerce.services.bulk import PaidInvoice, SignedContract, insert_signed_contracts
from tiji.apps.commerce.services.contracts import PlannedInstalment, reverse_contract
from tiji.apps.commerce.services.invoices import issue_credit_note, reverse_credit_note
from tiji.apps.commerce.services.orders import confirm_order, reverse_order
from tiji.apps.commerce.services.receipts import reverse_receipt
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


def put_in(model, **changed):
    """A row like the first one, put into the table past every service. Raises: PostedRowError."""
    row = model.objects.order_by("pk").values().first()
    row |= {"id": None, **changed}
    columns = [field for field in model._meta.concrete_fields if field.attname != "id"]
    names = ", ".join(f'"{field.column}"' for field in columns)
    values = [field.get_db_prep_save(row[field.attname], connection) for field in columns]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})', values
        )


@pytest.mark.parametrize("state", ["confirmed", "reversed"])
def test_a_line_is_added_to_a_draft_and_not_to_an_order_that_is_posted(rita, max_, state):
    order = make_order(rita, make_account("Acme", rita.person), "2026-02-02", ("2", "50.00"))
    put_in(OrderLine, position=2)
    confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-03"))
    if state == "reversed":
        reverse_order(actor=max_, order=order, on=day("2026-02-04"), reason="x")
    with pytest.raises(PostedRowError, match="不能再增加"):
        put_in(OrderLine, position=3)
    with pytest.raises(PostedRowError), transaction.atomic():
        OrderLine.objects.bulk_create([OrderLine(**line_of(order, 4))])
    assert OrderLine.objects.count() == 2


def line_of(order, position):
    line = order.lines.first()
    return {
        "order": order,
        "position": position,
        "product_id": line.product_id,
        "quantity": Decimal(1),
        "unit_price": Decimal(1),
        "amount": Decimal(1),
    }


def test_a_plan_of_a_signed_contract_takes_no_instalment(rita):
    make_signed_contract(rita, make_account("Acme", rita.person), "10.00", "2026-02-02")
    with pytest.raises(PostedRowError):
        put_in(Instalment, position=2)
    assert Instalment.objects.count() == 1


def test_nothing_is_paid_that_was_not_set_aside(posted, rita, fiona):
    """400.00 of 1,000.00 are paid and the receipt is used up: no second payment, not of 1/10,000 either."""
    for amount in (Decimal(400), Decimal("0.0001")):
        with pytest.raises(PostedRowError, match="预留"):
            put_in(ReceiptApplication, amount=amount)
    more = make_receipt(fiona, Receipt.objects.get().account, "50.00", "2026-03-03", apply=False)
    with pytest.raises(PostedRowError):
        put_in(ReceiptApplication, amount=Decimal(50), receipt_id=more.pk)
    Invoice.objects.update(balance=Decimal(550))
    with pytest.raises(PostedRowError):
        put_in(ReceiptApplication, amount=Decimal(50), receipt_id=more.pk)
    Receipt.objects.filter(pk=more.pk).update(unapplied=Decimal(0))
    put_in(ReceiptApplication, amount=Decimal(50), receipt_id=more.pk)
    assert ReceiptApplication.objects.count() == 2


def test_no_credit_note_comes_in_for_what_is_still_owed(posted, fiona):
    issue_credit_note(
        actor=fiona, invoice=Invoice.objects.get(), amount=cny(100), issued_on=day("2026-03-03"), reason="x"
    )
    with pytest.raises(PostedRowError):
        put_in(CreditNote, number="HZ-X", amount=Decimal("0.0001"))
    assert CreditNote.objects.count() == 1


def test_a_payment_is_of_one_customer_and_one_currency(posted, rita, fiona):
    bolt = make_account("Bolt", rita.person)
    other = make_invoice(fiona, bolt, "70.00", due_on="2026-03-01")
    cash = make_receipt(fiona, Receipt.objects.get().account, "50.00", "2026-03-03", apply=False)
    Receipt.objects.filter(pk=cash.pk).update(unapplied=Decimal(0))
    Invoice.objects.update(balance=Decimal(0))
    with pytest.raises(PostedRowError):
        put_in(ReceiptApplication, amount=Decimal(50), receipt_id=cash.pk, invoice_id=other.pk)
    with pytest.raises(PostedRowError):
        put_in(ReceiptApplication, amount=Decimal(50), receipt_id=cash.pk, currency="USD")
    put_in(ReceiptApplication, amount=Decimal(50), receipt_id=cash.pk)


def test_a_reversal_takes_back_what_it_names_and_nothing_is_booked_on_a_receipt_taken_back(posted, fiona):
    paid = ReceiptApplication.objects.get()
    with pytest.raises(PostedRowError):
        put_in(ReceiptApplication, amount=Decimal(-1), reverses_id=paid.pk)
    reverse_receipt(actor=fiona, receipt=Receipt.objects.get(), on=day("2026-03-04"), reason="x")
    Invoice.objects.update(balance=Decimal(0))
    with pytest.raises(PostedRowError):
        put_in(ReceiptApplication, amount=Decimal(400))
    with pytest.raises(PostedRowError):
        put_in(ReceiptApplication, amount=Decimal(400), receipt_id=Receipt.objects.latest("pk").pk)


def test_a_credit_note_is_taken_back_whole_once_and_on_its_own_invoice(posted, fiona):
    """600.00 of 1,000.00 are open; the database takes no other amount, no second time, no reversal of a reversal."""
    invoice = Invoice.objects.get()
    note = issue_credit_note(actor=fiona, invoice=invoice, amount=cny(50), issued_on=day("2026-03-04"), reason="x")
    other = make_invoice(fiona, invoice.account, "70.00", due_on="2026-03-01")
    again = {"number": "HZ-X", "amount": Decimal(-50), "reverses_id": note.pk}
    for wrong in ({"amount": Decimal(-49)}, {"invoice_id": other.pk}):
        with pytest.raises(PostedRowError):
            put_in(CreditNote, **again | wrong)
    for wrong in ({"amount": Decimal(50)}, {"reverses_id": None}):
        with pytest.raises(IntegrityError):
            put_in(CreditNote, **again | wrong)
    reversal = reverse_credit_note(actor=fiona, note=note, on=day("2026-03-05"), reason="x")
    with pytest.raises(IntegrityError):
        put_in(CreditNote, **again)
    with pytest.raises((PostedRowError, IntegrityError)):
        put_in(CreditNote, **again | {"reverses_id": reversal.pk})
    with pytest.raises(PostedRowError), transaction.atomic():
        CreditNote.objects.filter(pk=reversal.pk).update(reverses=None)
    assert CreditNote.objects.count() == 2


def test_documents_in_sets_come_in_past_the_triggers_and_not_twice(rita):
    """The set makes its parts before what posts them; the same lines once more are refused."""
    acme, on = make_account("Acme", rita.person), day("2026-02-02")
    plan = PlannedInstalment("全款", on, Decimal(100))
    bill = PaidInvoice(0, on, on, Decimal(100), [(on, Decimal(60)), (day("2026-02-05"), Decimal(40))])
    one = SignedContract("x", acme.pk, rita.person_id, on, Decimal(100), "CNY", instalments=[plan], invoices=[bill])
    insert_signed_contracts(actor=None, contracts=[one, one])
    assert (Instalment.objects.count(), ReceiptApplication.objects.count()) == (2, 4)
    with pytest.raises(PostedRowError):
        put_in(Instalment, position=2)
