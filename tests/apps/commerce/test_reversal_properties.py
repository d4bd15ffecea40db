"""Whatever is posted and taken back, one by one or in sets: every derived figure is what a rebuild makes of the rows.

Each seed is a year of business by chance. What a rule refuses is left; what goes through has to leave no difference.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction
from django.db.models import F, Sum

from makers import cny, day, make_account, make_product, moment
from makers_commerce import make_invoice, make_order, make_receipt, make_signed_contract
from tiji.apps.commerce.models import (
    Contract,
    CreditNote,
    Invoice,
    Measure,
    MeasureFact,
    Order,
    Receipt,
    ReceiptApplication,
)
from tiji.apps.commerce.services.bulk_orders import insert_orders, order_tables
from tiji.apps.commerce.services.contracts import reverse_contract
from tiji.apps.commerce.services.invoices import issue_credit_note, reverse_credit_note
from tiji.apps.commerce.services.orders import confirm_order, reverse_order
from tiji.apps.commerce.services.receipts import apply_receipt, reverse_application, reverse_receipt
from tiji.apps.commerce.services.withdrawals import withdraw_documents
from tiji.shared.derived import check, derived
from tiji.shared.errors import DomainError

FIRST, LATEST = day("2022-01-03"), day("2026-11-18")


def differences():
    return {figure.name: (found.missing, found.surplus) for figure in derived() if not (found := check(figure)).same}


class Year:
    """Documents of two customers by chance; each method does one thing and may be refused."""

    def __init__(self, seed, cast):
        self.chance = Random(seed)
        self.rita, self.max, self.fiona, self.olaf = cast
        self.accounts = [make_account(name, self.rita.person) for name in ("Acme", "Bolt")]
        self.product = make_product("EC-1")
        self.loads = []
        self.done = Counter()

    def act(self, name):
        try:
            with transaction.atomic():
                if getattr(self, name)() is not None:
                    self.done[name] += 1
        except DomainError:
            self.done["refused"] += 1

    def on(self, after=FIRST):
        return after + timedelta(days=self.chance.randint(0, max((LATEST - after).days, 0)))

    def one(self, rows):
        found = list(rows.order_by("pk"))
        return self.chance.choice(found) if found else None

    def account(self):
        return self.chance.choice(self.accounts)

    def amount(self, most="900.00"):
        return Decimal(self.chance.randint(1, int(Decimal(most) * 100))) / 100

    def order(self):
        contract = (
            self.one(Contract.objects.filter(status="signed", reverses=None)) if self.chance.random() < 0.3 else None
        )
        account = contract.account if contract else self.account()
        on = self.on()
        made = make_order(self.rita, account, on, ("3", str(self.amount())), contract=contract)
        return confirm_order(actor=self.rita, order=made, confirmed_on=self.on(on))

    def contract(self):
        amount = self.amount()
        return make_signed_contract(self.rita, self.account(), str(amount), self.on(), cost=str(amount / 2))

    def invoice(self):
        basis = self.one(self.chance.choice([Contract, Order]).objects.filter(reverses=None))
        on = self.on()
        if basis is None or self.chance.random() < 0.3:
            return make_invoice(self.fiona, self.account(), str(self.amount()), due_on=on)
        billed = {"contract" if isinstance(basis, Contract) else "order": basis}
        return make_invoice(self.fiona, basis.account, str(basis.money.rounded().amount), due_on=on, **billed)

    def receipt(self):
        apply = self.chance.random() < 0.7
        return make_receipt(self.fiona, self.account(), str(self.amount()), self.on(), apply=apply)

    def apply(self):
        receipt = self.one(Receipt.objects.filter(unapplied__gt=0))
        return receipt and apply_receipt(actor=self.fiona, receipt=receipt, applied_on=self.on(receipt.received_on))

    def credit_note(self):
        bill = self.one(Invoice.objects.filter(balance__gt=0))
        if bill is None:
            return None
        share = bill.balance if self.chance.random() < 0.7 else Decimal("0.01")
        return issue_credit_note(
            actor=self.fiona, invoice=bill, amount=cny(share), issued_on=self.on(bill.issued_on), reason="x"
        )

    def take_credit_note_back(self):
        row = self.one(CreditNote.objects.filter(reverses=None, reversed_by=None))
        return row and reverse_credit_note(actor=self.fiona, note=row, on=self.on(row.issued_on), reason="x")

    def take_payment_back(self):
        row = self.one(ReceiptApplication.objects.filter(reverses=None, reversed_by=None))
        return row and reverse_application(actor=self.fiona, application=row, on=self.on(row.applied_on))

    def take_receipt_back(self):
        row = self.one(Receipt.objects.filter(reverses=None, reversed_by=None))
        return row and reverse_receipt(actor=self.fiona, receipt=row, on=LATEST, reason="x")

    def take_order_back(self):
        row = self.one(Order.objects.filter(status="confirmed", reverses=None).exclude(invoices__balance__gt=0))
        return row and reverse_order(actor=self.max, order=row, on=self.on(row.confirmed_on), reason="x")

    def take_contract_back(self):
        row = self.one(Contract.objects.filter(status="signed", reverses=None).exclude(invoices__balance__gt=0))
        return row and reverse_contract(actor=self.max, contract=row, on=self.on(row.signed_on), reason="x")

    def load(self):
        days = [self.on() for _each in range(3)]
        orders, lines = order_tables(
            orders={
                "account_id": [self.account().pk for _each in days],
                "owner_id": [self.rita.person_id] * 3,
                "ordered_on": days,
                "currency": ["CNY"] * 3,
            },
            lines={
                "order": [0, 1, 2],
                "product_id": [self.product.pk] * 3,
                "quantity": [10_000] * 3,
                "unit_price": [1_200_000] * 3,
                "amount": [1_200_000] * 3,
                "cost": [700_000] * 3,
            },
        )
        loaded = insert_orders(actor=None, orders=orders, lines=lines, bill=True)
        self.loads.append(loaded)
        return loaded

    def withdraw(self):
        if not self.loads:
            return None
        loaded = self.chance.choice(self.loads)
        paid = ReceiptApplication.objects.filter(
            invoice__in=loaded.invoice_ids, reverses=None, reversed_by=None, receipt__reversed_by=None
        )
        return withdraw_documents(
            actor=self.olaf,
            orders=loaded.order_ids,
            invoices=loaded.invoice_ids,
            receipts=sorted(set(paid.values_list("receipt_id", flat=True))),
            at=moment("2026-11-18"),
            reason="x",
            batch="import:7",
        )


POSTING = ("order", "contract", "invoice", "receipt", "receipt", "apply", "load")
TAKING_BACK = (
    "credit_note",
    "take_credit_note_back",
    "take_payment_back",
    "take_receipt_back",
    "take_order_back",
    "take_contract_back",
)


@pytest.mark.parametrize("seed", range(5))
def test_after_every_reversal_the_figures_are_those_of_a_rebuild(seed, rita, max_, fiona, olaf):
    year = Year(seed, (rita, max_, fiona, olaf))
    for _round in range(8):
        for _each in range(3):
            year.act(year.chance.choice(POSTING))
        assert differences() == {}
        for _each in range(2):
            year.act(year.chance.choice((*TAKING_BACK, "withdraw")))
        assert differences() == {}
    assert sum(year.done[name] for name in (*TAKING_BACK, "withdraw")) >= 4, year.done
    assert year.done["credit_note"] >= 1, year.done
    no_cent_is_lost()
    nothing_is_billed_twice()


def nothing_is_billed_twice():
    """Of no contract and no order is more billed, less what was credited, than it came to."""
    for model, key in ((Contract, "contract"), (Order, "order")):
        for basis in model.objects.filter(reverses=None):
            billed = basis.invoices.aggregate(total=Sum("amount"))["total"] or Decimal(0)
            notes = CreditNote.objects.filter(**{f"invoice__{key}": basis})
            credited = notes.aggregate(total=Sum("amount"))["total"] or Decimal(0)
            assert billed - credited <= basis.money.rounded().amount, basis


def no_cent_is_lost():
    """Sums of the facts against sums of the documents, which no rebuild has touched."""

    def total(rows, amount="amount"):
        return rows.aggregate(total=Sum(amount))["total"] or Decimal(0)

    def counted(measure):
        return total(MeasureFact.objects.filter(measure=measure))

    contracts = Contract.objects.exclude(status="draft")
    orders = Order.objects.exclude(status="draft").filter(contract=None)
    assert counted(Measure.SIGNED) == total(contracts) + total(orders)
    assert counted(Measure.CASH) == total(Receipt.objects)
    assert total(Invoice.objects, "balance") == (
        total(Invoice.objects) - total(ReceiptApplication.objects) - total(CreditNote.objects)
    )
    assert total(Receipt.objects, "unapplied") == total(Receipt.objects) - total(ReceiptApplication.objects)
    assert not Receipt.objects.filter(unapplied__gt=F("amount"), amount__gt=0).exists()


def test_money_kept_becomes_new_business_again_when_a_single_order_goes_back(rita, max_, fiona):
    """An order from 2025, paid in part with money of which a rest is kept in 2026: without the order it is new."""
    acme = make_account("Acme", rita.person)
    order = confirm_order(
        actor=rita, order=make_order(rita, acme, "2025-01-05", ("2", "50.00")), confirmed_on=day("2025-01-05")
    )
    bill = make_invoice(fiona, acme, "100.00", due_on="2025-02-01", order=order)
    make_receipt(fiona, acme, "60.00", "2026-06-01", chosen={bill.pk: Decimal("40.00")})

    def cash():
        rows = MeasureFact.objects.filter(measure=Measure.CASH).order_by("amount")
        return list(rows.values_list("kind", "amount"))

    assert cash() == [("existing", Decimal(20)), ("new", Decimal(40))]
    issue_credit_note(actor=fiona, invoice=bill, amount=cny(60), issued_on=date(2026, 6, 2), reason="x")
    reverse_order(actor=max_, order=order, on=date(2026, 6, 3), reason="x")
    assert cash() == [("new", Decimal(20)), ("new", Decimal(40))]
    assert differences() == {}
