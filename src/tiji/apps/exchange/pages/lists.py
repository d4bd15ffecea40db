"""The history of imports as a list."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.selectors.imports import imports
from tiji.ui.filters import DateRange, Multi, Search
from tiji.ui.lists import Column, Empty, ListPage


class ImportList(ListPage):
    """What was loaded, by whom, with what result."""

    name, title, noun = "imports", _("Imports"), _("imports")
    default_sort = "-id"
    columns = [
        Column("file_name", _("File")),
        Column("kind", pgettext_lazy("of an import", "What it holds"), value="get_kind_display"),
        Column("source", _("Source system")),
        Column("state", _("State"), cell="exchange/cells/state.html"),
        Column("created", _("Created"), show="num"),
        Column("updated", _("Updated"), show="num"),
        Column("unchanged", _("Unchanged"), show="num"),
        Column("refused", _("Refused"), show="num"),
        Column("by", _("By"), show="who", value="by.name"),
        Column("at", _("Handed in"), show="day"),
    ]
    filters = [
        Search(label=_("File"), field="file_name"),
        Multi(key="kind", label=pgettext_lazy("of an import", "What it holds"), options=Kind.choices),
        Multi(key="state", label=_("State"), options=Import.State.choices),
        DateRange(key="at", label=_("Handed in"), field="at", moment=True),
    ]
    empty = Empty(
        _("Nothing was loaded yet"),
        _("Bring in what your old system holds. You see every problem before a row is written."),
        "upload",
    )
    create_label = _("Load a file")

    @property
    def create_url(self) -> str:
        return reverse("import_new") if can_import(self.request.user) else ""

    def rows(self) -> QuerySet[Any]:
        return imports(viewer=self.request.user)
