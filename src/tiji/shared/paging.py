"""Keyset pages: each costs one query, the thousandth as little as the first; no row is lost or shown twice."""

import base64
import binascii
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP
from django.utils.translation import gettext_lazy as _

from tiji.shared.errors import DomainError

T = TypeVar("T")

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


class InvalidCursor(DomainError):
    """The cursor was not made by this list in this order."""

    code = "invalid-cursor"

    def __init__(self) -> None:
        super().__init__(_("This link to a page of the list is no longer valid. Open the list again."), field="cursor")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Shape: `next` and `previous` are opaque cursors, None where the list ends. After a filter changed so that nothing is
    left beyond the cursor, `rows` is empty: link to the list without a cursor.
    """

    rows: list[T]
    next: str | None
    previous: str | None
    size: int

    @property
    def has_next(self) -> bool:
        return self.next is not None

    @property
    def has_previous(self) -> bool:
        return self.previous is not None

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class CappedCount:
    """How many rows there are, counted no further than the cap: `1,000+`."""

    number: int
    more: bool

    def __int__(self) -> int:
        return self.number

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.more else f"{self.number:,}"


def capped_count(queryset: QuerySet[Any], cap: int = 1000) -> CappedCount:
    """Counts at most `cap` rows, so that a list of a million costs what a list of a thousand does."""
    found = queryset.order_by()[: cap + 1].count()
    return CappedCount(min(found, cap), found > cap)


@dataclass(frozen=True, slots=True)
class _Key:
    """One column of the order: where it is read and how it compares."""

    name: str
    descending: bool
    nullable: bool
    field: "Field[Any, Any]"
    alias: str
    unique: bool = False


class _RowCompare(Func):
    """`(a, b) < (x, y)`: both databases walk an index over (a, b) with it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, keys: Sequence[_Key], values: Sequence[Any], sign: str) -> None:
        given = [Value(value, key.field) for key, value in zip(keys, values, strict=True)]
        super().__init__(*(F(key.name) for key in keys), *given)
        self.width = len(keys)
        self.sign = sign

    def __repr__(self) -> str:
        return f"<{self.width} columns {self.sign} cursor>"

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        parts, params = [], []
        for expression in self.source_expressions:
            sql, values = compiler.compile(expression)
            parts.append(sql)
            params.extend(values)
        left, right = ", ".join(parts[: self.width]), ", ".join(parts[self.width :])
        return f"({left}) {self.sign} ({right})", params


def keyset(
    queryset: QuerySet[Any],
    order: Sequence[str] = ("-pk",),
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Any]:
    """One page of `queryset` in `order`, from the start or from where `cursor` points, in one query.

    `order` names columns, annotations or columns across foreign keys (`account__name_key`), `-` for descending; the
    primary key is added as the last word when nothing in it is unique. Empty values come last in either direction (the
    page on which those of the first column begin costs a second query). With `.values(…)` the rows are dictionaries and
    have to carry the ordered names.
    Raises: InvalidCursor if the cursor was not made for this order.
    """
    size = max(1, min(size, MAX_PAGE_SIZE))
    keys = _keys(queryset, tuple(order))
    backward, values = _read_cursor(cursor, keys) if cursor else (False, None)
    aliases = {key.alias: F(key.name) for key in keys if key.alias != key.name}
    found = queryset.annotate(**aliases) if aliases and not _gives_dicts(queryset) else queryset
    found = found.order_by(*(_order(key, backward) for key in keys))
    rows: list[Any] = []
    for part in _parts(keys, values, backward):
        rows += _first(found.filter(part), size + 1 - len(rows))
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
    has_next, has_previous = (bool(rows), more) if backward else (more, bool(rows) and cursor is not None)
    return Page(
        rows=rows,
        next=_write_cursor("a", keys, rows[-1]) if has_next else None,
        previous=_write_cursor("b", keys, rows[0]) if has_previous else None,
        size=size,
    )


def _first(found: QuerySet[Any], size: int) -> Iterable[Any]:
    """The first rows. Where joined tables come along, SQLite would begin at those and sort everything it finds, so it
    is asked for the keys first, which walks the index of the order, and for the rows of these keys then.
    """
    if connections[found.db].vendor != "sqlite" or not found.query.select_related:
        return found[:size]
    keys = list(found.select_related(None).values_list("pk", flat=True)[:size])
    return found.filter(pk__in=keys) if keys else ()


def _gives_dicts(queryset: QuerySet[Any]) -> bool:
    return queryset._fields is not None  # type: ignore[attr-defined]


def _keys(queryset: QuerySet[Any], order: tuple[str, ...]) -> list[_Key]:
    known = queryset.query.annotations
    if not any(_name(word) in known for word in order):
        model: Any = queryset.model
        return _model_keys(model, order)
    keys = [
        _annotated_key(word, known[_name(word)]) if _name(word) in known else _model_key(queryset.model, word)
        for word in order
    ]
    return _with_primary_key(queryset.model, keys)


@cache
def _model_keys(model: Any, order: tuple[str, ...]) -> list[_Key]:
    return _with_primary_key(model, [_model_key(model, word) for word in order])


def _with_primary_key(model: type[Model], keys: list[_Key]) -> list[_Key]:
    if any(key.unique and not key.nullable for key in keys):
        return keys
    sign = "-" if keys and keys[-1].descending else ""
    return [*keys, _model_key(model, f"{sign}pk")]


def _name(word: str) -> str:
    return word.removeprefix("-")


def _annotated_key(word: str, annotation: Any) -> _Key:
    return _Key(_name(word), word.startswith("-"), True, annotation.output_field, _name(word))


def _model_key(model: type[Model], word: str) -> _Key:
    """Raises: FieldDoesNotExist for a name that the model does not have."""
    nullable, current, field = False, model, None
    name = _name(word)
    for part in name.split(LOOKUP_SEP):
        if field is not None:
            current = field.related_model  # type: ignore[assignment]
        if current is None:
            raise FieldDoesNotExist(f"{model.__name__} cannot be ordered by {word!r}")
        field = current._meta.pk if part == "pk" else current._meta.get_field(part)
        nullable = nullable or bool(getattr(field, "null", False))
    if not isinstance(field, Field):
        raise FieldDoesNotExist(f"{model.__name__} cannot be ordered by {word!r}")
    direct = LOOKUP_SEP not in name
    return _Key(
        name=field.attname if direct else name,
        descending=word.startswith("-"),
        nullable=nullable,
        field=field.target_field if field.is_relation else field,  # type: ignore[attr-defined]
        alias=field.attname if direct else f"_by_{name}",
        unique=direct and field.unique,
    )


def _order(key: _Key, backward: bool) -> Any:
    """Empty values last going forward, so first going back; a column without them gets the plain order of its index."""
    descending = key.descending != backward
    modifiers = ({"nulls_first": True} if backward else {"nulls_last": True}) if key.nullable else {}
    column = F(key.name)
    return column.desc(**modifiers) if descending else column.asc(**modifiers)


def _parts(keys: list[_Key], values: list[Any] | None, backward: bool) -> list[Q]:
    """What lies beyond the cursor, in one or two stretches of the index that follow each other.

    An "or" over empty and filled values would make the database walk the index from its start, so they are two.
    """
    if values is None:
        return [Q()]
    first, value = keys[0], values[0]
    if not first.nullable:
        return [_beyond(keys, values, backward)]
    filled, empty = Q(**{f"{first.name}__isnull": False}), Q(**{f"{first.name}__isnull": True})
    if value is None:
        rest = empty & (_beyond(keys[1:], values[1:], backward) if keys[1:] else Q(pk__in=[]))
        return [rest, filled] if backward else [rest]
    near = filled & _beyond([replace(first, nullable=False), *keys[1:]], values, backward)
    return [near] if backward else [near, empty]


def _beyond(keys: list[_Key], values: list[Any], backward: bool) -> Q:
    directions = {key.descending for key in keys}
    if len(directions) == 1 and not any(key.nullable for key in keys):
        sign = "<" if directions.pop() != backward else ">"
        return Q(_RowCompare(keys, values, sign))
    return _beyond_by_column(keys, values, backward)


def _beyond_by_column(keys: list[_Key], values: list[Any], backward: bool) -> Q:
    """`a > x or (a = x and (b > y or …))` with a bound on the first column in front, for the index."""
    condition: Q | None = None
    for key, value in zip(reversed(keys), reversed(values), strict=True):
        after = _after(key, value, backward)
        if condition is None:
            condition = after
            continue
        same = Q(**{f"{key.name}__isnull": True}) if value is None else Q(**{key.name: value})
        condition = (same & condition) if after is None else after | (same & condition)
    if condition is None:
        return Q(pk__in=[])
    first, value = keys[0], values[0]
    if value is not None and not first.nullable:
        lookup = "lte" if first.descending != backward else "gte"
        condition = Q(**{f"{first.name}__{lookup}": value}) & condition
    return condition


def _after(key: _Key, value: Any, backward: bool) -> Q | None:
    """Rows strictly beyond `value` in this column; None when there are none."""
    if value is None:
        return Q(**{f"{key.name}__isnull": False}) if backward else None
    lookup = "lt" if key.descending != backward else "gt"
    beyond = Q(**{f"{key.name}__{lookup}": value})
    return beyond | Q(**{f"{key.name}__isnull": True}) if key.nullable and not backward else beyond


def _write_cursor(side: str, keys: Sequence[_Key], row: Any) -> str:
    values = [_plain(row[key.name] if isinstance(row, dict) else getattr(row, key.alias)) for key in keys]
    body = json.dumps([side, *values], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_signature(body, keys) + body).decode().rstrip("=")


def _read_cursor(cursor: str, keys: Sequence[_Key]) -> tuple[bool, list[Any]]:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        signature, body = raw[:8], raw[8:]
        if not hmac.compare_digest(signature, _signature(body, keys)):
            raise InvalidCursor
        side, *values = json.loads(body)
        return side == "b", [
            None if value is None else key.field.to_python(value) for key, value in zip(keys, values, strict=True)
        ]
    except (binascii.Error, UnicodeError, ValueError, ValidationError) as error:
        raise InvalidCursor from error


def _signature(body: bytes, keys: Sequence[_Key]) -> bytes:
    """The order is part of what is signed, so a cursor of one order is refused by another."""
    order = "\n".join(f"{key.name}{'-' if key.descending else '+'}" for key in keys)
    secret = sha256(b"keyset" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(secret, order.encode() + b"\0" + body, "sha256")[:8]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, float):
        return value
    raise TypeError(f"a list cannot be ordered by a {type(value).__name__}")
