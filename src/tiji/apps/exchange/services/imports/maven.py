"""The set “CRM Sales Opportunities”: accounts, products, sales teams and a pipeline."""

from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.services.imports.context import Context
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
from tiji.apps.exchange.services.imports.sheets import Sheet
from tiji.apps.exchange.services.imports.values import day_of
from tiji.apps.organization.models import Role, Unit
from tiji.apps.organization.services.bulk import PersonRow, UnitRow
from tiji.apps.pipeline.services.processes import define_process

Counts = dict[str, dict[str, int]]


def load(folder: Path, context: Context) -> Counts:
    """Everything of the folder. Raises: DomainError that names the file and the row."""
    known = known_sources()["maven"]
    require_currency(known["currency"])
    counts: Counts = {"people": _load_teams(folder, context)}
    counts["products"] = _load_products(folder, context, known["currency"])
    accounts = read_file(folder, "accounts.csv")
    for heading, words in known["mend"].items():
        texts = [words.get(text, text) for text in column(accounts, heading)]
        accounts = with_column(accounts, heading, texts)
    columns: dict[str, Any] = known["kinds"]["accounts"]["columns"]
    counts["accounts"] = load_kind(accounts, Kind.ACCOUNTS, columns, context, name="accounts.csv")
    counts["opportunities"] = _load_deals(folder, context, known)
    return counts


def _load_teams(folder: Path, context: Context) -> dict[str, int]:
    """An office is a region, a manager's people are a team in it."""
    sheet = read_file(folder, "sales_teams.csv")
    people = list(zip(*(column(sheet, name) for name in ("sales_agent", "manager", "regional_office")), strict=True))
    offices = {office: office for _agent, _manager, office in people}
    managers = {manager: office for _agent, manager, office in people}
    rows = [UnitRow(f"office:{name}", name, kind=Unit.Kind.REGION) for name in sorted(offices)]
    rows += [UnitRow(f"team:{name}", name, parent_key=f"office:{managers[name]}") for name in sorted(managers)]
    units = load_units(rows, context)
    staff = [PersonRow(name, name, units[f"team:{name}"], Role.MANAGER) for name in sorted(managers)]
    staff += [PersonRow(agent, agent, units[f"team:{manager}"], manager_key=manager) for agent, manager, _o in people]
    return load_people(staff, context)


def _load_products(folder: Path, context: Context, currency: str) -> dict[str, int]:
    sheet = read_file(folder, "products.csv")
    told = zip(*(column(sheet, name) for name in ("product", "series", "sales_price")), strict=True)
    rows = [ProductRow(name, name, name, series, list_price=Decimal(price)) for name, series, price in told]
    return load_products(rows, context, currency)


def _load_deals(folder: Path, context: Context, known: dict[str, Any]) -> dict[str, int]:
    sheet = read_file(folder, "sales_pipeline.csv")
    told: dict[str, Any] = known["kinds"]["opportunities"]
    process = define_process(actor=context.actor, **told["process"])
    names = zip(column(sheet, "product"), column(sheet, "account"), strict=True)
    sheet = with_column(
        sheet, "subject", [f"{product} · {account}" if account else product for product, account in names]
    )
    context.options.update(told["options"], process=process.pk, undated_at=_last_day(sheet))
    return load_kind(sheet, Kind.OPPORTUNITIES, told["columns"], context, name="sales_pipeline.csv")


def _last_day(sheet: Sheet) -> datetime:
    """The last day the file speaks of: what has no date of its own was there by then."""
    days = [day_of(text) for name in ("engage_date", "close_date") for text in column(sheet, name) if text]
    return datetime.combine(max(days), time(), UTC)
