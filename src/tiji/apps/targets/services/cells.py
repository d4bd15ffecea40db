"""Keeping a grid: only the rows that differ from what is stored are written, in sets."""

from collections.abc import Iterable

from tiji.apps.targets.models import TargetCell
from tiji.apps.targets.selectors.grids import PlanGrid, StoredCell, stored_cells
from tiji.shared.bulk import insert_in_sets

COLUMNS = ("version", "node", "period", "starts_on", "kind", "amount", "origin")
AT_ONCE = 5000


def store_grid(opened: PlanGrid, nodes: Iterable[str] | None = None) -> int:
    """Make the rows of these nodes (or of all) what the grid says; returns how many rows were written."""
    wanted = stored_cells(opened, nodes)
    keys = list(opened.ids if nodes is None else nodes)
    rows = TargetCell.objects.filter(version_id=opened.version.pk)
    if len(keys) < len(opened.ids):
        rows = rows.filter(node_id__in=[opened.ids[key] for key in keys])
    gone = []
    for pk, node, period, kind, amount, origin in rows.values_list("pk", *TargetCell.CELL, "amount", "origin"):
        new = wanted.get((node, period, kind))
        if new is not None and (new.amount, new.origin) == (amount, origin):
            del wanted[node, period, kind]
        else:
            gone.append(pk)
    for first in range(0, len(gone), AT_ONCE):
        TargetCell.objects.filter(pk__in=gone[first : first + AT_ONCE]).delete()
    return insert_cells(opened.version.pk, wanted)


def insert_cells(version_id: int, cells: dict[tuple[int, str, str], StoredCell]) -> int:
    """Append rows in one set."""
    return insert_in_sets(
        TargetCell,
        (
            (version_id, node, period, cell.starts_on, kind, cell.amount, str(cell.origin))
            for (node, period, kind), cell in cells.items()
        ),
        COLUMNS,
    )


def changed_nodes(before: PlanGrid, after: PlanGrid) -> list[str]:
    """The nodes any of whose cells look different or come from elsewhere now, in the order of the tree."""
    old, new = before.grid, after.grid
    moved = {
        plane[0]
        for plane in new.shown
        if new.shown[plane] != old.shown[plane]
        or new.flow[plane] != old.flow[plane]
        or (new.typed.get(plane) or {}) != (old.typed.get(plane) or {})
    }
    return [key for key in after.ids if key in moved]
