"""List pages by declaration: columns, filters in the URL, sorting, keyset pages, saved views, bulk actions, export.

A room subclasses `ListPage`, answers `rows()`, and its view is `return AccountList(request).response()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tiji.kernel.money import Money
from tiji.shared.paging import CappedCount, Page, capped_count, keyset
from tiji.ui import formats
from tiji.ui.export import export_response
from tiji.ui.filters import Filter, Search
from tiji.ui.forms import is_htmx
from tiji.ui.list_parts import Bulk, Empty, Text, View
from tiji.ui.templatetags.tiji import who

__all__ = ["Bulk", "Column", "Empty", "ListPage", "Text", "View", "same_query"]
SHOW: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: formats.UNKNOWN if value in (None, "") else value,
    "money": lambda value: format_html('<span title="{}">{}</span>', formats.money_full(value), formats.money(value)),
    "money_full": formats.money_full,
    "in_unit": formats.in_unit,
    "num": formats.number,
    "pct": formats.percent,
    "pp": formats.points,
    "day": formats.day,
    "days_ago": formats.days_ago,
    "who": who,
}
NUMERIC = {"money", "money_full", "in_unit", "num", "pct", "pp"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is a dotted attribute path or a function of the row, also what an export writes.

    `show` names how it is written (text, money, money_full, in_unit, num, pct, pp, day, days_ago, who), or `cell` a
    template that gets `row` and `value`. `sort` is the indexed model field the list may be ordered by.
    """

    key: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    show: str = "text"
    cell: str = ""
    sort: str = ""
    numeric: bool | None = None
    shown: bool = True
    exported: bool = True
    width: str = ""

    @property
    def is_numeric(self) -> bool:
        return self.show in NUMERIC if self.numeric is None else self.numeric

    def raw(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        for part in (self.value or self.key).split("."):
            row = getattr(row, part, None) if row is not None else None
            if callable(row) and not isinstance(row, Model | Money):
                row = row()
        return row

    def html(self, row: Any, request: HttpRequest) -> SafeString | str:
        value = self.raw(row)
        if self.cell:
            return render_to_string(self.cell, {"row": row, "value": value, "column": self}, request)
        return conditional_escape(SHOW[self.show](value))


class ListPage:
    """A list of model rows. Subclass it, name what it shows, and answer `rows()` with what the viewer may see."""

    name: ClassVar[str] = ""
    title: ClassVar[Text] = ""
    noun: ClassVar[Text] = _("rows")
    template: ClassVar[str] = "ui/list.html"
    part_template: ClassVar[str] = "ui/list.html"
    columns: ClassVar[Iterable[Column]] = ()
    filters: ClassVar[Iterable[Filter]] = ()
    views: ClassVar[Iterable[View]] = ()
    opens_with: ClassVar[str] = ""  # the key of the view that the bare address shows
    actions: ClassVar[Iterable[Bulk]] = ()
    default_sort: ClassVar[str] = "-id"
    in_place: ClassVar[bool] = True  # a filter changes the list and not the whole page
    page_size: ClassVar[int] = 50
    empty: ClassVar[Empty] = Empty()
    create_url_name: ClassVar[str] = ""
    create_label: ClassVar[Text] = _("New")

    def __init__(self, request: HttpRequest, **extra: Any) -> None:
        self.request = request
        self.extra = extra
        sent = request.POST if request.method == "POST" else request.GET
        self.params = QueryDict(sent["filters"]) if sent.get("all") and "filters" in sent else self.opened(sent)

    def opened(self, sent: QueryDict) -> QueryDict:
        """What the address asks for; one that asks for nothing shows the view that the list opens with."""
        first = next((view for view in self.views if view.key == self.opens_with), None)
        return QueryDict(first.query) if first and not sent and self.request.method != "POST" else sent

    # What a room answers

    def rows(self) -> QuerySet[Any]:
        """The viewer's rows, with `select_related` and annotations for the columns."""
        raise NotImplementedError

    def row_url(self, row: Any) -> str:
        """Where a click on a row goes."""
        try:
            return str(row.get_absolute_url())
        except AttributeError:
            return ""

    def row_tone(self, row: Any) -> str:
        """An extra class of the row, such as “off” for archived ones."""
        return ""

    def decorate(self, rows: list[Any]) -> list[Any]:
        """Add to the page's rows what needs one more query for all of them."""
        return rows

    def context(self) -> dict[str, Any]:
        """More for a template of the room's own (`{% extends "ui/list.html" %}`)."""
        return {}

    # What the page is made of

    @cached_property
    def active(self) -> list[tuple[Filter, Any]]:
        read = ((one, one.read(self.params)) for one in self.filters)
        return [(one, value) for one, value in read if value is not None]

    def filtered(self) -> QuerySet[Any]:
        rows = self.rows()
        for one, value in self.active:
            rows = one.apply(rows, value, self.request)
        return rows

    @cached_property
    def sort(self) -> str:
        allowed = {column.sort for column in self.columns if column.sort} | {self.default_sort.lstrip("-")}
        wanted = self.params.get("sort", "")
        return wanted if wanted.lstrip("-") in allowed else self.default_sort

    @cached_property
    def page(self) -> Page[Any]:
        return keyset(self.filtered(), order=(self.sort,), cursor=self.params.get("cursor"), size=self.page_size)

    @cached_property
    def shown_columns(self) -> list[Column]:
        wanted = set(self.params.getlist("columns"))
        return [one for one in self.columns if (one.key in wanted if wanted else one.shown)]

    @property
    def heads(self) -> list[dict[str, Any]]:
        return [
            {
                "column": one,
                "sort": one.sort,
                "up": bool(one.sort) and self.sort == one.sort,
                "down": bool(one.sort) and self.sort == f"-{one.sort}",
                "next": self.url(sort=one.sort if self.sort == f"-{one.sort}" else f"-{one.sort}", cursor=None),
            }
            for one in self.shown_columns
        ]

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "row": row,
                "url": self.row_url(row),
                "tone": self.row_tone(row),
                "cells": [{"column": one, "html": one.html(row, self.request)} for one in self.shown_columns],
            }
            for row in self.decorate(list(self.page.rows))
        ]

    @cached_property
    def count(self) -> CappedCount:
        """How many rows match: “1,000+” unless the exact number was asked for."""
        rows = self.filtered()
        if self.params.get("count") == "exact":
            return CappedCount(rows.order_by().count(), more=False)
        return capped_count(rows)

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        values = {one.key: value for one, value in self.active}
        return [
            {
                "filter": one,
                "label": one.label,
                "on": one.key in values,
                "text": one.text(values[one.key], self.request) if one.key in values else _("any"),
                "remove": self.url(cursor=None, **dict.fromkeys(one.names)),
                "fetch": self.url(_filter=one.key) if one.is_fetched else "",
                "form": None if one.is_fetched else self.editor(one),
            }
            for one in self.filters
            if not isinstance(one, Search)
        ]

    def editor(self, one: Filter) -> dict[str, Any]:
        """What the form of one filter shows."""
        return {"filter": one, "editor": one.editor(self.params, self.request), "kept": self.kept(one.names)}

    @property
    def search(self) -> dict[str, Any] | None:
        one = next((one for one in self.filters if isinstance(one, Search)), None)
        if one is None:
            return None
        return {"filter": one, "value": one.read(self.params) or "", "kept": self.kept(one.names)}

    def kept(self, without: Iterable[str]) -> list[tuple[str, str]]:
        """The other parameters of the URL, for a filter's form to carry along."""
        dropped = {"cursor", "export", "count", "_list", "_filter", *without}
        found = [(key, value) for key, values in self.params.lists() if key not in dropped for value in values]
        return found if "view" in self.params or not self.opens_with else [*found, ("view", "all")]

    @property
    def kept_columns(self) -> list[tuple[str, str]]:
        return self.kept(["columns"])

    @property
    def page_links(self) -> list[tuple[str, str, str, Text]]:
        previous, following = self.page.previous, self.page.next
        return [
            ("prev", self.url(cursor=previous) if previous else "", "chevron-left", _("Previous page")),
            ("next", self.url(cursor=following) if following else "", "chevron-right", _("Next page")),
        ]

    @property
    def export_csv(self) -> str:
        return self.url(export="csv", cursor=None)

    @property
    def export_xlsx(self) -> str:
        return self.url(export="xlsx", cursor=None)

    def url(self, **changes: Any) -> str:
        params = self.params.copy()
        for key in ("export", "count", "_list", "_filter"):
            params.pop(key, None)
        for key, value in changes.items():
            if value is None:
                params.pop(key, None)
            else:
                params[key] = str(value)
        return self.address(params.urlencode())

    def address(self, query: str) -> str:
        """The list with these filters; without any it names the view of all where the bare address shows another."""
        query = query or ("view=all" if self.opens_with else "")
        return f"{self.request.path}?{query}" if query else self.request.path

    @property
    def unfiltered(self) -> str:
        """Where “clear filters” leads."""
        return self.address("")

    @property
    def query(self) -> str:
        """The filters and order as a query string: what a saved view keeps."""
        params = self.params.copy()
        for key in ("cursor", "export", "count", "_list", "_filter", "view", "csrfmiddlewaretoken"):
            params.pop(key, None)
        return params.urlencode()

    @property
    def is_filtered(self) -> bool:
        return bool(self.active)

    @property
    def hides_rows(self) -> bool:
        """Whether an empty list is empty because of its filters: not when it opens so and there is nothing at all."""
        return self.is_filtered and (bool(self.request.GET) or self.rows().exists())

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """Ready and saved views as links; the current one is the one whose query is the page's."""
        from tiji.ui.saved_views import saved_tabs

        ready = [
            {"label": view.label, "icon": view.icon, "query": view.query, "key": view.key, "saved": None}
            for view in self.views
        ]
        tabs = [*ready, *saved_tabs(self.request.user, self.name)]
        for tab in tabs:
            tab["url"] = self.address(tab["query"])
            tab["on"] = same_query(tab["query"], self.query)
        return tabs

    @property
    def bulk_actions(self) -> list[dict[str, Any]]:
        user = self.request.user
        return [
            {"label": one.label, "icon": one.icon, "url": reverse(one.url_name), "key": one.key}
            for one in self.actions
            if one.allowed(user)
        ]

    @property
    def create_url(self) -> str:
        return reverse(self.create_url_name) if self.create_url_name else ""

    # Selection of bulk actions

    def selected(self) -> QuerySet[Any]:
        """The selected rows among those the viewer may see: the ticked ones, or all that match the filters."""
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        if sent.get("all"):
            return self.filtered()
        keys = [key for key in sent.getlist("ids") if key.isdecimal()]
        return self.rows().filter(pk__in=keys)

    def selection_inputs(self) -> list[tuple[str, str]]:
        """The selection as hidden inputs (`{% include "ui/selection.html" %}`) of the action's form."""
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        if sent.get("all"):
            return [("all", "1"), ("filters", self.query)]
        return [("ids", key) for key in sent.getlist("ids") if key.isdecimal()]

    # The answer

    def response(self) -> HttpResponseBase:
        if "_filter" in self.request.GET:
            return self.filter_form()
        kind = self.request.GET.get("export")
        if kind in {"csv", "xlsx"}:
            columns = [one for one in self.shown_columns if one.exported]
            rows = self.filtered().order_by(self.sort, "pk")
            return export_response(kind, str(self.name or "list"), columns, rows, self.decorate)
        part = is_htmx(self.request) and self.request.htmx.target == "list"  # type: ignore[attr-defined]
        context = {"list": self, **self.extra, **self.context()}
        if is_htmx(self.request) and self.request.GET.get("count") == "exact":
            return HttpResponse(conditional_escape(str(self.count)))
        return render(self.request, f"{self.part_template}#list" if part else self.template, context)

    def filter_form(self) -> HttpResponse:
        """The form of the filter whose chip was opened. Raises: Http404 for a filter that the list has not."""
        one = next((one for one in self.filters if one.key == self.request.GET["_filter"]), None)
        if one is None:
            raise Http404
        return render(self.request, "ui/filters/form.html", {"list": self, "form": self.editor(one)})


def same_query(one: str, other: str) -> bool:
    """Whether two query strings mean the same, whatever their order."""

    def plain(text: str) -> list[tuple[str, str]]:
        pairs = QueryDict(text).lists()
        return sorted((key, value) for key, values in pairs for value in values if value)

    return plain(one) == plain(other)
