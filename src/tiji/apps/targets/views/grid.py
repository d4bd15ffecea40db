"""The planning grid: the page, and the acts of typing and taking back."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.targets import amounts
from tiji.apps.targets.models import TargetVersion
from tiji.apps.targets.permissions import can_type_targets
from tiji.apps.targets.planning import GridPage
from tiji.apps.targets.services.typing import type_targets, undo_typing
from tiji.kernel.targets import Cell
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.permissions import require

MOST_CELLS = 5000


@require_GET
@login_required
def targets(request: HttpRequest) -> HttpResponse:
    return render(request, "targets/targets.html", GridPage(request).context())


@require_POST
@login_required
def target_cells(request: HttpRequest, pk: int) -> HttpResponse:
    """Type cells: `cells` is a JSON list of [row, period, text], `version` the state one looked at."""
    require_typing(request)
    page = page_of(request, pk)
    before = _looks(page)
    try:
        cells = _cells_of(page, request.POST.get("cells", ""))
        type_targets(
            actor=page.viewer,
            version=page.opened.version,
            amounts=cells,
            at=timezone.now(),
            action="paste" if len(cells) > 1 else "type",
            expected_version=_expected(request),
        )
    except Conflict as error:
        return _answer(page_of(request, pk), {}, {"message": str(error.message), "conflict": True}, status=409)
    except DomainError as error:
        return refused(error)
    return _answer(page_of(request, pk), before, {})


@require_POST
@login_required
def target_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last act of typing back."""
    require_typing(request)
    page = page_of(request, pk)
    before = _looks(page)
    try:
        undo_typing(actor=page.viewer, version=page.opened.version, at=timezone.now())
    except DomainError as error:
        return refused(error)
    return _answer(page_of(request, pk), before, {"message": _("Taken back.")})


def require_typing(request: HttpRequest) -> None:
    actor: Any = request.user
    require(can_type_targets(actor), _("Targets are set by managers and sales operations. Ask your manager."))


def page_of(request: HttpRequest, pk: int) -> GridPage:
    """The grid of a version as the request's `view` query describes it."""
    version = get_object_or_404(TargetVersion.objects.select_related("plan"), pk=pk, plan__archived_at__isnull=True)
    return GridPage(request, version, QueryDict(request.POST.get("view") or request.META.get("QUERY_STRING", "")))


def refused(error: DomainError) -> JsonResponse:
    """Why, and at which cell."""
    return JsonResponse(
        {"message": str(error.message), "cell": error.extra.get("cell"), "code": error.code}, status=error.status
    )


def _expected(request: HttpRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else None


def _cells_of(page: GridPage, text: str) -> dict[Cell, Any]:
    """What was typed as cells of the plan. Raises: DomainError at the cell."""
    try:
        rows = [(str(node), str(period), str(amount)) for node, period, amount in json.loads(text or "[]")]
    except (ValueError, TypeError):
        raise DomainError(_("Nothing was typed."), code="no-cells") from None
    if not rows or len(rows) > MOST_CELLS:
        raise DomainError(_("Nothing was typed, or too much at once."), code="no-cells")
    plan, kind, found = page.frame.plan, page.kind, {}
    for node, period, amount in rows:
        cell = Cell(node, period, kind)
        try:
            found[cell] = amounts.typed(plan, amount)
        except DomainError as error:
            raise DomainError(str(error.message), field="amount", code=error.code, cell=list(cell)) from None
    return found


def _looks(page: GridPage) -> dict[str, Any]:
    """How each row looks, to see later which changed."""
    grid, kinds = page.opened.grid, page.opened.grid.setup.kinds
    return {
        key: [(grid.shown[key, kind], dict(grid.typed.get((key, kind)) or {})) for kind in kinds]
        for key in page.opened.ids
    }


def _answer(page: GridPage, before: dict[str, Any], more: dict[str, Any], status: int = 200) -> JsonResponse:
    """The rows that look different with the rows above them, the tags, and the state they are of."""
    after = _looks(page)
    changed = {key for key, look in after.items() if before.get(key) != look}
    above = {node.parent.key for key in changed if (node := page.opened.by_key[key]).parent}
    rows = page.rows(changed | above)
    frame = {"page": page, "version": page.version, "request": page.request}
    body = {
        "rows": {row.key: render_to_string("targets/row.html", {**frame, "row": row}) for row in rows},
        "tags": render_to_string("targets/tags.html", frame),
        "version": page.version.version if page.version else 0,
        "undo": page.can_undo,
        "said": ngettext("%(n)s row changed", "%(n)s rows changed", len(changed)) % {"n": len(changed)},
    }
    return JsonResponse({**body, **more}, status=status)
