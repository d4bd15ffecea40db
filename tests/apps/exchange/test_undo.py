"""Undo of imports that made documents, people, units and products: reversed, ended, or kept with the reason why."""

import csv

import pyarrow as pa
import pytest

from makers import cny, day, make_account, make_product, moment
from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.commerce.models import Invoice, MeasureFact, Order
from tiji.apps.commerce.services.receipts import record_receipt
from tiji.apps.customers.models import Account
from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.exchange.models import Import
from tiji.apps.exchange.services.imports import order_sets, undo
from tiji.apps.exchange.services.imports.context import Context
from tiji.apps.exchange.services.imports.order_sets import Batch, load_orders
from tiji.apps.exchange.services.imports.sets import load_set
from tiji.apps.exchange.services.imports.undo import undo_import
from tiji.apps.organization.models import Assignment, Person, ReportingLine, Unit, User
from tiji.apps.organization.services.founding import found_company
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.services.processes import found_processes
from tiji.shared.derived import check, derived
from tiji.shared.errors import Conflict
from tiji.shared.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-18")
SET = {
    "accounts.csv": [["account", "sector", "year_established", "revenue", "employees", "office_location",
                      "subsidiary_of"], ["Acme", "retail", "1999", "10.5", "20", "Kenya", ""]],
    "products.csv": [["product", "series", "sales_price"], ["GTX", "G", "550"], ["MG", "M", "55"]],
    "sales_teams.csv": [["sales_agent", "manager", "regional_office"], ["Ann", "Mo", "East"], ["Bob", "Mo", "East"],
                        ["Cy", "Di", "West"]],
    "sales_pipeline.csv": [["opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date",
                            "close_date", "close_value"],
                           ["O1", "Ann", "GTX", "Acme", "Won", "2016-10-20", "2017-03-01", "1054"],
                           ["O2", "Cy", "MG", "", "Prospecting", "", "", ""]],
}  # fmt: skip


@pytest.fixture
def administrator(db):
    founded = found_company(name="Blank", currency="USD", administrator_email="a@example.com", country="US")
    load_divisions()
    found_processes()
    return founded.administrator


@pytest.fixture
def load(administrator, tmp_path):
    for name, rows in SET.items():
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return lambda: load_set(actor=administrator, name="maven", path=tmp_path, at=NOW)


def standing(model):
    return model.objects.filter(archived_at__isnull=True)


def test_people_units_and_products_nobody_uses_go_with_the_import(administrator, load):
    first = load()
    undone = undo_import(actor=administrator, imported=first, at=NOW)
    assert (undone.kept, undone.kept_count) == ([], 0)
    assert [standing(model).count() for model in (Person, Product, ProductLine, Account, Opportunity)] == [0] * 5
    assert [unit.name for unit in standing(Unit)] == ["Blank"]
    assert Assignment.objects.filter(valid_until__isnull=True).count() == 0
    assert ReportingLine.objects.filter(valid_until__isnull=True).count() == 0
    second = load()
    assert second.counts == first.counts
    assert sorted(standing(Person).values_list("name", flat=True)) == ["Ann", "Bob", "Cy", "Di", "Mo"]
    assert sorted(standing(Product).values_list("code", flat=True)) == ["GTX", "MG"]
    assert Product.objects.count() == 2
    undo_import(actor=administrator, imported=second, at=NOW)
    assert standing(Product).count() == 0


def test_who_is_used_since_stays_and_the_report_says_why(administrator, load):
    imported = load()
    User.objects.create_user(email="ann@example.com", name="Ann", person=Person.objects.get(name="Ann"))
    undone = undo_import(actor=administrator, imported=imported, at=NOW)
    told = {(one["name"], one["why"].partition("“")[2].partition("”")[0]) for one in undone.kept}
    assert {name for name, _why in told} == {"Ann", "Mo", "East"}
    assert ("Mo", "Ann") in told
    assert undone.kept_count == len(undone.kept) == 4
    assert sorted(standing(Person).values_list("name", flat=True)) == ["Ann", "Mo"]
    assert sorted(standing(Unit).values_list("name", flat=True)) == ["Blank", "East", "Mo"]
    assert standing(Product).count() == 0


def test_an_undo_that_breaks_half_way_took_nothing_back(administrator, load, monkeypatch):
    imported = load()

    def broken(**_told):
        raise KeyboardInterrupt

    monkeypatch.setattr(undo, "withdraw_products", broken)
    entries = AuditEntry.objects.count()
    with pytest.raises(KeyboardInterrupt):
        undo_import(actor=administrator, imported=imported, at=NOW)
    imported.refresh_from_db()
    assert (imported.state, AuditEntry.objects.count()) == ("done", entries)
    assert [standing(model).count() for model in (Person, Account, Opportunity)] == [5, 1, 2]


@pytest.fixture
def orders(olaf, rita, fiona):
    """An order file's load: two billed orders of 100.00 for a customer that was there before."""
    acme = make_account("Acme", rita.person)
    Account.objects.filter(pk=acme.pk).update(external_source="book", external_key="A")
    Person.objects.filter(pk=rita.person_id).update(external_source="book", external_key="R")
    drive = make_product("D-1")
    imported = Import.objects.create(kind="set", source="book", file_name="orders", state="done", at=NOW, by=olaf)
    text = [order_sets.COUNTS, pa.int64()]
    batch = Batch(
        order=pa.array(["1", "2"]),
        account_key=pa.array(["A", "A"]),
        owner_key=pa.array(["R", "R"]),
        ordered_on=pa.array([day("2026-03-02"), day("2026-03-05")]),
        product_id=pa.array([drive.pk] * 2, text[1]),
        quantity=pa.array([1, 1]),
        unit_price=pa.array([100, 100]),
        amount=pa.array([100, 100]),
        currency="CNY",
    )
    load_orders(batch, Context(olaf, "book", NOW, imported=imported))
    return imported


def test_an_order_file_is_taken_back_and_its_customer_stays(olaf, orders):
    undo_import(actor=olaf, imported=orders, at=NOW)
    assert Order.objects.live().count() == Invoice.objects.live().count() == 0
    assert Account.objects.live().count() == 1
    assert MeasureFact.objects.filter(measure="new_customers").count() == 0
    assert [figure.name for figure in derived() if not check(figure).same] == []


def test_money_received_for_an_imported_invoice_keeps_the_import(olaf, fiona, orders):
    record_receipt(actor=fiona, account=Account.objects.get(), amount=cny(40), received_on=day("2026-04-01"))
    with pytest.raises(Conflict) as refused:
        undo_import(actor=olaf, imported=orders, at=NOW)
    assert refused.value.extra["blocking"]
    assert Order.objects.live().count() == 2
