"""Shaping a draft: the season of its year, and the weights of its rows. Each act is kept so that it can be undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetEdit, TargetNode, TargetVersion
from tiji.apps.targets.permissions import can_shape_targets
from tiji.apps.targets.selectors.grids import PlanGrid, kinds_of, open_version
from tiji.apps.targets.services.cells import store_grid
from tiji.apps.targets.services.typing import current_draft, require_cells, require_typist
from tiji.kernel.targets import Cell
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

MONTHS = 12
MOST_WEIGHT = 1000


@transaction.atomic
def set_target_season(
    *,
    actor: User,
    version: TargetVersion,
    season: Mapping[str, Sequence[Decimal]],
    at: datetime,
    expected_version: int | None = None,
) -> PlanGrid:
    """Change the twelve weights of the year, by kind: every amount that was not typed follows them.

    A kind that is not named keeps its weights.
    Raises: NotAllowed, Conflict, DomainError for a kind the measure has not, or weights not twelve, negative, or all 0.
    """
    require(can_shape_targets(actor))
    current = current_draft(version, expected_version)
    before = dict(current.season)
    for kind, weights in season.items():
        if kind not in kinds_of(current.plan):
            raise DomainError(_("These targets have no such kind. Choose one of the list."), field="kind")
        if len(weights) != MONTHS or any(weight < 0 for weight in weights) or not any(weights):
            raise DomainError(_("Give each month a weight of 0 or more, and at least one above 0."), field="season")
        current.season = {**current.season, kind: [format(weight.normalize(), "f") for weight in weights]}
    if current.season == before:
        return open_version(current)
    _note(current, actor, at, TargetEdit.Action.SEASON, {"": (before, current.season)})
    audit.record("target_version.reshaped", current, {"season": before}, {"season": current.season}, actor=actor)
    return _reopen(current)


@transaction.atomic
def set_target_weights(
    *,
    actor: User,
    version: TargetVersion,
    weights: Mapping[str, Decimal],
    at: datetime,
    expected_version: int | None = None,
) -> PlanGrid:
    """Change the weights of rows among their siblings; what was not typed is shared out anew.

    Raises: NotAllowed, Conflict, DomainError at a row that is not in the plan or a weight below 0.
    """
    require_typist(actor=actor)
    current = current_draft(version, expected_version)
    opened = open_version(current)
    require_cells(actor=actor, opened=opened, cells=[Cell(key, str(current.plan.fiscal_year), "") for key in weights])
    for key, weight in weights.items():
        if not 0 <= weight <= MOST_WEIGHT:
            raise DomainError(_("A weight is a number from 0 to 1,000."), field="weight", cell=[key, "", ""])
    changed = {key: weight for key, weight in weights.items() if opened.by_key[key].weight != weight}
    if not changed:
        return opened
    before = {key: str(opened.by_key[key].weight) for key in changed}
    after = {key: str(weight) for key, weight in changed.items()}
    _put_weights(opened, changed)
    _note(current, actor, at, TargetEdit.Action.WEIGH, {key: (before[key], after[key]) for key in changed})
    audit.record("target_version.weighed", current, before, after, actor=actor)
    return _reopen(current)


@transaction.atomic
def put_back(*, actor: User, current: TargetVersion, opened: PlanGrid, edit: TargetEdit) -> PlanGrid:
    """Undo an act of shaping; the caller has locked the version. Raises: NotAllowed, DomainError."""
    if edit.action == TargetEdit.Action.SEASON:
        require(can_shape_targets(actor))
        current.season = edit.changes[0]["before"]
    else:
        weights = {one["node"]: Decimal(one["before"]) for one in edit.changes}
        require_cells(
            actor=actor, opened=opened, cells=[Cell(key, str(current.plan.fiscal_year), "") for key in weights]
        )
        _put_weights(opened, weights)
    return _reopen(current)


def _put_weights(opened: PlanGrid, weights: Mapping[str, Decimal]) -> None:
    nodes = [opened.by_key[key] for key in weights]
    for node in nodes:
        node.weight = weights[node.key]
    TargetNode.objects.bulk_update(nodes, ["weight"], batch_size=500)


def _note(version: TargetVersion, actor: User, at: datetime, action: str, sides: Mapping[str, tuple[Any, Any]]) -> None:
    changes = [
        {"node": node, "period": "", "kind": "", "before": before, "after": after}
        for node, (before, after) in sides.items()
    ]
    TargetEdit.objects.create(version=version, at=at, by=actor, action=action, changes=changes)


def _reopen(version: TargetVersion) -> PlanGrid:
    """The frame changed: work the grid out anew and keep what differs."""
    opened = open_version(version)
    store_grid(opened)
    version.version += 1
    version.save()
    return opened
