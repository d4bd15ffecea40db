"""Which tables a backup holds, and the one form a value has in it whatever database it came from."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from tiji.shared.models import Stamp

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Kind:
    """A column's type in the archive, and how a value gets there and back."""

    arrow: pa.DataType
    pack: Convert
    unpack: Callable[[BaseDatabaseWrapper], Convert]


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    model: type[models.Model]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(column.name, column.kind.arrow) for column in self.columns])


def same(value: Any) -> Any:
    return value


def plain(convert: Convert) -> Callable[[BaseDatabaseWrapper], Convert]:
    """A conversion that no database needs differently."""
    return lambda connection: convert


def pack_json(value: Any) -> str:
    """One spelling for one value: PostgreSQL sorts keys and drops blanks, SQLite keeps the text."""
    parsed = json.loads(value) if isinstance(value, str) else value
    return json.dumps(parsed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def unpack_json(value: str) -> str:
    """The spelling that Django itself writes."""
    return json.dumps(json.loads(value))


def pack_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def pack_day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def pack_duration(value: Any) -> int:
    return value if isinstance(value, int) else value // timedelta(microseconds=1)


def pack_time(value: Any) -> str:
    return value.isoformat() if isinstance(value, time) else str(value)


def pack_uuid(value: Any) -> str:
    return UUID(str(value)).hex


def unpack_moment(connection: BaseDatabaseWrapper) -> Convert:
    return connection.ops.adapt_datetimefield_value


def unpack_duration(connection: BaseDatabaseWrapper) -> Convert:
    if connection.features.has_native_duration_field:
        return lambda value: timedelta(microseconds=value)
    return same


WHOLE = Kind(pa.int64(), int, plain(same))
TEXT = Kind(pa.large_string(), str, plain(same))
KINDS = {
    **dict.fromkeys(
        (
            "AutoField",
            "BigAutoField",
            "SmallAutoField",
            "IntegerField",
            "BigIntegerField",
            "SmallIntegerField",
            "PositiveIntegerField",
            "PositiveBigIntegerField",
            "PositiveSmallIntegerField",
        ),
        WHOLE,
    ),
    **dict.fromkeys(
        (
            "CharField",
            "TextField",
            "SlugField",
            "EmailField",
            "URLField",
            "FileField",
            "FilePathField",
            "GenericIPAddressField",
        ),
        TEXT,
    ),
    "DecimalField": TEXT,
    "BooleanField": Kind(pa.bool_(), bool, plain(same)),
    "FloatField": Kind(pa.float64(), float, plain(same)),
    "DateField": Kind(pa.date32(), pack_day, plain(str)),
    "DateTimeField": Kind(pa.timestamp("us", tz="UTC"), pack_moment, unpack_moment),
    "TimeField": Kind(pa.large_string(), pack_time, plain(same)),
    "DurationField": Kind(pa.int64(), pack_duration, unpack_duration),
    "UUIDField": Kind(pa.large_string(), pack_uuid, plain(same)),
    "JSONField": Kind(pa.large_string(), pack_json, plain(unpack_json)),
    "BinaryField": Kind(pa.large_binary(), bytes, plain(same)),
}


def tables() -> list[Table]:
    """Every table that has a model, in the order of their names; without the stamps, which are of one database."""
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model is not Stamp
    }
    return [described(model) for _, model in sorted(found.items())]


def described(model: type[models.Model]) -> Table:
    meta = model._meta
    fields = [field for field in meta.local_concrete_fields if not field.generated]
    return Table(
        name=meta.db_table,
        columns=tuple(Column(str(field.column), kind_of(field)) for field in fields),
        key=tuple(str(field.column) for field in meta.pk_fields),
        model=model,
    )


def kind_of(field: Any) -> Kind:
    """Raises: TypeError for a field of a type that has no form in the archive yet."""
    while field.remote_field and not field.many_to_many:
        field = field.target_field
    kind = KINDS.get(field.get_internal_type())
    if kind is None:
        raise TypeError(f"{field} is a {field.get_internal_type()}: give it a kind in tiji.cli.backup.tables")
    return kind
