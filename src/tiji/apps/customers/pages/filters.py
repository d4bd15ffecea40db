"""Filters of the customers' lists whose choices are many: they are read only when the chip is opened."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict

from tiji.apps.customers.forms import division_levels, last_division
from tiji.apps.customers.models import Division
from tiji.apps.customers.selectors.divisions import in_division
from tiji.ui.filters import Choice, Filter

CODE = re.compile(r"^(\d{2}|\d{4}|\d{6}|[A-Z]{2})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOfMany(Choice):
    """One of many options. Its value is a condition and has a name by itself, so a narrowed list reads no options.

    `where(value, request)` is the condition on rows, `say(value, request)` the name; `words` stand beside the numbers.
    """

    where: Callable[[Any, HttpRequest], Any]
    say: Callable[[Any, HttpRequest], Any]
    numeric: bool = True
    words: tuple[str, ...] = ()

    def read(self, params: QueryDict) -> Any:
        value = Filter.read(self, params)
        if value is None or not self.numeric or value in self.words:
            return value
        return int(value) if value.isdecimal() and len(value) < 19 else None

    def apply(self, rows: Any, value: Any, request: HttpRequest) -> Any:
        return rows.filter(self.where(value, request))

    def text(self, value: Any, request: HttpRequest) -> str:
        return str(self.say(value, request))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChoice(Filter):
    """A region of any depth: province, city, county, each select offering what lies in the one before."""

    template: ClassVar[str] = "customers/filters/place.html"

    @property
    def is_fetched(self) -> bool:
        return True

    def read(self, params: QueryDict) -> Any:
        """The deepest of the selects that were sent."""
        return last_division([value for value in params.getlist(self.key) if CODE.match(value)]) or None

    def apply(self, rows: Any, value: Any, request: HttpRequest) -> Any:
        return rows.filter(in_division(value))

    def text(self, value: Any, request: HttpRequest) -> str:
        return str(Division.objects.filter(pk=value).first() or value)

    def editor(self, params: QueryDict, request: HttpRequest) -> dict[str, Any]:
        levels = division_levels(self.read(params) or "")
        return {"widget": {"name": self.key, "id": f"filter-{self.key}-place", "levels": levels}}
