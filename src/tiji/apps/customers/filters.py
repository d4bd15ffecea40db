"""Filters of the customers' lists whose choices are many: their editors are read when they are opened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from tiji.ui.filters import Filter

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
