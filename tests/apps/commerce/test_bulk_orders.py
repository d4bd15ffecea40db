"""Orders in sets: the same rows, facts and kinds as one order at a time."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from makers import day, make_account, make_product
from makers_commerce import make_signed_contract
from tiji.apps.commerce.models import Invoice, Measure, MeasureFact, Order, OrderLine
from tiji.apps.commerce.services.bulk_orders import insert_orders, order_tables
from tiji.apps.commerce.services.orders import OrderedProduct, confirm_order, create_order
from tiji.shared.errors import DomainError


@pytest.fixture
def acme(rita):
    return make_account("Acme", rita.person)


@pytest.fixture
def drive(db):
    return make_product("D-1")


def tables(acme, rita, drive, days, **more):
    """One order a day with two lines: 2 × 1.2345 and 1 × 0.0001."""
    count = len(days)
    orders = {
        "account_id": [acme.pk] * count,
        "owner_id": [rita.person_id] * count,
        "ordered_on": [day(one) for one in days],
        "currency": ["CNY"] * count,
        **more,
    }
    lines = {
        "order": [at for at in range(count) for _line in range(2)],
        "product_id": [drive.pk] * (2 * count),
        "quantity": [20_000, 10_000] * count,
        "unit_price": [12_345, 1] * count,
        "amount": [24_690, 1] * count,
        "cost": [10_000, 0] * count,
    }
    return order_tables(orders=orders, lines=lines)


def test_orders_come_in_with_lines_facts_and_kinds(rita, olaf, company, acme, drive):
    days = ["2024-01-05", "2025-01-04", "2025-01-05", "2025-02-01"]
    orders, lines = tables(
        acme, rita, drive, days, key=["a", "b", "c", "d"], attributes=['{"line": 1}', None, None, None]
    )
    loaded = insert_orders(actor=olaf, orders=orders, lines=lines, source="book")
    made = list(Order.objects.order_by("ordered_on"))
    assert [order.pk for order in made] == loaded.order_ids
    assert [order.amount for order in made] == [Decimal("2.4691")] * 4
    assert [order.kind for order in made] == ["new", "new", "existing", "existing"]
    assert (made[0].number, made[0].unit, made[0].external_key) == ("DD-2024-000001", company.suzhou, "a")
    assert made[0].attributes == {"line": 1}
    assert list(made[1].lines.values_list("position", "amount")) == [(1, Decimal("2.4690")), (2, Decimal("0.0001"))]
    totals = dict(MeasureFact.objects.order_by().values_list("measure").annotate(Sum("amount")))
    assert totals == {Measure.SIGNED: Decimal("9.8764"), Measure.GROSS_PROFIT: Decimal("5.8764"), "new_customers": 1}
    assert (loaded.lines, loaded.facts) == (8, 8)
    call_command("check_figures", stdout=StringIO())


def test_a_set_is_what_one_at_a_time_gives(rita, ray, acme, drive):
    beta = make_account("Beta", ray.person)
    days = ["2021-03-01", "2022-02-28", "2022-03-01", "2024-03-02", "2026-03-03"]
    orders, lines = tables(acme, rita, drive, days)
    insert_orders(actor=None, orders=orders, lines=lines)
    for on in days:
        typed = [
            OrderedProduct(drive, Decimal(2), Decimal("1.2345")),
            OrderedProduct(drive, Decimal(1), Decimal("0.0001")),
        ]
        one = create_order(actor=ray, account=beta, ordered_on=day(on), currency="CNY", lines=typed)
        confirm_order(actor=ray, order=one, confirmed_on=day(on))

    def seen(account):
        facts = MeasureFact.objects.filter(account=account).exclude(measure=Measure.GROSS_PROFIT)
        return (
            sorted(facts.values_list("measure", "on", "kind", "amount")),
            list(Order.objects.filter(account=account).order_by("pk").values_list("amount", "kind", "unit", "status")),
        )

    assert seen(acme) == seen(beta)


def test_invoices_are_open_and_of_whole_cents(rita, acme, drive):
    orders, lines = tables(acme, rita, drive, ["2026-01-05", "2026-01-06"], invoice_number=["F1", None])
    loaded = insert_orders(actor=None, orders=orders, lines=lines, bill=True, payment_days=30)
    invoices = list(Invoice.objects.order_by("pk"))
    assert [one.pk for one in invoices] == loaded.invoice_ids
    assert [(one.number, one.amount, one.balance) for one in invoices] == [
        ("F1", Decimal("2.47"), Decimal("2.47")),
        ("FP-2026-000001", Decimal("2.47"), Decimal("2.47")),
    ]
    assert (invoices[0].due_on, invoices[0].order_id) == (day("2026-02-04"), loaded.order_ids[0])


def test_orders_of_a_contract_count_with_it(rita, acme, drive):
    contract = make_signed_contract(rita, acme, "10.00", "2025-01-01")
    orders, lines = tables(acme, rita, drive, ["2026-02-01"], contract_id=[contract.pk])
    insert_orders(actor=None, orders=orders, lines=lines)
    assert Order.objects.get().kind == "new"
    assert MeasureFact.objects.filter(measure=Measure.SIGNED).count() == 1


@pytest.mark.parametrize("orders_of_lines", [[0, 0], [0, 2], [-1, 1]])
def test_lines_and_orders_must_fit(rita, acme, drive, orders_of_lines):
    orders, lines = tables(acme, rita, drive, ["2026-02-01", "2026-02-02"])
    lines = lines.slice(0, 2).set_column(0, "order", [orders_of_lines])
    with pytest.raises(DomainError):
        insert_orders(actor=None, orders=orders, lines=lines)
    assert not OrderLine.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_orders(rita, acme, drive):
    def queries(days):
        orders, lines = tables(acme, rita, drive, days)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            insert_orders(actor=None, orders=orders, lines=lines, bill=True)
        return len(asked)

    assert queries(["2026-01-01"]) == queries([f"2026-02-{at:02d}" for at in range(1, 29)])
