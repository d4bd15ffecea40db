"""The audit log as a list."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tiji.apps.organization.pages.entries import thing_in_words
from tiji.apps.organization.selectors.audit import sealed_until
from tiji.apps.organization.selectors.audit_words import ABOUT, about_words
from tiji.shared import audit
from tiji.shared.models import Door
from tiji.ui.filters import Choice, Contains, DateRange, Multi, Search
from tiji.ui.lists import Column, Empty, ListPage


def of_kind(rows: QuerySet[Any], word: str) -> QuerySet[Any]:
    """Entries whose action is the word or begins with it and a dot."""
    return rows.filter(action__startswith=f"{word}.") | rows.filter(action=word)


class AuditList(ListPage):
    """Entries, newest first; an entry opens with what was before and after."""

    name, title, noun = "audit", _("Audit log"), _("entries")
    template = "organization/audit.html"
    default_sort = "-id"
    columns = [
        Column("at", _("When"), cell="organization/cells/moment.html"),
        Column("actor_label", _("Who"), show="who"),
        Column("action", _("Action"), cell="organization/cells/action.html"),
        Column("object_label", _("Thing"), value=thing_in_words),
        Column("object_type", _("Kind of thing"), value=lambda row: about_words(row.action), shown=False),
        Column("door", _("Door"), value="get_door_display"),
        Column("request_id", _("Request"), shown=False),
        Column("reason", _("Reason"), shown=False),
        Column("seal", _("Seal"), cell="organization/cells/seal.html", value="pk", exported=False),
    ]
    filters = [
        Search(label=_("Name of the thing"), field="object_label"),
        Contains(key="actor", label=_("Who"), field="actor_label"),
        Choice(key="kind", label=_("Action"), options=list(ABOUT.items()), apply_with=of_kind),
        Multi(key="door", label=_("Door"), options=Door.choices),
        DateRange(key="at", label=_("When"), field="at", moment=True),
    ]
    empty = Empty(_("Nothing written yet"), _("Every change that anybody makes appears here."), "scroll-text")

    def rows(self) -> QuerySet[Any]:
        return audit.audit_entries().order_by()

    def row_url(self, row: Any) -> str:
        return ""

    def decorate(self, rows: Any) -> Any:
        last = sealed_until()
        for row in rows:
            row.is_sealed = row.pk <= last
        return rows

    def context(self) -> dict[str, Any]:
        last_id, head = audit.head()
        return {"last_id": last_id, "head": head, "verify_url": reverse("audit_verify")}
