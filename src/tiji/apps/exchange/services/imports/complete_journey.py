"""The set “The Complete Journey”: a year of baskets, each an order of a household at a store: the bulk case."""

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
from tiji.apps.exchange.services.imports.set_parts import (
    ProductRow,
    load_kind,
    load_people,
    load_products,
    load_units,
    require_currency,
)
from tiji.apps.exchange.services.imports.sheets import Sheet
from tiji.apps.organization.services.bulk import PersonRow, UnitRow
from tiji.shared.errors import DomainError

CURRENCY = "USD"
FACTOR = pa.decimal128(24, 4)
Counts = dict[str, dict[str, int]]


def load(folder: Path, context: Context) -> Counts:
    """Households are customers, stores sell, baskets are orders without invoices."""
    require_currency(CURRENCY)
    sales = _table(folder, "transactions", ["household_id", "store_id", "basket_id", "product_id", "quantity",
                                            "sales_value", "transaction_timestamp"])  # fmt: skip
    counts: Counts = {"people": _load_stores(sales, context)}
    counts["products"] = _load_products(folder, sales, context)
    counts["accounts"] = _load_households(sales, context)
    counts["orders"] = load_orders(_batch(sales, context), context)
    return counts


def _table(folder: Path, name: str, columns: list[str]) -> pa.Table:
    path = folder / f"{name}.parquet"
    if not path.is_file():
        message = _("There is no file %(name)s in %(folder)s.") % {"name": path.name, "folder": folder}
        raise DomainError(message, field="path", code="file")
    return pa_parquet.read_table(path, columns=columns)


def _different(column: Any) -> list[str]:
    texts: list[str] = sorted(pc.unique(column.cast(pa.string())).to_pylist())
    return texts


def _load_stores(sales: pa.Table, context: Context) -> dict[str, int]:
    stores = _different(sales["store_id"])
    units = load_units([UnitRow("stores", "Stores")], context)
    return load_people([PersonRow(store, f"Store {store}", units["stores"]) for store in stores], context)


def _load_products(folder: Path, sales: pa.Table, context: Context) -> dict[str, int]:
    """Those that were sold; a product's line is its department."""
    names = ["product_id", "department", "product_type", "product_category"]
    products = _table(folder, "products", names)
    sold = set(_different(sales["product_id"]))
    told = zip(*(products[name].cast(pa.string()).to_pylist() for name in names), strict=True)
    rows = [
        ProductRow(key, key, kind or category or key, department or "Other")
        for key, department, kind, category in told
        if key in sold
    ]
    rows += [ProductRow(key, key, key, "Other") for key in sorted(sold - {row.key for row in rows})]
    return load_products(rows, context, CURRENCY)


def _load_households(sales: pa.Table, context: Context) -> dict[str, int]:
    keys = _different(sales["household_id"])
    table = pa.table({"0": pa.array(keys), "1": pa.array([f"Household {key}" for key in keys])})
    sheet = Sheet(["household_id", "name"], table, pa.array(range(2, len(keys) + 2), pa.int32()))
    return load_kind(sheet, Kind.ACCOUNTS, {"household_id": "key", "name": "name"}, context, name="households")


def _batch(sales: pa.Table, context: Context) -> Batch:
    """Values to the cent as they stand; a price is the value for one, or the value itself where nothing was counted."""
    sales = sales.sort_by([("basket_id", "ascending")]).combine_chunks()
    products = dict(Product.objects.filter(external_source=context.source).values_list("external_key", "pk"))
    keys = sales["product_id"].cast(pa.string()).combine_chunks().dictionary_encode()
    ids = pa.array([products[key] for key in keys.dictionary.to_pylist()], pa.int64()).take(keys.indices)
    value = pc.round(sales["sales_value"], 2)
    quantity = sales["quantity"].cast(pa.int64())
    price = pc.divide(value, pc.if_else(pc.equal(quantity, 0), 1, quantity).cast(pa.float64()))
    return Batch(
        order=sales["basket_id"].cast(pa.string()),
        account_key=sales["household_id"].cast(pa.string()),
        owner_key=sales["store_id"].cast(pa.string()),
        ordered_on=sales["transaction_timestamp"].cast(pa.timestamp("us")).cast(pa.date32(), safe=False),
        product_id=ids,
        quantity=quantity,
        unit_price=pc.round(price, 4).cast(FACTOR, safe=False),
        amount=value.cast(FACTOR, safe=False),
        currency=CURRENCY,
        bill=False,
    )
