"""The history of one thing as people read it: fields by their labels, values by name, amounts with their currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tiji.kernel.money import Money
from tiji.shared.fields import AmountField, RateField
from tiji.shared.models import AuditEntry
from tiji.ui import formats

Text = str | Promise
Say = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did at a moment. `is_first` when there is nothing before: the thing was made."""

    at: datetime
    who: str
    what: str
    reason: str
    is_first: bool
    changes: list[Change]


class History:
    """Entries of the log about rows of one table.

    `labels` names what the table itself does not, `actions` says what was done, `say` writes values of a key its own
    way, `hidden` leaves keys out; `currency` is that of the thing's amounts unless an entry tells another.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        labels: Mapping[str, Text] | None = None,
        actions: Mapping[str, Text] | None = None,
        say: Mapping[str, Say] | None = None,
        hidden: Iterable[str] = (),
        currency: str = "",
    ) -> None:
        self.model, self.labels, self.actions = model, dict(labels or {}), dict(actions or {})
        self.say, self.hidden, self.currency = dict(say or {}), frozenset(hidden), currency
        self._names: dict[tuple[type[models.Model], Any], str] = {}

    def deeds(self, entries: Iterable[AuditEntry]) -> list[Deed]:
        """The entries in words; one query for each table that they point at."""
        rows = list(entries)
        self._learn_names(rows)
        return [self._deed(row) for row in rows]

    def _deed(self, entry: AuditEntry) -> Deed:
        before, after = entry.before or {}, entry.after or {}
        currency = after.get("currency") or before.get("currency") or self.currency
        keys = [key for key in dict.fromkeys([*before, *after]) if key not in self.hidden]
        found = [
            Change(
                self.label(key),
                self.words(key, before.get(key), currency),
                self.words(key, after.get(key), currency),
            )
            for key in keys
            if (before.get(key) or None) != (after.get(key) or None)
        ]
        what = str(self.actions.get(entry.action, entry.action))
        return Deed(entry.at, entry.actor_label or _("System"), what, entry.reason, entry.before is None, found)

    def field(self, key: str) -> Any:
        """The column that a key of the log names; None when it names none."""
        for name in (key, key.removesuffix("_id")):
            try:
                found = self.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if found.concrete:
                return found
        return None

    def label(self, key: str) -> str:
        """What a reader calls the field."""
        name = key.removesuffix("_id")
        if name in self.labels:
            return str(self.labels[name])
        field = self.field(key)
        said = getattr(field, "verbose_name", None)
        if not isinstance(said, Promise) and getattr(field, "related_model", None):
            said = field.related_model._meta.verbose_name
        return str(said) if isinstance(said, Promise) else name.replace("_", " ")

    def words(self, key: str, value: Any, currency: str) -> str:
        """A value of the log as it is read."""
        if value is None or value in ("", [], {}):
            return formats.UNKNOWN
        if key in self.say:
            return self.say[key](value)
        field = self.field(key)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if getattr(field, "related_model", None):
            return self._names.get((field.related_model, value), str(value))
        return in_words(field, value, currency)

    def _learn_names(self, rows: list[AuditEntry]) -> None:
        wanted: dict[type[models.Model], set[Any]] = {}
        for row in rows:
            for key, value in [*(row.before or {}).items(), *(row.after or {}).items()]:
                related = getattr(self.field(key), "related_model", None)
                if related and value not in (None, "") and not isinstance(value, bool):
                    wanted.setdefault(related, set()).add(value)
        for related, keys in wanted.items():
            for pk, thing in related._base_manager.in_bulk(_keys_of(related, keys)).items():
                self._names[related, pk] = str(thing)


def _keys_of(related: type[models.Model], values: Iterable[Any]) -> list[Any]:
    """Those values that are keys of the table: some entries keep the name itself."""
    numeric = isinstance(related._meta.pk, models.IntegerField)
    return [value for value in values if isinstance(value, int) == numeric]


def in_words(field: Any, value: Any, currency: str) -> str:
    """A plain value of a column: a choice by its name, an amount with its currency, a day as the reader writes it."""
    choices = dict(getattr(field, "flatchoices", None) or ())
    if isinstance(value, str | int) and value in choices:
        return str(choices[value])
    if isinstance(field, models.DateTimeField):
        return formats.moment(datetime.fromisoformat(value))
    if isinstance(field, models.DateField):
        return formats.day(date.fromisoformat(value))
    if isinstance(field, AmountField | RateField):
        return _number(field, _decimal(value), currency) or str(value)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {one}" for name, one in value.items())
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _number(field: Any, value: Decimal | None, currency: str) -> str:
    if value is None:
        return ""
    if isinstance(field, RateField):
        return formats.percent(value)
    return formats.money_full(Money(value, currency)) if currency else formats.number(value, 2)


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
