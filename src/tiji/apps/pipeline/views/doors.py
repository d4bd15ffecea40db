"""What the doors of this room share: the deal one may see, and what a refusal of a move answers."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from tiji.apps.pipeline.models import Activity, Opportunity
from tiji.apps.pipeline.pages.lists import refusal_text
from tiji.apps.pipeline.permissions import can_edit_opportunity, can_list_opportunities
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import toast

RELATED = ("account__industry", "account__division", "owner", "unit", "process", "stage", "close_reason", "rival")


def visible_deal(request: HttpRequest, pk: int) -> Opportunity:
    """The deal, if the viewer may see it; else 404."""
    rows = Opportunity.objects.visible_to(request.user).select_related(*RELATED)
    deal: Opportunity = get_object_or_404(rows, pk=pk)
    return deal


def editable_deal(request: HttpRequest, pk: int) -> Opportunity:
    """The deal, if the viewer may change it; 404 unseen, 403 seen only."""
    deal = visible_deal(request, pk)
    actor: Any = request.user
    require(
        can_edit_opportunity(actor, deal),
        _("Only %(owner)s, those above him, or who was given it for change may do this.") % {"owner": deal.owner},
    )
    return deal


def visible_activity(request: HttpRequest, pk: int) -> Activity:
    """The activity, if the viewer may see it; else 404."""
    rows = Activity.objects.visible_to(request.user).select_related("account", "opportunity", "owner", "unit")
    found: Activity = get_object_or_404(rows, pk=pk)
    return found


def require_lists(request: HttpRequest) -> None:
    """Whoever has nothing to do with selling is told whom to ask."""
    actor: Any = request.user
    require(can_list_opportunities(actor), _("Opportunities are open to those who sell. Ask your administrator."))


def refused(error: DomainError) -> JsonResponse:
    """A refused drop: why, at which field, and whether a dialog may mend it."""
    mendable = error.code in {"skip-reason", "return-cause", "required-fields"}
    body = {"message": refusal_text(error), "field": error.field, "code": error.code, "ask": mendable}
    return JsonResponse(body, status=error.status)


def not_taken_back(error: DomainError) -> HttpResponse:
    """A step that stays: why, in a message beside the page as it is."""
    text = _("Not taken back: %(why)s") % {"why": refusal_text(error)}
    return toast(HttpResponse(text, status=error.status, content_type="text/plain; charset=utf-8"), text, tone="bad")
