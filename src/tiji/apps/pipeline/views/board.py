"""The board: lanes, more cards, and drops."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.pipeline.models import Opportunity, Stage
from tiji.apps.pipeline.pages.boards import BoardPage
from tiji.apps.pipeline.selectors.board import lane_page
from tiji.apps.pipeline.selectors.processes import known_stages
from tiji.apps.pipeline.services.moves import move_opportunity
from tiji.apps.pipeline.views.doors import editable_deal, refused, require_lists
from tiji.shared.errors import DomainError
from tiji.ui.forms import is_htmx

MOST = 10_000


@require_GET
@login_required
def board(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    page = BoardPage(request)
    if "_filter" in request.GET:
        return page.list.filter_form()
    part = is_htmx(request) and request.htmx.target == "board"  # type: ignore[attr-defined]
    return render(request, "pipeline/board.html#board" if part else "pipeline/board.html", page.context())


@require_GET
@login_required
def board_lane(request: HttpRequest, stage_id: int) -> HttpResponse:
    require_lists(request)
    page = BoardPage(request)
    stage = get_object_or_404(Stage.objects.select_related("process"), pk=stage_id)
    skip = request.GET.get("skip", "")
    lane = lane_page(rows=page.rows(), on=page.on, stage=stage, skip=min(int(skip), MOST) if skip.isdecimal() else 0)
    return render(request, "pipeline/lane_cards.html", {"lane": lane, "page": page})


def dropped(request: HttpRequest, deal: Opportunity) -> dict[str, Any]:
    """The lane under the card, the version it showed, and why if this takes a drop back.

    Raises: DomainError for no lane of this deal.
    """
    key, version = request.POST.get("stage", ""), request.POST.get("version", "")
    stage = known_stages().get(int(key)) if key.isdecimal() and len(key) < 19 else None
    if stage is None or stage.process_id != deal.process_id:
        raise DomainError(_("Choose an open stage of this sales process."), field="stage")
    reason = _("Taken back on the board") if request.POST.get("undo") else ""
    return {"to_stage": stage, "expected_version": int(version) if version.isdecimal() else None, "reason": reason}


@require_POST
@login_required
def board_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """A card was dropped on a lane: the move service decides, the board is told why not."""
    deal = editable_deal(request, pk)
    actor: Any = request.user
    try:
        moved = move_opportunity(actor=actor, opportunity=deal, at=timezone.now(), **dropped(request, deal))
    except DomainError as error:
        return refused(error)
    return JsonResponse({"version": moved.version, "stage": str(moved.stage)})
