"""The list of adjustments, and what the page of one offers."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.incentives.display import words
from tiji.apps.incentives.models import PayAdjustment
from tiji.apps.incentives.pages.lists import money_of, of_person
from tiji.apps.incentives.permissions import can_decide_adjustment, can_propose_adjustment
from tiji.apps.incentives.selectors.adjustments import adjustments
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.money import Money
from tiji.shared.files import files_of
from tiji.ui.filters import Choice, Multi, Search
from tiji.ui.lists import Column, Empty, ListPage, View

State = PayAdjustment.State


def month_text(key: str) -> str:
    """A month's key in words."""
    return words.month_label(fiscal_calendar().period(key))


def months_asked(request: HttpRequest) -> list[tuple[str, str]]:
    """The months that have adjustments the viewer may see, newest first."""
    rows = PayAdjustment.objects.visible_to(request.user).order_by("-period")
    return [(key, month_text(key)) for key in rows.values_list("period", flat=True).distinct()]


class AdjustmentList(ListPage):
    """What was added to pay by hand."""

    name, title, noun = "pay_adjustments", _("Adjustments"), _("adjustments")
    template = "incentives/adjustments.html"
    columns = (
        Column("person", _("Person"), cell="incentives/cells/asked_person.html", value="person.name"),
        Column("period", _("Paid in"), value=lambda row: month_text(row.period)),
        Column("amount", _("Amount"), show="money_full", value=money_of("amount")),
        Column("reason", _("Reason"), value=lambda row: str(row.get_reason_display())),
        Column("note", pgettext_lazy("pay", "Note"), value="note", shown=False),
        Column("component", _("Component"), value="component", shown=False),
        Column(
            "state",
            _("State"),
            cell="incentives/cells/adjustment_state.html",
            value=lambda row: str(row.get_state_display()),
        ),
        Column("proposed_by", pgettext_lazy("pay", "Proposed by"), show="who", value="proposed_by.name"),
        Column("proposed_at", pgettext_lazy("pay", "Proposed on"), show="day", value="proposed_at"),
        Column("decided_by", pgettext_lazy("pay", "Decided by"), show="who", value="decided_by.name"),
    )
    filters = (
        Search(label=_("Name, pinyin"), apply_with=of_person),
        Multi(key="state", label=_("State"), options=PayAdjustment.State.choices),
        Multi(key="reason", label=_("Reason"), options=PayAdjustment.Reason.choices),
        Choice(key="period", label=_("Paid in"), options=months_asked),
    )
    views = (
        View("all", _("All"), "", "list"),
        View("waiting", pgettext_lazy("pay", "To be decided"), "state=proposed", "hourglass"),
    )
    empty: ClassVar[Empty] = Empty(
        _("No adjustments"), _("What is added to somebody's pay by hand, or taken off it, stands here."), "scale"
    )

    def rows(self) -> "QuerySet[Any, Any]":
        return adjustments(self.request.user)  # type: ignore[arg-type]

    @property
    def create_url(self) -> str:
        return reverse("pay_adjustment_new") if can_propose_adjustment(self.request.user) else ""


def adjustment_page(row: PayAdjustment, viewer: Any) -> dict[str, Any]:
    """One adjustment with its evidence, what it takes back or is taken back by, and what the viewer may do."""
    reversals = row.reversals.filter(state__in=(State.PROPOSED, State.APPROVED))
    back = reversals.filter(pk__in=PayAdjustment.objects.visible_to(viewer)).first()
    asked = getattr(row, "inquiry", None)
    return {
        "row": row,
        "month": month_text(row.period),
        "amount": Money(row.amount, row.currency),
        "files": list(files_of(row)),
        "back": back,
        "inquiry": asked,
        "can_decide": row.is_open and can_decide_adjustment(viewer, row),
        "can_withdraw": row.is_open and viewer.pk == row.proposed_by_id,
        "can_reverse": row.state == State.APPROVED
        and not row.reverses_id
        and can_propose_adjustment(viewer)
        and not reversals.exists(),
    }
