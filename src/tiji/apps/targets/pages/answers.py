"""What the grid's script is told after an act: the rows that look different, the tags, the state they are of."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.display.tags import in_words
from tiji.apps.targets.models import TargetEdit
from tiji.apps.targets.selectors.grids import PlanGrid
from tiji.apps.targets.services.cells import changed_nodes
from tiji.kernel.targets import Cell
from tiji.shared.errors import DomainError

MOST_CELLS = 5000
ACTIONS = (TargetEdit.Action.TYPE, TargetEdit.Action.PASTE, TargetEdit.Action.FILL)


def cells_of(page: GridPage, text: str) -> dict[Cell, Any]:
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


def action_of(asked: str, cells: Iterable[Any]) -> str:
    """What the act is called in the history."""
    if asked in ACTIONS:
        return asked
    return TargetEdit.Action.PASTE if len(list(cells)) > 1 else TargetEdit.Action.TYPE


def after_act(page: GridPage, after: PlanGrid, have: str, message: str = "") -> JsonResponse:
    """The rows that look different with the rows above them, of those the sender shows."""
    changed = changed_nodes(page.opened, after)
    above = {node.parent.key for key in changed if (node := after.by_key[key]).parent}
    fresh = GridPage(page.request, after.version, page.params)
    fresh.opened = after
    keys = {*changed, *above} & (set(have.split(",")) if have else fresh.seen_keys)
    said = ngettext("%(n)s row changed", "%(n)s rows changed", len(changed)) % {"n": len(changed)}
    short = next((gap for gap in fresh.gaps if gap.node in above and gap.tone != "idle"), None)
    said = f"{said} · {in_words(fresh, short)}" if short else said
    return JsonResponse(body_of(fresh, keys) | {"said": said} | ({"message": message} if message else {}))


def as_it_is(page: GridPage, have: str, message: str = "", status: int = 200) -> JsonResponse:
    """The rows the sender shows, as they are now."""
    keys = set(have.split(",")) & page.seen_keys if have else page.seen_keys
    conflict = {"message": message, "conflict": True} if status == 409 else {}
    return JsonResponse(body_of(page, keys) | {"said": ""} | conflict, status=status)


def below_of(page: GridPage, key: str) -> JsonResponse:
    """The rows right below one, for a plan too large to be sent whole."""
    children = [child.key for child in page.opened.grid.setup.children.get(key, [])]
    return JsonResponse(body_of(page, set(children) & page.seen_keys) | {"order": children})


def body_of(page: GridPage, keys: set[str]) -> dict[str, Any]:
    frame = {"page": page, "version": page.version, "request": page.request}
    rows = page.rows(keys) if keys else []
    return {
        "rows": {row.key: render_to_string("targets/row.html", {**frame, "row": row}) for row in rows},
        "tags": render_to_string("targets/tags.html", frame),
        "version": page.version.version if page.version else 0,
        "undo": page.can_undo,
    }


def refused(error: DomainError) -> JsonResponse:
    """Why, and at which cell."""
    return JsonResponse(
        {"message": str(error.message), "cell": error.extra.get("cell"), "code": error.code}, status=error.status
    )
