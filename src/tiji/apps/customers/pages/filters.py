"""Filters of the customers' lists whose choices are many: their editors are read when they are opened."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from tiji.apps.customers.forms import last_division
from tiji.ui.filters import Filter

CODE = re.compile(r"^(\d{2}|\d{4}|\d{6}|[A-Z]{2})$")
Options = list[tuple[Any, str | Promise]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChoice(Filter):
    """One of many options, fetched when the chip is opened. `where(value, request)` is the condition on rows."""

    template: ClassVar[str] = "customers/filters/late.html"
    where: Callable[[Any, HttpRequest], Any]
    say: Callable[[Any, HttpRequest], Any]
    options: Callable[[HttpRequest], Options]
    numeric: bool = True
    words: tuple[str, ...] = ()
    url_name: str = "account_filter"
    part: str = "customers/filters/options.html"

    def choices(self, request: HttpRequest) -> dict[str, Any]:
        """What the editor offers once it is opened."""
        return {"options": self.options(request), "key": self.key, "value": request.GET.get("value", "")}

    def read(self, params: QueryDict) -> Any:
        value = Filter.read(self, params)
        if value is None or not self.numeric or value in self.words:
            return value
        return int(value) if value.isdecimal() and len(value) < 19 else None

    def apply(self, rows: Any, value: Any, request: HttpRequest) -> Any:
        return rows.filter(self.where(value, request))

    def text(self, value: Any, request: HttpRequest) -> str:
        return str(self.say(value, request))

    def editor(self, params: QueryDict, request: HttpRequest) -> dict[str, Any]:
        return {"url": reverse(self.url_name, args=[self.key]), "value": params.get(self.key, "")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChoice(LateChoice):
    """A region of any depth: province, city, county, each select offering what lies in the one before."""

    part: str = "customers/filters/place.html"
    levels: Callable[[str], list[dict[str, Any]]]

    def read(self, params: QueryDict) -> Any:
        """The deepest of the selects that were sent."""
        return last_division([value for value in params.getlist(self.key) if CODE.match(value)]) or None

    def choices(self, request: HttpRequest) -> dict[str, Any]:
        code = request.GET.get("value", "")
        widget = {"name": self.key, "id": f"filter-{self.key}-place", "levels": self.levels(code[:6])}
        return {"widget": widget}

    def editor(self, params: QueryDict, request: HttpRequest) -> dict[str, Any]:
        return {"url": reverse(self.url_name, args=[self.key]), "value": self.read(params) or ""}
