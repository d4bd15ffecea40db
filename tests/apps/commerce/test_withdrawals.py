"""Documents taken back in sets: what single reversals would leave, on the days of what they take back."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from makers import cny, day, make_account, make_product, moment
from makers_commerce import make_order, make_receipt
from tiji.apps.commerce.models import CreditNote, Invoice, MeasureFact, Order, Receipt
from tiji.apps.commerce.services.bulk_orders import insert_orders, order_tables
from tiji.apps.commerce.services.invoices import issue_credit_note
from tiji.apps.commerce.services.orders import confirm_order, reverse_order
from tiji.apps.commerce.services.receipts import record_receipt
from tiji.apps.commerce.services.withdrawals import withdraw_documents
from tiji.shared.derived import check, derived
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry

AT = moment("2026-11-18")
FACT = ("measure", "on", "kind", "account_id", "owner_id", "unit_id", "currency")


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


@pytest.fixture
def beta(rita):
    return make_account("Beta", rita.person)


def load(account, rita, *days, key="K", **more):
    """One billed order a day of 120.00, costing 70.00."""
    drive = make_product(f"D-{key}")
    count = len(days)
    orders, lines = order_tables(
        orders={
            "account_id": [account.pk] * count,
            "owner_id": [rita.person_id] * count,
            "ordered_on": [day(one) for one in days],
            "currency": ["CNY"] * count,
            "key": [f"{key}{at}" for at in range(count)],
            "number": [f"{key}{at}" for at in range(count)],
        },
        lines={
            "order": list(range(count)),
            "product_id": [drive.pk] * count,
            "quantity": [10_000] * count,
            "unit_price": [1_200_000] * count,
            "amount": [1_200_000] * count,
            "cost": [700_000] * count,
        },
    )
    return insert_orders(actor=None, orders=orders, lines=lines, source="book", bill=True, **more)


def withdraw(actor, loaded, **more):
    told = {"orders": loaded.order_ids, "invoices": [key for key in loaded.invoice_ids if key], **more}
    return withdraw_documents(actor=actor, at=AT, reason="Loaded by mistake", batch="import:7", **told)


def facts():
    """Every measure by day and place, without what comes to nothing."""
    rows = MeasureFact.objects.values_list(*FACT).annotate(total=Sum("amount")).order_by(*FACT)
    return [row for row in rows if row[-1]]


def sound():
    return [figure.name for figure in derived() if not check(figure).same]


def test_a_load_taken_back_leaves_every_day_as_it_was(olaf, rita, acme, beta):
    confirm_order(actor=rita, order=make_order(rita, beta, "2026-02-03"), confirmed_on=day("2026-02-03"))
    before = facts()
    loaded = load(acme, rita, "2026-01-05", "2026-01-05", "2026-04-01")
    assert facts() != before
    done = withdraw(olaf, loaded)
    assert (done.orders, done.invoices, done.receipts) == (3, 3, 0)
    assert facts() == before
    assert Order.objects.live().count() == 1
    taken = Order.objects.filter(pk__in=loaded.order_ids)
    assert set(taken.values_list("status", "external_key")) == {("reversed", "")}
    pairs = [(row.amount, row.cost, row.confirmed_on) for row in Order.objects.filter(reverses__in=taken)]
    assert sorted(pairs) == [
        (Decimal("-120"), Decimal("-70"), day("2026-01-05")),
        (Decimal("-120"), Decimal("-70"), day("2026-01-05")),
        (Decimal("-120"), Decimal("-70"), day("2026-04-01")),
    ]
    notes = CreditNote.objects.values_list("invoice__order__number", "amount", "issued_on").order_by("pk")
    assert list(notes) == [
        ("K0", Decimal(120), day("2026-01-05")),
        ("K1", Decimal(120), day("2026-01-05")),
        ("K2", Decimal(120), day("2026-04-01")),
    ]
    assert Invoice.objects.filter(balance__gt=0).count() == 0
    assert sound() == []


def test_a_set_leaves_what_single_reversals_leave(olaf, fiona, max_, rita, acme, beta):
    """The same orders once taken back one by one, once in a set: the same facts, states and numbers."""
    one, many = load(acme, rita, "2026-01-05", key="A"), load(beta, rita, "2026-01-05", key="B")
    order, invoice = Order.objects.get(pk=one.order_ids[0]), Invoice.objects.get(pk=one.invoice_ids[0])
    issue_credit_note(actor=fiona, invoice=invoice, amount=cny(120), issued_on=day("2026-01-05"), reason="x")
    reverse_order(actor=max_, order=order, on=day("2026-01-05"), reason="x")
    withdraw(olaf, many)

    def told(account):
        rows = MeasureFact.objects.filter(account=account).order_by("measure", "amount")
        orders = Order.objects.filter(account=account).order_by("pk")
        return (
            list(rows.values_list("measure", "on", "kind", "owner_id", "unit_id", "amount", "source")),
            list(orders.values_list("status", "kind", "amount", "cost", "confirmed_on", "version")),
            list(Invoice.objects.filter(account=account).values_list("amount", "balance")),
        )

    assert told(acme) == told(beta)


def test_receipts_go_back_before_the_invoices_they_paid(olaf, fiona, rita, acme):
    loaded = load(acme, rita, "2026-01-05", "2026-01-06")
    receipt = record_receipt(actor=fiona, account=acme, amount=cny(150), received_on=day("2026-02-01"))
    with pytest.raises(DomainError) as refused:
        withdraw(olaf, loaded)
    assert refused.value.code == "paid"
    assert Order.objects.filter(status="reversed").count() == 0
    withdraw(olaf, loaded, receipts=[receipt.pk])
    assert facts() == []
    assert list(Receipt.objects.order_by("pk").values_list("amount", "unapplied")) == [(150, 0), (-150, 0)]
    assert CreditNote.objects.aggregate(total=Sum("amount"))["total"] == Decimal(240)
    assert sound() == []


def test_money_of_others_on_account_stays_and_counts_as_new_business_again(olaf, fiona, rita, acme):
    """Without the order from 2025 the customer was not buying: the rest of a receipt is business with a new one."""
    loaded = load(acme, rita, "2025-01-05")
    make_receipt(fiona, acme, "30.00", "2026-06-01", apply=False)
    kinds = MeasureFact.objects.filter(measure="cash").values_list("kind", "amount")
    assert list(kinds) == [("existing", Decimal(30))]
    withdraw(olaf, loaded)
    assert list(kinds.all()) == [("new", Decimal(30))]
    assert sound() == []


def test_nothing_goes_back_twice_or_by_the_wrong_hands(olaf, fiona, rita, acme):
    loaded = load(acme, rita, "2026-01-05")
    for actor in (rita, fiona):
        with pytest.raises(NotAllowed):
            withdraw(actor, loaded)
    with pytest.raises(DomainError) as open_still:
        withdraw(olaf, loaded, invoices=[])
    assert open_still.value.code == "open-invoices"
    withdraw(olaf, loaded)
    with pytest.raises(DomainError) as refused:
        withdraw(olaf, loaded)
    assert refused.value.code == "not-confirmed"


def test_a_set_is_written_down_once_and_takes_as_many_queries_as_one(olaf, rita, acme, beta):
    small = load(acme, rita, "2026-01-05", key="A")
    large = load(beta, rita, *["2026-01-05"] * 40, key="B")
    with CaptureQueriesContext(
        connection,
    ) as few:
        withdraw(olaf, small)
    with CaptureQueriesContext(connection) as many:
        withdraw(olaf, large)
    assert len(many) <= len(few) + 2
    entry = AuditEntry.objects.filter(action="order.reverse").latest("pk")
    assert (entry.batch, entry.after["rows"], entry.reason) == ("import:7", 40, "Loaded by mistake")


def test_the_same_load_may_come_again_under_numbers_of_its_own(olaf, rita, acme):
    withdraw(olaf, load(acme, rita, "2026-01-05"))
    make_product("E-1")
    again = load_again(acme, rita)
    assert Order.objects.get(pk=again.order_ids[0]).number == "K0-2"
    withdraw(olaf, again)
    third = load_again(acme, rita)
    assert Order.objects.get(pk=third.order_ids[0]).number == "K0-3"
    assert Order.objects.live().get().external_key == "K0"


def load_again(account, rita):
    from tiji.apps.catalog.models import Product

    orders, lines = order_tables(
        orders={
            "account_id": [account.pk],
            "owner_id": [rita.person_id],
            "ordered_on": [day("2026-01-05")],
            "currency": ["CNY"],
            "key": ["K0"],
            "number": ["K0"],
        },
        lines={
            "order": [0],
            "product_id": [Product.objects.first().pk],
            "quantity": [10_000],
            "unit_price": [1_200_000],
            "amount": [1_200_000],
        },
    )
    return insert_orders(actor=None, orders=orders, lines=lines, source="book", bill=True)
