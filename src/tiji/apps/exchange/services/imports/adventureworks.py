"""The sales part of the AdventureWorks warehouse: people and territories, resellers, products, orders, quotas."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pa_parquet
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product
from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.services.imports.context import Context
from tiji.apps.exchange.services.imports.order_sets import Batch, load_orders
from tiji.apps.exchange.services.imports.quotas import Quota, load_quotas
from tiji.apps.exchange.services.imports.remembered import known_sources
from tiji.apps.exchange.services.imports.set_parts import (
    ProductRow,
    column,
    load_kind,
    load_people,
    load_products,
    load_units,
    read_file,
    require_currency,
    with_column,
)
from tiji.apps.organization.models import Person, Role, Unit
from tiji.apps.organization.services.bulk import PersonRow, UnitRow
from tiji.shared.errors import DomainError

Counts = dict[str, dict[str, int]]
Row = dict[str, Any]
OTHER = "Parts"


def load(folder: Path, context: Context) -> Counts:
    """Everything of the folder. All amounts are US dollars; the order's own currency is kept as an attribute."""
    known = known_sources()["adventureworks"]
    require_currency(known["currency"])
    staff = _sales_people(folder)
    counts: Counts = {"people": _load_people(folder, staff, context)}
    counts["products"] = _load_products(folder, context, known["currency"])
    sales = _table(folder, "FactResellerSales")
    counts["accounts"] = _load_resellers(folder, sales, known["kinds"]["accounts"]["columns"], context)
    counts["orders"] = load_orders(_batch(folder, sales, context, known["currency"]), context)
    counts["quotas"] = load_quotas(_quotas(folder, context), context)
    return counts


def _table(folder: Path, name: str) -> pa.Table:
    path = folder / f"{name}.parquet"
    if not path.is_file():
        message = _("There is no file %(name)s in %(folder)s.") % {"name": path.name, "folder": folder}
        raise DomainError(message, field="path", code="file")
    return pa_parquet.read_table(path)


def _rows(folder: Path, name: str) -> list[Row]:
    rows: list[Row] = _table(folder, name).to_pylist()
    return rows


def _sales_people(folder: Path) -> list[Row]:
    """The employees who sell, managers among them."""
    sheet = read_file(folder, "DimEmployee.csv")
    names = ("EmployeeKey", "ParentEmployeeKey", "SalesTerritoryKey", "FirstName", "LastName", "Title", "HireDate",
             "EmailAddress", "Phone", "SalesPersonFlag")  # fmt: skip
    told = zip(*(column(sheet, name) for name in names), strict=True)
    rows = [dict(zip(names, row, strict=True)) for row in told]
    return [row for row in rows if row["SalesPersonFlag"] == "1"]


def _load_people(folder: Path, staff: list[Row], context: Context) -> dict[str, int]:
    """A group of countries is a region, a territory a team; a manager sits in the region of most of his people."""
    territories = {str(row["SalesTerritoryKey"]): row for row in _rows(folder, "DimSalesTerritory")}
    real = {key: row for key, row in territories.items() if row["SalesTerritoryRegion"] != "NA"}
    groups = sorted({row["SalesTerritoryGroup"] for row in real.values()})
    rows = [UnitRow(f"group:{name}", name, kind=Unit.Kind.REGION) for name in groups]
    rows += [
        UnitRow(f"territory:{key}", row["SalesTerritoryRegion"], parent_key=f"group:{row['SalesTerritoryGroup']}")
        for key, row in real.items()
    ]
    units = load_units(rows, context)
    keys = {row["EmployeeKey"] for row in staff}
    led: dict[str, Counter[str]] = {}
    for row in staff:
        if row["SalesTerritoryKey"] in real:
            group = real[row["SalesTerritoryKey"]]["SalesTerritoryGroup"]
            led.setdefault(row["ParentEmployeeKey"], Counter())[group] += 1
    return load_people([_person(row, units, led, keys, real) for row in staff], context)


def _person(row: Row, units: dict[str, Unit], led: dict[str, Counter[str]], keys: set[str], real: Row) -> PersonRow:
    key, territory, above = row["EmployeeKey"], row["SalesTerritoryKey"], row["ParentEmployeeKey"]
    manages = key in led
    unit = f"group:{led[key].most_common(1)[0][0]}" if manages else f"territory:{territory}"
    return PersonRow(
        key=key,
        name=f"{row['FirstName']} {row['LastName']}",
        unit=units[unit],
        role=Role.MANAGER if manages else Role.REP,
        manager_key=above if above in keys else None,
        position=row["Title"],
        position_en=row["Title"],
        email=row["EmailAddress"],
        phone=row["Phone"],
        hired_on=date.fromisoformat(row["HireDate"]),
    )


def _load_products(folder: Path, context: Context, currency: str) -> dict[str, int]:
    """One product for each alternate key, as its last row describes it; lines are the categories."""
    categories = {
        row["ProductCategoryKey"]: row["EnglishProductCategoryName"] for row in _rows(folder, "DimProductCategory")
    }
    groups = {
        row["ProductSubcategoryKey"]: categories[row["ProductCategoryKey"]]
        for row in _rows(folder, "DimProductSubcategory")
    }
    last: dict[str, Row] = {}
    for row in _rows(folder, "DimProduct"):
        last[row["ProductAlternateKey"]] = row
    rows = [
        ProductRow(
            key=code,
            code=code,
            name=row["EnglishProductName"],
            line=groups.get(row["ProductSubcategoryKey"], OTHER),
            list_price=row["ListPrice"],
            standard_cost=row["StandardCost"],
        )
        for code, row in last.items()
    ]
    return load_products(rows, context, currency)


def _load_resellers(folder: Path, sales: pa.Table, columns: Row, context: Context) -> dict[str, int]:
    """A reseller belongs to whoever sold to it last; two shops of the same name are two."""
    sheet = read_file(folder, "DimReseller.parquet")
    places = {str(row["GeographyKey"]): row for row in _rows(folder, "DimGeography")}
    here = [places[key] for key in column(sheet, "GeographyKey")]
    addresses = [f"{line}, {place['City']}" for line, place in zip(column(sheet, "AddressLine1"), here, strict=True)]
    sheet = with_column(sheet, "Address", addresses)
    sheet = with_column(sheet, "Country", [place["EnglishCountryRegionName"] for place in here])
    latest = sales.sort_by("OrderDate")
    reps = dict(zip(latest["ResellerKey"].to_pylist(), latest["EmployeeKey"].to_pylist(), strict=True))
    owners = [str(reps.get(int(key), "")) for key in column(sheet, "ResellerKey")]
    sheet = with_column(sheet, "Rep", owners)
    context.options["same_names"] = True
    return load_kind(sheet, Kind.ACCOUNTS, columns, context, name="DimReseller.parquet")


def _batch(folder: Path, sales: pa.Table, context: Context, currency: str) -> Batch:
    """The order lines with the keys of this database; quantities, prices and amounts to four decimals."""
    codes = {row["ProductKey"]: row["ProductAlternateKey"] for row in _rows(folder, "DimProduct")}
    products = dict(Product.objects.filter(external_source=context.source).values_list("external_key", "pk"))
    names = {row["CurrencyKey"]: row["CurrencyAlternateKey"] for row in _rows(folder, "DimCurrency")}
    sales = sales.sort_by([("SalesOrderNumber", "ascending"), ("SalesOrderLineNumber", "ascending")])
    days = {name: pc.cast(sales[name], pa.date32()) for name in ("OrderDate", "ShipDate", "DueDate")}
    return Batch(
        order=sales["SalesOrderNumber"].cast(pa.string()),
        account_key=sales["ResellerKey"].cast(pa.string()),
        owner_key=sales["EmployeeKey"].cast(pa.string()),
        ordered_on=days["OrderDate"],
        issued_on=days["ShipDate"],
        due_on=days["DueDate"],
        product_id=pa.array([products[codes[key]] for key in sales["ProductKey"].to_pylist()], pa.int64()),
        quantity=sales["OrderQuantity"],
        unit_price=sales["UnitPrice"],
        amount=sales["SalesAmount"],
        cost=sales["TotalProductCost"],
        attributes=[
            {"currency": names[key], "purchase_order": text or ""}
            for key, text in zip(sales["CurrencyKey"].to_pylist(), sales["CustomerPONumber"].to_pylist(), strict=True)
        ],
        currency=currency,
    )


def _quotas(folder: Path, context: Context) -> list[Quota]:
    people = dict(Person.objects.filter(external_source=context.source).values_list("external_key", "pk"))
    return [
        Quota(people[str(row["EmployeeKey"])], row["Date"].date(), row["SalesAmountQuota"])
        for row in _rows(folder, "FactSalesQuota")
    ]
