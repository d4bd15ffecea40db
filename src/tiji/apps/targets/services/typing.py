"""Typing targets: one act changes cells, all that follows from them, and can be undone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetEdit, TargetNode, TargetVersion
from tiji.apps.targets.permissions import can_shape_targets, can_type_target, can_type_targets
from tiji.apps.targets.selectors.grids import PlanGrid, from_units, open_version, to_units
from tiji.apps.targets.services.cells import changed_nodes, store_grid
from tiji.kernel.targets import Cell, Grid, LockedCell, TargetClash, set_cells, set_total
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.permissions import require

MONTHS = 12
MOST_WEIGHT = 1000


@transaction.atomic
def type_targets(
    *,
    actor: User,
    version: TargetVersion,
    amounts: Mapping[Cell, Decimal | None],
    at: datetime,
    action: str = "type",
    expected_version: int | None = None,
) -> PlanGrid:
    """Type cells together, or clear them with None; what follows from them is stored with them.

    A cell without a kind stands for all kinds together: each is typed with its share, in today's proportions.
    Raises: NotAllowed, Conflict, DomainError at the cell (`extra["cell"]`): locked, negative, too fine, or a clash.
    """
    require(can_type_targets(actor), _("Targets are set by managers and sales operations. Ask your manager."))
    current = _draft(version, expected_version)
    opened = open_version(current)
    _require_cells(actor, opened, amounts)
    units = {cell: None if amount is None else _units(current, cell, amount) for cell, amount in amounts.items()}
    typed = _by_kind(opened.grid, units)
    typed = {cell: amount for cell, amount in typed.items() if opened.grid.typed_cells().get(cell) != amount}
    if not typed:
        return opened
    grid = _set(opened.grid, typed)
    _remember(current, actor, at, action, opened, typed)
    return _store(current, opened, grid)


@transaction.atomic
def undo_typing(*, actor: User, version: TargetVersion, at: datetime, expected_version: int | None = None) -> PlanGrid:
    """Take back the last act of typing that was not taken back yet. Raises: NotAllowed, Conflict, DomainError."""
    require(can_type_targets(actor), _("Targets are set by managers and sales operations. Ask your manager."))
    current = _draft(version, expected_version)
    edit = current.edits.filter(undone_at__isnull=True).first()
    if edit is None:
        raise DomainError(_("There is nothing to undo in this version."), code="nothing-to-undo")
    opened = open_version(current)
    units = {Cell(one["node"], one["period"], one["kind"]): one["before"] for one in edit.changes}
    _require_cells(actor, opened, units)
    grid = _set(opened.grid, units)
    edit.undone_at = at
    edit.save(update_fields=["undone_at"])
    audit.record("target_version.undone", current, after={"edit": edit.pk}, actor=actor)
    return _store(current, opened, grid)


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

    Raises: NotAllowed, Conflict, DomainError when the weights are not twelve, negative, or all 0.
    """
    require(can_shape_targets(actor))
    current = _draft(version, expected_version)
    before = dict(current.season)
    for kind, weights in season.items():
        if len(weights) != MONTHS or any(weight < 0 for weight in weights) or not any(weights):
            raise DomainError(_("Give each month a weight of 0 or more, and at least one above 0."), field="season")
        current.season = {**current.season, kind: [format(weight.normalize(), "f") for weight in weights]}
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
    require(can_type_targets(actor), _("Targets are set by managers and sales operations. Ask your manager."))
    current = _draft(version, expected_version)
    opened = open_version(current)
    _require_cells(actor, opened, {Cell(key, str(current.plan.fiscal_year), ""): None for key in weights})
    before = {key: str(opened.by_key[key].weight) for key in weights}
    for key, weight in weights.items():
        if not 0 <= weight <= MOST_WEIGHT:
            raise DomainError(_("A weight is a number from 0 to 1,000."), field="weight", cell=[key, "", ""])
        TargetNode.objects.filter(pk=opened.ids[key]).update(weight=weight)
    after = {key: str(weight) for key, weight in weights.items()}
    audit.record("target_version.weighed", current, before, after, actor=actor)
    return _reopen(current)


def _reopen(version: TargetVersion) -> PlanGrid:
    """The frame changed: work the grid out anew and keep what differs."""
    opened = open_version(version)
    store_grid(opened)
    version.version += 1
    version.save()
    return opened


def _require_cells(actor: User, opened: PlanGrid, cells: Iterable[Cell]) -> None:
    for cell in cells:
        if cell.node not in opened.by_key:
            raise DomainError(_("This row is not in the plan."), code="no-such-cell", cell=list(cell))
        require(
            can_type_target(actor, opened.by_key[cell.node]),
            _("Your own target is set by the level above you. Ask your manager or sales operations."),
        )


def _by_kind(grid: Grid, units: Mapping[Cell, int | None]) -> dict[Cell, int | None]:
    """Cells of all kinds together as cells of each kind."""
    found: dict[Cell, int | None] = {}
    for cell, amount in units.items():
        if cell.kind:
            found[cell] = amount
        elif amount is None:
            found.update({cell._replace(kind=kind): None for kind in grid.setup.kinds})
        else:
            found.update(_total(grid, cell, amount))
    return found


def _total(grid: Grid, cell: Cell, amount: int) -> dict[Cell, int | None]:
    with _in_words():
        total = set_total(grid, cell.node, cell.period, amount)
        span = grid.setup.span(cell.period)
    return {cell._replace(kind=kind): total.typed[cell.node, kind][span] for kind in grid.setup.kinds}


def _draft(version: TargetVersion, expected: int | None) -> TargetVersion:
    current: TargetVersion = TargetVersion.objects.select_for_update().select_related("plan").get(pk=version.pk)
    if current.status != TargetVersion.Status.DRAFT:
        raise DomainError(_("This version is not a draft. Start a new version to change it."), code="not-draft")
    if expected is not None and expected != current.version:
        raise Conflict(_("Somebody typed into this plan in the meantime. Reload to see it."))
    return current


def _units(version: TargetVersion, cell: Cell, amount: Decimal) -> int:
    places = version.plan.places
    if amount < 0:
        raise DomainError(_("A target is 0 or more."), field="amount", code="negative", cell=list(cell))
    if amount != amount.quantize(Decimal(1).scaleb(-places)):
        message = _("Type whole customers.") if places == 0 else _("Type at most two decimals.")
        raise DomainError(message, field="amount", code="too-fine", cell=list(cell))
    if amount >= 10**13:
        raise DomainError(_("This is more than can be kept."), field="amount", code="too-large", cell=list(cell))
    return to_units(version.plan, amount)


def _set(grid: Grid, units: Mapping[Cell, int | None]) -> Grid:
    with _in_words():
        return set_cells(grid, units)


@contextmanager
def _in_words() -> Iterator[None]:
    """The kernel's refusals in the user's words, at their cell."""
    try:
        yield
    except LockedCell as error:
        raise DomainError(
            _("This month is closed. Its target stands."), field="amount", code="locked", cell=list(error.cell)
        ) from error
    except TargetClash as error:
        raise DomainError(
            _("What is typed or closed inside comes to another sum. Change or clear one of its parts first."),
            field="amount",
            code="clash",
            cell=list(error.cell),
        ) from error
    except ValueError as error:
        raise DomainError(_("This cell is not in the plan."), field="amount", code="no-such-cell") from error


def _remember(
    version: TargetVersion,
    actor: User,
    at: datetime,
    action: str,
    opened: PlanGrid,
    units: Mapping[Cell, int | None],
) -> None:
    typed = opened.grid.typed_cells()
    changes = [
        {"node": cell.node, "period": cell.period, "kind": cell.kind, "before": typed.get(cell), "after": after}
        for cell, after in units.items()
    ]
    TargetEdit.objects.create(version=version, at=at, by=actor, action=action, changes=changes)
    plan = version.plan

    def shown(side: str) -> dict[str, str | None]:
        return {
            f"{one['node']} {one['period']} {one['kind']}": None
            if one[side] is None
            else str(from_units(plan, int(str(one[side]))))
            for one in changes[:50]
        }

    audit.record("target_version.typed", version, shown("before"), shown("after"), actor=actor)


def _store(version: TargetVersion, before: PlanGrid, grid: Grid) -> PlanGrid:
    """Write what looks different now."""
    after = PlanGrid(version, before.nodes, grid)
    store_grid(after, changed_nodes(before, after))
    version.version += 1
    version.save(update_fields=["version", "updated_at"])
    return after
