"""Rows for every table, with the values that copying gets wrong: quotes, tabs, Chinese, microseconds, wide integers."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, models, transaction

from tiji.cli.backup.tables import Table, tables

AWKWARD = ["梯级 “Ti'ji”", "tab\there\\N and \\.", 'line\nbreak "quoted", 100 %', "𠮷 é \u200b end"]
VALUES: dict[str, Any] = {
    "BooleanField": [True, False],
    "FloatField": [0.1, -1e-9, 12345678.9],
    "DateField": [date(1999, 12, 31), date(2026, 2, 28), date(2100, 1, 1)],
    "DateTimeField": [datetime(2026, 3, 1, 15, 59, 59, 999999, UTC), datetime(2026, 1, 1, tzinfo=UTC)],
    "TimeField": [time(23, 59, 1, 5), time(0, 0)],
    "DurationField": [timedelta(days=400, microseconds=3), timedelta(seconds=-1)],
    "JSONField": [{"b": [1, 2.5, None], "a": "值 \"'\\", "z": {"y": True}}, ["x"], {}, "text", 7],
    "BinaryField": [b"\x00\xff\\ \n'", b""],
    "GenericIPAddressField": ["127.0.0.1", "2001:db8::1"],
    "DecimalField": [Decimal("12.50"), Decimal("-0.01")],
}
WIDE = {"BigIntegerField": 2**53 + 1, "PositiveBigIntegerField": 2**53 + 1}


def fill_every_table(rows: int = 3) -> list[str]:
    """Try to add rows to every table, those that others point to first; the tables that stay empty."""
    waiting = tables()
    while waiting:
        left = [table for table in waiting if not add_rows(table, rows)]
        if len(left) == len(waiting):
            break
        waiting = left
    return [table.name for table in waiting if not table.model._base_manager.exists()]


def add_rows(table: Table, rows: int) -> bool:
    added = 0
    for number in range(1, rows + 1):
        try:
            with transaction.atomic():
                table.model._base_manager.bulk_create([made(table.model, number)])
            added += 1
        except (DatabaseError, LookupError, TypeError, ValueError):
            continue
    return added > 0


def made(model: type[models.Model], number: int) -> models.Model:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    values = {field.attname: value_for(field, number) for field in fields if not isinstance(field, models.AutoField)}
    return model(**{name: value for name, value in values.items() if value is not models.NOT_PROVIDED})


def value_for(field: Any, number: int) -> Any:
    if field.remote_field:
        return foreign(field, number)
    if field.choices:
        return list(dict(field.flatchoices))[number % len(field.flatchoices)]
    kind = field.get_internal_type()
    if field.null and field.name.endswith(("_until", "_to")):
        return None
    if kind in VALUES:
        return VALUES[kind][number % len(VALUES[kind])]
    return plain_value(field, kind, number)


def plain_value(field: Any, kind: str, number: int) -> Any:
    """Numbers, keys and texts that differ from row to row."""
    if kind == "UUIDField":
        return uuid.uuid5(uuid.NAMESPACE_OID, str(number))
    if hasattr(field, "to_count"):
        return Decimal(number) if number % 3 else Decimal(10**9 + number)
    return number + WIDE.get(kind, 0) if "Integer" in kind else text_for(field, number)


def text_for(field: Any, number: int) -> str:
    text = f"{number} {AWKWARD[number % len(AWKWARD)]}"
    return text[: field.max_length] if field.max_length else text


def foreign(field: Any, number: int) -> Any:
    """A row that is there already, or nothing where that is allowed. Raises: LookupError when there is none yet."""
    keys = list(field.remote_field.model._base_manager.values_list(field.target_field.attname, flat=True)[:20])
    if keys:
        return keys[(number + len(field.name)) % len(keys)]
    if field.null:
        return None
    raise LookupError(field.name)
