"""The facts behind an attainment number."""

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Sum
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from tiji.apps.commerce.models import (
    BusinessKind,
    Contract,
    Measure,
    MeasureFact,
    Order,
    Receipt,
    ReceiptApplication,
)
from tiji.apps.customers.models import Account
from tiji.apps.targets.display.frames import Frame, period_label
from tiji.apps.targets.selectors.actuals import facts_of
from tiji.ui.filters import Choice
from tiji.ui.lists import Column, Empty, ListPage

Source = MeasureFact.Source
DOCUMENTS = {
    Source.CONTRACT: (Contract, "contract"),
    Source.ORDER: (Order, "order"),
    Source.RECEIPT: (Receipt, "receipt"),
}


def url_or_nothing(name: str, *args: Any) -> str:
    """The address of a door of another room, or nothing while it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


class AttainmentFacts(ListPage):
    """What a number was made of: one row a fact, its document open to whoever may see it."""

    name, title, noun = "attainment_facts", _("Facts behind the number"), _("facts")
    template = "targets/facts.html"
    default_sort = "-on"
    columns: ClassVar = [
        Column("on", _("Day"), show="day", sort="on"),
        Column("account", _("Customer"), cell="targets/cells/account.html", value="shown_account"),
        Column("document", _("Document"), cell="targets/cells/document.html", value="shown_number"),
        Column("owner", _("Owner"), show="who", value="owner.name"),
        Column("unit", _("Unit on the day"), value="unit.label"),
        Column("kind", _("Kind"), value="get_kind_display"),
        Column("amount", _("Amount"), cell="targets/cells/amount.html", sort="amount", numeric=True),
    ]
    filters: ClassVar = [Choice(key="kind", label=_("Kind"), options=BusinessKind.choices, field="kind")]
    empty = Empty(_("Nothing happened here yet"), _("No posted document counts for this number so far."), "file-text")

    def __init__(self, request: HttpRequest, frame: Frame, **extra: Any) -> None:
        super().__init__(request, **extra)
        self.frame = frame

    def rows(self) -> Any:
        frame = self.frame
        found = facts_of(frame.subject, frame.measure, frame.period.start, frame.until, currency=frame.currency)
        return found.select_related("account", "owner", "unit")

    @cached_property
    def sum(self) -> Any:
        return self.filtered().order_by().aggregate(total=Sum("amount"))["total"] or 0

    def row_url(self, row: Any) -> str:
        return str(row.document_url)

    def decorate(self, rows: list[Any]) -> list[Any]:
        """Numbers and addresses of the documents the viewer may see; the others stay as evidence without a name."""
        viewer = self.request.user
        documents = visible_documents(viewer, rows)
        accounts = set(
            Account.objects.visible_to(viewer)
            .filter(pk__in={row.account_id for row in rows})
            .values_list("pk", flat=True)
        )
        for row in rows:
            row.shown_number, row.document_url = documents.get((row.source, row.source_id), ("", ""))
            row.shown_account = row.account if row.account_id in accounts else None
            row.account_url = url_or_nothing("account", row.account_id) if row.shown_account else ""
            row.shown_amount = self.frame.amount_full(row.amount)
        return rows

    def context(self) -> dict[str, Any]:
        frame = self.frame
        return {
            "frame": frame,
            "measure_label": Measure(frame.measure).label,
            "period_label": period_label(frame.period),
            "sum_full": frame.amount_full(self.sum),
            "back": f"{reverse('attainment')}?{frame.query()}",
            "currency_note": not frame.is_count,
        }


def visible_documents(viewer: Any, rows: list[Any]) -> dict[tuple[str, int], tuple[str, str]]:
    """(source, id) → (number, address) of what the viewer may see, one query a kind of document."""
    ids: dict[str, set[int]] = {}
    for row in rows:
        ids.setdefault(row.source, set()).add(row.source_id)
    applied = dict(
        ReceiptApplication.objects.filter(pk__in=ids[Source.APPLICATION]).values_list("pk", "receipt_id")
        if Source.APPLICATION in ids
        else ()
    )
    if applied:
        ids.setdefault(Source.RECEIPT, set()).update(applied.values())
    found: dict[tuple[str, int], tuple[str, str]] = {}
    model: Any
    for source, (model, door) in DOCUMENTS.items():
        if ids.get(source):
            seen = model.objects.visible_to(viewer).filter(pk__in=ids[source]).values_list("pk", "number")
            found.update({(source, pk): (number, url_or_nothing(door, pk)) for pk, number in seen})
    for pk, receipt in applied.items():
        if (Source.RECEIPT, receipt) in found:
            found[Source.APPLICATION, pk] = found[Source.RECEIPT, receipt]
    return found
