"""The filters of a list page: each reads itself from the URL, narrows the rows, and says its value on a chip."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from tiji.ui import formats
from tiji.ui.forms import AmountField, DateField

SEARCH = _("Search")

Text = str | Promise
Options = Iterable[tuple[Any, Text]] | Callable[[HttpRequest], Iterable[tuple[Any, Text]]]
Apply = Callable[[QuerySet[Any], Any], QuerySet[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What all filters share. `field` is the ORM path to compare, `apply_with` a function instead of it."""

    template: ClassVar[str] = ""

    key: str
    label: Text
    field: str = ""
    apply_with: Apply | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The URL parameters that are this filter's."""
        return (self.key,)

    @property
    def path(self) -> str:
        return self.field or self.key

    def read(self, params: QueryDict) -> Any:
        """The filter's value, or None when it is off or unreadable."""
        return params.get(self.key, "").strip() or None

    def lookup(self, value: Any) -> dict[str, Any]:
        return {self.path: value}

    def apply(self, rows: QuerySet[Any], value: Any, request: HttpRequest) -> QuerySet[Any]:
        if self.apply_with:
            return self.apply_with(rows, value)
        return rows.filter(**self.lookup(value))

    def text(self, value: Any, request: HttpRequest) -> str:
        return str(value)

    @property
    def is_fetched(self) -> bool:
        """Whether the editor is asked for when the chip is opened, because it costs queries."""
        return False

    def editor(self, params: QueryDict, request: HttpRequest) -> dict[str, Any]:
        """What the filter's editor template needs."""
        return {"value": params.get(self.key, "")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Filter):
    """The search box of the list (parameter `q`); `label` is its placeholder."""

    key: str = "q"
    label: Text = SEARCH

    def lookup(self, value: Any) -> dict[str, Any]:
        return {f"{self.path}__icontains": value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(Filter):
    """Text that a field contains."""

    template: ClassVar[str] = "ui/filters/text.html"

    def lookup(self, value: Any) -> dict[str, Any]:
        return {f"{self.path}__icontains": value}

    def text(self, value: Any, request: HttpRequest) -> str:
        return translate("contains “%(text)s”") % {"text": value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Filter):
    """One of few options, given as pairs or as a function of the request."""

    template: ClassVar[str] = "ui/filters/choice.html"
    options: Options = ()

    @property
    def is_fetched(self) -> bool:
        return callable(self.options)

    def pairs(self, request: HttpRequest) -> list[tuple[str, Text]]:
        options = self.options(request) if callable(self.options) else self.options
        return [(str(value), label) for value, label in options]

    def apply(self, rows: QuerySet[Any], value: Any, request: HttpRequest) -> QuerySet[Any]:
        known = {key for key, _label in self.pairs(request)}
        return Filter.apply(self, rows, value, request) if value in known else rows.none()

    def text(self, value: Any, request: HttpRequest) -> str:
        return str(dict(self.pairs(request)).get(value, value))

    def editor(self, params: QueryDict, request: HttpRequest) -> dict[str, Any]:
        chosen = set(params.getlist(self.key))
        return {"options": [(value, label, value in chosen) for value, label in self.pairs(request)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Multi(Choice):
    """Any of several options."""

    template: ClassVar[str] = "ui/filters/multi.html"

    def read(self, params: QueryDict) -> Any:
        return [value for value in params.getlist(self.key) if value] or None

    def lookup(self, value: Any) -> dict[str, Any]:
        return {f"{self.path}__in": value}

    def apply(self, rows: QuerySet[Any], value: Any, request: HttpRequest) -> QuerySet[Any]:
        known = {key for key, _label in self.pairs(request)}
        return Filter.apply(self, rows, [one for one in value if one in known], request)

    def text(self, value: Any, request: HttpRequest) -> str:
        labels = dict(self.pairs(request))
        names = [str(labels.get(one, one)) for one in value]
        joined = translate(", ").join(names[:3])
        return joined if len(names) <= 3 else f"{joined} +{len(names) - 3}"


class RangeNames:
    """A filter with two parameters, `<key>_from` and `<key>_to`."""

    __slots__ = ()
    key: str

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange(RangeNames, Filter):
    """From a day up to and including another. `moment=True` when the field keeps moments, not dates."""

    template: ClassVar[str] = "ui/filters/dates.html"
    moment: bool = False

    def read(self, params: QueryDict) -> Any:
        low, high = (_clean(DateField(required=False), params.get(name)) for name in self.names)
        return (low, high) if low or high else None

    def lookup(self, value: tuple[date | None, date | None]) -> dict[str, Any]:
        path = f"{self.path}__date" if self.moment else self.path
        low, high = value
        return {**({f"{path}__gte": low} if low else {}), **({f"{path}__lte": high} if high else {})}

    def text(self, value: tuple[date | None, date | None], request: HttpRequest) -> str:
        return _range_text(*(formats.day(one) if one else "" for one in value))

    def editor(self, params: QueryDict, request: HttpRequest) -> dict[str, Any]:
        low, high = (params.get(name, "") for name in self.names)
        return {"low": low, "high": high, "low_name": self.names[0], "high_name": self.names[1]}


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRange(RangeNames, Filter):
    """At least and at most an amount; typed as 12,000 or 1.2万."""

    template: ClassVar[str] = "ui/filters/amounts.html"

    def read(self, params: QueryDict) -> Any:
        low, high = (_clean(AmountField(required=False), params.get(name)) for name in self.names)
        return (low, high) if low is not None or high is not None else None

    def lookup(self, value: tuple[Decimal | None, Decimal | None]) -> dict[str, Any]:
        low, high = value
        found = {f"{self.path}__gte": low, f"{self.path}__lte": high}
        return {path: limit for path, limit in found.items() if limit is not None}

    def text(self, value: tuple[Decimal | None, Decimal | None], request: HttpRequest) -> str:
        return _range_text(*(formats.money(one) if one is not None else "" for one in value))

    def editor(self, params: QueryDict, request: HttpRequest) -> dict[str, Any]:
        low, high = (params.get(name, "") for name in self.names)
        return {"low": low, "high": high, "low_name": self.names[0], "high_name": self.names[1]}


def _clean(field: Any, text: str | None) -> Any:
    try:
        return field.clean(text)
    except ValidationError:
        return None


def _range_text(low: str, high: str) -> str:
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"≤ {high}"
