"""A real order book in a blank company: people, resellers, order lines with four decimals, invoices, quotas."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from makers import moment
from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.commerce.models import CreditNote, Invoice, MeasureFact, Order, OrderLine
from tiji.apps.customers.models import Account
from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.exchange.services.imports.quotas import nearest_quarter
from tiji.apps.exchange.services.imports.sets import load_set
from tiji.apps.exchange.services.imports.undo import undo_import
from tiji.apps.organization.models import Assignment, Person, Unit
from tiji.apps.organization.services.founding import found_company
from tiji.apps.pipeline.services.processes import found_processes
from tiji.apps.targets.models import TargetCell, TargetPlan
from tiji.kernel.periods import FiscalCalendar
from tiji.shared.derived import check, derived

NOW = moment("2026-11-18")


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2010, 12, 29), (2011, "2011-Q1")),
        (date(2011, 3, 31), (2011, "2011-Q2")),
        (date(2011, 7, 1), (2011, "2011-Q3")),
        (date(2013, 9, 29), (2013, "2013-Q4")),
    ],
)
def test_a_quota_belongs_to_the_quarter_that_begins_nearest(day, quarter):
    assert nearest_quarter(FiscalCalendar(1), day) == quarter


@pytest.mark.django_db
@pytest.mark.real_data
@pytest.mark.slow
def test_the_order_book_comes_in_to_the_fourth_decimal(real_data):
    folder = real_data / "adventureworks_dw"
    if not folder.is_dir():
        pytest.skip("adventureworks_dw is not among the real data")
    administrator = found_company(
        name="AdventureWorks", currency="USD", administrator_email="a@example.com", country="US"
    ).administrator
    load_divisions()
    found_processes()
    first = load_set(actor=administrator, name="adventureworks", path=folder, at=NOW)
    created = {kind: counts["created"] for kind, counts in first.counts.items()}
    assert created == {"people": 17, "products": 504, "accounts": 701, "orders": 3796, "quotas": 163}
    assert OrderLine.objects.count() == 60_855
    assert OrderLine.objects.aggregate(total=Sum("amount"))["total"] == Decimal("80450596.9823")
    assert Order.objects.aggregate(total=Sum("amount"))["total"] == Decimal("80450596.9823")
    assert MeasureFact.objects.filter(measure="signed").aggregate(total=Sum("amount"))["total"] == Decimal(
        "80450596.9823"
    )
    assert Invoice.objects.values("order").annotate(n=Count("pk")).filter(n=1).count() == 3796
    assert Order.objects.get(number="SO43659").attributes["currency"] == "USD"
    assert Order.objects.values("attributes__currency").distinct().count() > 3
    assert set(Order.objects.values_list("currency", flat=True)) == {"USD"}
    quarters = TargetCell.objects.filter(version__status="active", node__person__isnull=False, period__contains="-Q")
    assert quarters.aggregate(total=Sum("amount"))["total"] == Decimal(95_714_000)
    years = TargetCell.objects.filter(version__status="active", node__depth=0, period__in=["2011", "2012", "2013"])
    assert years.aggregate(total=Sum("amount"))["total"] == Decimal(95_714_000)
    assert Person.objects.get(name="Jae Pak").assignments.get().position.unit.name == "United Kingdom"
    assert Account.objects.filter(name="Friendly Bike Shop").count() == 2
    assert Product.objects.filter(line__name="Bikes").exists()
    again = load_set(actor=administrator, name="adventureworks", path=folder, at=NOW)
    assert (again.created, again.updated, again.refused) == (0, 0, 0)


@pytest.mark.django_db
@pytest.mark.real_data
@pytest.mark.slow
def test_the_order_book_is_taken_back_whole_and_comes_in_again(real_data):
    folder = real_data / "adventureworks_dw"
    if not folder.is_dir():
        pytest.skip("adventureworks_dw is not among the real data")
    administrator = found_company(
        name="AdventureWorks", currency="USD", administrator_email="a@example.com", country="US"
    ).administrator
    load_divisions()
    found_processes()
    first = load_set(actor=administrator, name="adventureworks", path=folder, at=NOW)
    undone = undo_import(actor=administrator, imported=first, at=NOW)
    assert (undone.state, undone.kept) == ("undone", [])
    assert Order.objects.live().count() == Invoice.objects.live().count() == Account.objects.live().count() == 0
    assert Order.objects.aggregate(total=Sum("amount"), cost=Sum("cost")) == {"total": 0, "cost": 0}
    assert Order.objects.filter(reverses__isnull=False).count() == 3796
    credited = CreditNote.objects.aggregate(total=Sum("amount"))["total"]
    assert credited == Invoice.objects.aggregate(total=Sum("amount"))["total"] > 0
    assert Invoice.objects.filter(balance__gt=0).count() == 0
    days = MeasureFact.objects.values("measure", "on", "owner", "unit", "kind", "account").annotate(left=Sum("amount"))
    assert days.exclude(left=0).count() == 0
    for model in (Person, Product, ProductLine):
        assert model.objects.filter(archived_at__isnull=True).count() == 0
    assert [unit.name for unit in Unit.objects.filter(archived_at__isnull=True)] == ["AdventureWorks"]
    assert Assignment.objects.filter(valid_until__isnull=True).count() == 0
    assert TargetPlan.objects.filter(archived_at__isnull=True).count() == 0
    assert [figure.name for figure in derived() if not check(figure).same] == []
    second = load_set(actor=administrator, name="adventureworks", path=folder, at=NOW)
    assert second.counts == first.counts
    signed = MeasureFact.objects.filter(measure="signed").aggregate(total=Sum("amount"))["total"]
    assert signed == Order.objects.live().aggregate(total=Sum("amount"))["total"] == Decimal("80450596.9823")
    assert Order.objects.live().get(external_key="SO43659").number == "SO43659-2"
    assert [figure.name for figure in derived() if not check(figure).same] == []
    undo_import(actor=administrator, imported=second, at=NOW)
    assert Order.objects.aggregate(total=Sum("amount"))["total"] == 0
