"""The planning grid: the page, and the acts of typing and taking back."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.pages.answers import action_of, after_act, as_it_is, below_of, cells_of, refused
from tiji.apps.targets.pages.supporting import SupportCards
from tiji.apps.targets.selectors.grids import PlanGrid
from tiji.apps.targets.services.typing import type_targets
from tiji.apps.targets.services.undo import undo_typing
from tiji.apps.targets.views.common import expected_state, page_of, require_typing
from tiji.shared.errors import Conflict, DomainError


@require_GET
@login_required
def targets(request: HttpRequest) -> HttpResponse:
    return render(request, "targets/targets.html", GridPage(request).context())


@require_GET
@login_required
def target_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows for the grid's script: those below `of`, or those it `have`s as they are now."""
    page, of = page_of(request, pk), request.GET.get("of", "")
    return below_of(page, of) if of else as_it_is(page, request.GET.get("have", ""))


@require_GET
@login_required
def target_support(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands behind the targets: from above and below, what supports the rest of the quarter, what changed."""
    return render(request, "targets/support.html", SupportCards(page_of(request, pk)).context())


@require_POST
@login_required
def target_cells(request: HttpRequest, pk: int) -> HttpResponse:
    """Type cells: `cells` is a JSON list of [row, period, text], `version` the state one looked at."""
    require_typing(request)
    page, have = page_of(request, pk), request.POST.get("have", "")
    try:
        return after_act(page, _typed(request, page), have)
    except Conflict as error:
        return as_it_is(page_of(request, pk), have, str(error.message), status=409)
    except DomainError as error:
        return refused(error)


def _typed(request: HttpRequest, page: GridPage) -> PlanGrid:
    cells = cells_of(page, request.POST.get("cells", ""))
    return type_targets(
        actor=page.viewer,
        version=page.opened.version,
        amounts=cells,
        at=timezone.now(),
        action=action_of(request.POST.get("action", ""), cells),
        expected_version=expected_state(request),
    )


@require_POST
@login_required
def target_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last act back."""
    require_typing(request)
    page = page_of(request, pk)
    try:
        after = undo_typing(actor=page.viewer, version=page.opened.version, at=timezone.now())
    except DomainError as error:
        return refused(error)
    return after_act(page, after, request.POST.get("have", ""), _("Taken back."))
