"""What each kind of file may hold: its fields, their types and which of them it cannot do without."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.exchange.models.imports import Kind

ATTRIBUTE = "attribute"
"""The target of a column that is kept under its heading among the thing's own attributes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field a column may be mapped to. `type` names its reader in `values` or its look-up in `lookups`."""

    name: str
    label: Any
    type: str = "text"
    required: bool = False
    longest: int = 0


_OWNER = Field("owner", _("Owner"), "person")
_KEY = Field("key", _("Key in the source system"), longest=120)
_CREATED = Field("created_at", _("Created"), "moment")

FIELDS: dict[str, tuple[Field, ...]] = {
    Kind.ACCOUNTS: (
        _KEY,
        Field("name", _("Legal name"), required=True, longest=200),
        Field("short_name", _("Short name"), longest=80),
        Field("credit_code", _("Unified credit code"), "credit_code"),
        _OWNER,
        Field("industry", _("Industry"), "industry"),
        Field("division", _("Region"), "division"),
        Field("tier", _("Tier"), "tier"),
        Field("parent", _("Parent company"), "account"),
        Field("source", _("Source"), longest=40),
        Field("website", _("Website"), longest=200),
        Field("phone", _("Phone"), longest=40),
        Field("address", _("Address"), longest=250),
        Field("employees", _("Employees"), "count"),
        Field("note", _("Note")),
        _CREATED,
    ),
    Kind.CONTACTS: (
        _KEY,
        Field("account", _("Customer"), "account", required=True),
        Field("name", pgettext_lazy("person", "Name"), longest=120),
        Field("last_name", _("Last name"), longest=60),
        Field("first_name", _("First name"), longest=60),
        Field("title", _("Job title"), longest=80),
        Field("role", _("Part in buying"), "contact_role"),
        Field("phone", _("Phone"), longest=40),
        Field("email", _("E-mail"), "email"),
        Field("is_primary", _("First contact"), "yes_no"),
        Field("note", _("Note"), longest=250),
    ),
    Kind.OPPORTUNITIES: (
        _KEY,
        Field("name", _("Subject"), required=True, longest=200),
        Field("account", _("Customer"), "account"),
        _OWNER,
        Field("amount", _("Amount"), "money"),
        Field("gross_profit", _("Expected gross profit"), "money"),
        Field("currency", _("Currency"), "currency"),
        Field("stage", _("Stage"), "stage", required=True),
        Field("status", _("Status"), "status"),
        Field("expected_on", _("Expected signing"), "day"),
        Field("closed_on", _("Closed on"), "day"),
        _CREATED,
        Field("entered_at", _("In this stage since"), "moment"),
        Field("product", _("Product"), "product"),
        Field("close_reason", _("Close reason"), "close_reason"),
        Field("next_step", _("Next step"), longest=200),
        Field("next_step_on", _("Next step on"), "day"),
        Field("source", _("Source"), longest=40),
        Field("forecast_category", _("Forecast category"), "forecast_category"),
        Field("note", _("Note")),
    ),
}


def fields_of(kind: str) -> dict[str, Field]:
    """The fields of a kind by name."""
    return {field.name: field for field in FIELDS[kind]}


def missing_fields(kind: str, mapped: Iterable[str]) -> list[Field]:
    """Required fields that no column is mapped to."""
    there = set(mapped)
    missing = [field for field in FIELDS[kind] if field.required and field.name not in there]
    if kind == Kind.CONTACTS and not there & {"name", "last_name", "first_name"}:
        missing.append(fields_of(kind)["name"])
    return missing
