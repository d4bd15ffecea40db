"""Actions on selected deals."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext

from tiji.apps.pipeline.forms.deals import HandOverForm, MoveManyForm, posted
from tiji.apps.pipeline.pages.lists import OpportunityList, refusal_text, today
from tiji.apps.pipeline.permissions import can_change_opportunity_owner, can_move_any
from tiji.apps.pipeline.services.moves import MoveReport, move_many
from tiji.apps.pipeline.services.opportunities import change_owner
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, page_response

MOST = 5_000


def chosen(request: HttpRequest) -> dict[str, Any]:
    """The selection with its list; what an action may take at once is limited."""
    page = OpportunityList(request)
    rows = list(page.selected().select_related(None).only("pk", "name")[:MOST])
    return {"list": page, "rows": rows, "count": len(rows)}


def onward(context: dict[str, Any]) -> Any:
    """From a page of its own: to the one that was chosen, else to the list."""
    return context["rows"][0] if context["count"] == 1 else "opportunities"


@login_required
def opportunities_owner(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_change_opportunity_owner(actor))
    form, context = HandOverForm(posted(request), actor=actor), chosen(request)
    if request.method != "POST":
        return page_response(request, "pipeline/bulk_owner.html", "form", {**context, "form": form})
    moved: list[Any] = []
    if form.is_valid():
        with errors_on(form):
            moved = change_owner(actor=actor, opportunities=context["rows"], on=today(), **form.cleaned_data)
    said = ngettext("%(n)s opportunity handed over", "%(n)s opportunities handed over", len(moved)) % {"n": len(moved)}
    return form_response(request, form, "pipeline/bulk_owner.html", "form", context, back=onward(context), message=said)


@login_required
def opportunities_move(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_move_any(actor))
    form, context = MoveManyForm(posted(request)), chosen(request)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return page_response(request, "pipeline/bulk_move.html", "form", {**context, "form": form}, status=status)
    report = move_many(actor=actor, opportunities=context["rows"], at=timezone.now(), **form.facts())
    if report.refused:
        return moved_in_part(request, report)
    said = ngettext("%(n)s opportunity moved", "%(n)s opportunities moved", len(report.moved))
    said %= {"n": len(report.moved)}
    return form_response(request, form, "pipeline/bulk_move.html", "form", context, back=onward(context), message=said)


def moved_in_part(request: HttpRequest, report: MoveReport) -> HttpResponse:
    """Which of the selected deals stayed, and why."""
    refused = [(deal, refusal_text(error)) for deal, error in report.refused]
    return page_response(request, "pipeline/bulk_move.html", "report", {"report": report, "refused": refused})
