"""One entry of the audit log as people read it: fields by their labels, values by name, codes in words."""

import re
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Person, Unit
from tiji.apps.organization.pages.entry_labels import CODES, GRANTED, HIDDEN, LABELS, POINTS_AT, SOURCES
from tiji.shared.models import AuditEntry
from tiji.shared.settings_store import declared_settings
from tiji.ui import formats
from tiji.ui.changes import Deed, History

ROW = re.compile(r"^(?P<kind>[up])(?P<pk>\d+)(?: (?P<period>\S+) (?P<business>existing|new))?$")
AT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d")


def entry_in_words(entry: AuditEntry) -> Deed:
    """What was before and after, in the reader's words; one query for each table that it points at."""
    return EntryHistory(entry).deeds([entry])[0]


def thing_in_words(entry: AuditEntry) -> str:
    """What an entry is about: a setting by its label, everything else as it was called then."""
    if entry.object_type == "shared.setting":
        key = entry.object_label.partition(" = ")[0]
        return next((str(one.label) for one in declared_settings() if one.key == key), entry.object_label)
    return entry.object_label


def source_in_words(source: str) -> str:
    """Who wrote a grant."""
    return str(SOURCES.get(source) or CODES.get(source) or source)


class EntryHistory(History):
    """An entry about any table: whatever the table does not say itself comes from the words of this room."""

    def __init__(self, entry: AuditEntry) -> None:
        super().__init__(_model(entry.object_type), labels=LABELS, hidden=HIDDEN)
        self.say = {
            "document": _document,
            "problems": _how_many,
            "requires": self._columns_of_a_deal,
            "stages": _how_many,
        }
        given = entry.after or entry.before or {}
        self.granted = GRANTED.get(str(given.get("kind")), "") if "object" in given else ""

    def field(self, key: str) -> Any:
        found = super().field(key)
        name = key.removesuffix("_id")
        at = self.granted if name == "object" else POINTS_AT.get(name, "")
        if getattr(found, "related_model", None) or not at or isinstance(found, models.Field):
            return found
        return SimpleNamespace(related_model=_model(at), verbose_name="")

    def label(self, key: str) -> str:
        row = ROW.match(key)
        if row:
            return self._row(row)
        if key == "position" and isinstance(super().field(key), models.IntegerField):
            return _("Place in the order")
        if key in CODES and key not in LABELS and super().field(key) is None:
            return str(CODES[key])
        return super().label(key)

    def words(self, key: str, value: Any, currency: str) -> str:
        if isinstance(value, bool) or value in (None, "", [], {}) or key in self.say:
            return super().words(key, value, currency)
        if isinstance(value, dict):
            shown = [(name, one) for name, one in value.items() if name not in HIDDEN]
            return "; ".join(f"{self.label(name)}: {self.words(name, one, currency)}" for name, one in shown)
        if isinstance(value, list):
            return ", ".join(self.words(key, one, currency) for one in value)
        column = super().field(key)
        if type(column) is models.DateField:
            return str(value)  # a log says the day, not how long ago it was
        text = super().words(key, value, currency)
        return plainly(key, text) if column is None or isinstance(column, models.JSONField) else text

    def _row(self, row: re.Match[str]) -> str:
        model = Unit if row["kind"] == "u" else Person
        name = self._names.get((model, int(row["pk"])), row["pk"])
        return f"{name} · {row['period']} · {CODES[row['business']]}" if row["period"] else name

    def _columns_of_a_deal(self, names: Any) -> str:
        deals = History(_model("pipeline.opportunity"), labels=LABELS)
        return ", ".join(deals.label(name) for name in names)

    def _learn_names(self, rows: list[AuditEntry]) -> None:
        super()._learn_names(rows)
        wanted: dict[type[models.Model], set[int]] = {}
        for entry in rows:
            for values in (entry.before or {}, entry.after or {}):
                self._collect(values, wanted)
        for model, keys in wanted.items():
            for pk, thing in model._base_manager.in_bulk(keys).items():
                self._names[model, pk] = str(thing)

    def _collect(self, values: dict[str, Any], wanted: dict[type[models.Model], set[int]]) -> None:
        """Rows of a target tree among the keys, and what the values inside lists point at."""
        for key, value in values.items():
            row = ROW.match(key)
            if row:
                wanted.setdefault(Unit if row["kind"] == "u" else Person, set()).add(int(row["pk"]))
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    self._collect(inner, wanted)
            related = getattr(self.field(key), "related_model", None)
            if related and isinstance(value, int) and not isinstance(value, bool):
                wanted.setdefault(related, set()).add(value)


def _model(label: str) -> Any:
    """The table that an entry names; a table of an earlier version is none."""
    try:
        return apps.get_model(label)
    except LookupError:
        return AuditEntry


def plainly(key: str, text: str) -> str:
    """A value that no column explains: a source, a code or a moment in words; else as it stands."""
    if key == "source":
        return source_in_words(text)
    if text in CODES:
        return str(CODES[text])
    if AT.match(text):
        return formats.moment(datetime.fromisoformat(text))
    return text


def _how_many(found: Any) -> str:
    return str(len(found) if isinstance(found, list | dict) else found)


def _document(document: Any) -> str:
    """A pay plan's document: which version, and of how many components; the plan's page shows all of it."""
    if not isinstance(document, dict):
        return str(document)
    facts = {"version": document.get("version", ""), "n": len(document.get("components", []))}
    return _("version %(version)s, components: %(n)s") % facts
