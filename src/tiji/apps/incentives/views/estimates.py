"""What something would pay: the what-if panel of a person, and the panels beside a deal and a contract.

Whoever sees the deal and not its owner's pay gets an empty panel: nothing tells that there is any pay.
"""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from tiji.apps.commerce.models import Contract
from tiji.apps.incentives.pages.estimates import ContractPanel, DealPanel, PersonPanel
from tiji.apps.incentives.permissions import can_see_pay
from tiji.apps.incentives.views.doors import today
from tiji.apps.organization.models import Person
from tiji.apps.pipeline.models import Opportunity
from tiji.ui.forms import is_htmx, page_response


@require_GET
@login_required
def pay_estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """What a document would pay a person, from what was typed."""
    viewer: Any = request.user
    if not can_see_pay(viewer, pk):
        raise Http404
    person = get_object_or_404(Person, pk=pk)
    page = PersonPanel(person, viewer, request.GET.dict(), timezone.now(), today())
    return page_response(request, "incentives/estimate.html", "panel", {"page": page})


def _no_panel(request: HttpRequest) -> HttpResponse:
    """The page that asked shows nothing in its place; by itself there is no such page."""
    if is_htmx(request):
        return HttpResponse()
    raise Http404


@require_GET
@login_required
def opportunity_estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """What an open deal would pay its owner."""
    viewer: Any = request.user
    rows = Opportunity.objects.visible_to(viewer).select_related("owner", "account")
    deal = get_object_or_404(rows, pk=pk)
    if deal.status != Opportunity.Status.OPEN or not can_see_pay(viewer, deal.owner_id):
        return _no_panel(request)
    page = DealPanel(deal, viewer, request.GET.dict(), timezone.now(), today())
    return page_response(request, "incentives/estimate_deal.html", "panel", {"page": page})


@require_GET
@login_required
def contract_estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """What the open instalments of a contract would pay its owner."""
    viewer: Any = request.user
    contract = get_object_or_404(Contract.objects.visible_to(viewer).select_related("owner", "account"), pk=pk)
    if not (contract.is_draft or contract.stands) or not can_see_pay(viewer, contract.owner_id):
        return _no_panel(request)
    page = ContractPanel(contract, viewer, timezone.now(), today())
    return page_response(request, "incentives/estimate_contract.html", "panel", {"page": page})
