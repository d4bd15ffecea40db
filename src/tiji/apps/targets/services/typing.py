"""Typing targets: one act changes cells, all that follows from them, and can be undone."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetEdit, TargetVersion
from tiji.apps.targets.permissions import can_type_target, can_type_targets
from tiji.apps.targets.selectors.grids import PlanGrid, from_units, open_version, to_units
from tiji.apps.targets.services.cells import changed_nodes, store_grid
from tiji.kernel.targets import Cell, Grid, LockedCell, TargetClash, set_cells, set_total
from tiji.shared import audit
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.permissions import require


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
    require_typist(actor=actor)
    current = current_draft(version, expected_version)
    opened = open_version(current)
    require_cells(actor=actor, opened=opened, cells=amounts)
    units = {cell: None if amount is None else _units(current, cell, amount) for cell, amount in amounts.items()}
    typed = _by_kind(opened.grid, units)
    typed = {cell: amount for cell, amount in typed.items() if opened.grid.typed_cells().get(cell) != amount}
    if not typed:
        return opened
    grid = set_units(opened.grid, typed)
    _remember(current, actor, at, action, opened, typed)
    return store_typed(current, opened, grid)


def preview_typing(opened: PlanGrid, amounts: Mapping[Cell, Decimal | None]) -> Grid:
    """The grid as typing these cells would leave it; nothing is stored. Raises: DomainError at the cell."""
    plan = opened.version.plan
    units = {cell: None if amount is None else to_units(plan, amount) for cell, amount in amounts.items()}
    return set_units(opened.grid, _by_kind(opened.grid, units))


def require_typist(*, actor: User) -> None:
    """Raises: NotAllowed, in words that say whom to ask."""
    require(can_type_targets(actor), _("Targets are set by managers and sales operations. Ask your manager."))


def require_cells(*, actor: User, opened: PlanGrid, cells: Iterable[Cell]) -> None:
    """Raises: NotAllowed at a row set from above, DomainError at a row that is not in the plan."""
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


def current_draft(version: TargetVersion, expected: int | None) -> TargetVersion:
    """The version, locked. Raises: DomainError when it is no draft, Conflict when it moved on."""
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


def set_units(grid: Grid, units: Mapping[Cell, int | None]) -> Grid:
    """The grid with these cells typed. Raises: DomainError at the cell."""
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


def store_typed(version: TargetVersion, before: PlanGrid, grid: Grid) -> PlanGrid:
    """Write what looks different now."""
    after = PlanGrid(version, before.nodes, grid)
    store_grid(after, changed_nodes(before, after))
    version.version += 1
    version.save(update_fields=["version", "updated_at"])
    return after
