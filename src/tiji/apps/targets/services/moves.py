"""Moving amounts inside a draft: from cell to cell, and giving out what a row has more or less than those below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetEdit, TargetVersion
from tiji.apps.targets.permissions import can_type_target
from tiji.apps.targets.selectors.gaps import able_below
from tiji.apps.targets.selectors.grids import PlanGrid, from_units, open_version, to_units
from tiji.apps.targets.services.typing import require_cells, require_typist, type_targets
from tiji.kernel.targets import Cell, Left, Rebalanced, Why, move, rebalance
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

Place = tuple[str, str]


@dataclass(frozen=True)
class GivenOut:
    """The plan after a rebalance, and what could not be placed."""

    opened: PlanGrid
    left: tuple[Left, ...]


@transaction.atomic
def move_target(
    *,
    actor: User,
    version: TargetVersion,
    source: Place,
    target: Place,
    amount: Decimal,
    at: datetime,
    kind: str = "",
    expected_version: int | None = None,
) -> PlanGrid:
    """Take an amount from one (row, period) and give it to a row beside it, or to another period of the same row.

    Raises: NotAllowed, Conflict, DomainError at `amount` or `target`.
    """
    require_typist(actor=actor)
    opened = open_version(version)
    require_cells(actor=actor, opened=opened, cells=[Cell(*place, kind) for place in (source, target)])
    cells = cells_of_move(opened, source, target, amount, kind)
    return type_targets(
        actor=actor,
        version=version,
        amounts=cells,
        at=at,
        action=TargetEdit.Action.MOVE,
        expected_version=expected_version,
    )


@transaction.atomic
def rebalance_target(
    *,
    actor: User,
    version: TargetVersion,
    node: str,
    weights: Mapping[str, Decimal],
    at: datetime,
    keep_mix: bool = False,
    typed_too: bool = False,
    expected_version: int | None = None,
) -> GivenOut:
    """Give out what a row has more, or take back what it has less, than the rows below it, by weight, month by month.

    Shape: `weights` by key of the rows below; those it does not name, or that cannot change, stay as they are. Months
    that were typed as such stand unless `typed_too`.
    Raises: NotAllowed, NotFound, Conflict, DomainError when there is nothing to give out or nobody who can take it.
    """
    require_typist(actor=actor)
    opened = open_version(version)
    below = [opened.by_key[child.key] for child in opened.grid.setup.children.get(node, [])]
    require(any(can_type_target(actor, row) for row in below), _("Ask the manager of this unit or sales operations."))
    able = able_below(actor, opened, node, typed_too=typed_too)
    unknown = weights.keys() - {row.key for row in below}
    if unknown:
        raise DomainError(_("This row is not below the row to rebalance."), code="no-such-cell")
    parts = {key: weights[key] for key in able if key in weights}
    found = rebalance(opened.grid, node, parts, keep_mix=keep_mix, typed_too=typed_too)
    _refuse_nothing(found, parts)
    plan = opened.version.plan
    after = type_targets(
        actor=actor,
        version=version,
        amounts={cell: from_units(plan, units) for cell, units in found.cells.items()},
        at=at,
        action=TargetEdit.Action.REBALANCE,
        expected_version=expected_version,
    )
    return GivenOut(after, found.left)


def cells_of_move(
    opened: PlanGrid, source: Place, target: Place, amount: Decimal, kind: str = ""
) -> dict[Cell, Decimal | None]:
    """What a move types. Raises: DomainError at `amount` or `target`."""
    grid, plan = opened.grid, opened.version.plan
    for node, period in (source, target):
        if node not in opened.by_key or period not in grid.setup.spans:
            raise DomainError(_("This cell is not in the plan."), field="target", code="no-such-cell")
    there = from_units(plan, grid.amount(*source, kind or None) or 0)
    if not 0 < amount <= there:
        raise DomainError(
            _("Type an amount above 0 and up to %(most)s, which is what the cell holds.") % {"most": f"{there:,}"},
            field="amount",
            code="too-much",
        )
    try:
        cells = move(grid, source, target, to_units(plan, amount), kind or None)
    except ValueError as error:
        raise DomainError(
            _("Move to a row beside this one in the same period, or to another period of this row."), field="target"
        ) from error
    return {cell: from_units(plan, units) for cell, units in cells.items()}


def _refuse_nothing(found: Rebalanced, parts: Mapping[str, Decimal]) -> None:
    """Raises: DomainError when there is nothing to give out, or nobody to take it."""
    if found.cells:
        return
    if not found.left:
        raise DomainError(_("This row adds up: there is nothing to give out."), code="no-gap")
    if all(one.why in (Why.CLOSED, Why.CARRIES) for one in found.left) and parts:
        raise DomainError(
            _("Only closed months differ, and the open months carry it as far as they can."), code="no-gap"
        )
    if not parts:
        raise DomainError(
            _("Every row below is typed month by month, closed or not yours to set. Change one of them first."),
            code="no-room",
        )
    raise DomainError(
        _("What differs is in months typed as such, or in rows not yours to set. Let typed months change too."),
        code="no-room",
    )
