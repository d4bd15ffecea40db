"""The list of what is known of payees."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.models import PayFact
from tiji.apps.incentives.pages.lists import of_person
from tiji.apps.incentives.permissions import can_set_quota
from tiji.apps.incentives.selectors.facts import standing_facts
from tiji.ui.filters import Choice, Search
from tiji.ui.lists import Column, Empty, ListPage


def _names(_request: Any) -> list[tuple[str, str]]:
    names = PayFact.objects.order_by("name").values_list("name", flat=True).distinct()
    return [(name, name) for name in names]


class FactList(ListPage):
    """Every value that counts, the latest day of each fact first."""

    name, title, noun = "pay_fact_list", pgettext_lazy("pay", "Facts of payees"), _("values")
    template = "incentives/facts.html"
    default_sort = "person"
    columns = (
        Column("person", _("Person"), show="who", sort="person", value="person.name"),
        Column("name", pgettext_lazy("pay", "Fact"), sort="name", value="name"),
        Column("value", _("Value"), value=lambda row: row.value or "—"),
        Column("from", _("Valid from"), show="day", sort="valid_from", value="valid_from"),
        Column("version", _("Version"), value=lambda row: f"v{row.number}"),
        Column("by", _("By"), value=lambda row: str(row.created_by or "—"), shown=False),
        Column("reason", _("Reason"), value="reason", shown=False),
    )
    filters = (
        Search(label=_("Name, pinyin"), apply_with=of_person),
        Choice(key="fact", label=pgettext_lazy("pay", "Fact"), options=_names, field="name"),
    )
    empty: ClassVar[Empty] = Empty(
        _("Nothing is known of anybody yet"),
        _("Plans with cells or steps of payment ask for facts such as a grade or a target pay."),
        "scroll-text",
    )

    def rows(self) -> "QuerySet[Any, Any]":
        return standing_facts()

    def row_url(self, row: Any) -> str:
        return reverse("pay_fact", args=[row.pk])

    def context(self) -> dict[str, Any]:
        return {"can_edit": can_set_quota(self.request.user)}
