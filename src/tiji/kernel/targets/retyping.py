"""Which cells to type so that the months of a row's children change as they should, and nothing else does.

Source: docs/kernel/target-split.md, "Rebalance"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tiji.kernel.targets.grid import Cell, Grid, Plane
from tiji.kernel.targets.spread import MONTHS, QUARTERS, YEAR, Row, Span, plan_row, spread_level

Changes = dict[Plane, list[int]]


def cells_for(grid: Grid, node: str, changes: Changes, may: Mapping[Plane, Sequence[bool]]) -> dict[Cell, int]:
    """The cells that change months so: whole years if that does it, else typed quarters, else months.

    Shape: `changes` is what each month of a child changes by; `may` says which months can be typed. Where months are
    typed, so are those that rounding would move.
    """
    for widest in (12, 3, 1):
        typing = {
            (*plane, span): amount
            for plane, months in changes.items()
            for span, amount in _typing(grid, plane, months, widest).items()
        }
        cells = {Cell(child, grid.setup.keys[span], kind): amount for (child, kind, span), amount in typing.items()}
        if _is_met(grid, node, cells, changes):
            return cells
    for _ in range(MONTHS):
        moved = _moved(grid, node, cells, changes, may)
        if not moved:
            break
        cells.update(moved)
    return cells


def _typing(grid: Grid, plane: Plane, changes: Sequence[int], widest: int) -> dict[Span, int]:
    """Span → amount to type for one plane; typed totals follow what is placed inside them."""
    typed, held, closed = grid.typed.get(plane, {}), grid.shown[plane], set(grid.setup.closed)

    def is_whole(span: Span) -> bool:
        return all(changes[month] for month in range(*span) if month not in closed)

    if widest == 12 and is_whole(YEAR) and not set(typed) - {YEAR}:
        return {YEAR: sum(one or 0 for one in held) + sum(changes)}
    inside = {span: sum(changes[slice(*span)]) for span in typed if any(changes[slice(*span)])}
    found = {span: max(typed[span] + change, 0) for span, change in inside.items()}
    if widest == 1:
        covered = set[int]()
    else:
        covered = {month for span in QUARTERS if span in found and is_whole(span) for month in range(*span)}
    for month, change in enumerate(changes):
        if change and month not in covered:
            found[month, month + 1] = (held[month] or 0) + change
    return found


def level_with(grid: Grid, node: str, cells: Mapping[Cell, int]) -> Grid:
    """The grid with these cells of a row's children typed, worked out for the children alone."""
    if not cells:
        return grid
    typed, flow, shown = dict(grid.typed), dict(grid.flow), dict(grid.shown)
    for cell, amount in cells.items():
        plane = (cell.node, cell.kind)
        typed[plane] = {**typed.get(plane, {}), grid.setup.span(cell.period): amount}
    for plane, row in _level(grid, node, typed).items():
        flow[plane] = row
        was = grid.shown[plane]
        shown[plane] = tuple(was[month] if amount is None else amount for month, amount in enumerate(row))
    return replace(grid, typed=typed, flow=flow, shown=shown)


def _level(grid: Grid, node: str, typed: Mapping[Plane, Mapping[Span, int]]) -> dict[Plane, Row]:
    setup, found = grid.setup, dict[Plane, Row]()
    children = setup.children.get(node, [])
    for kind in setup.kinds:
        planes = [(child.key, kind) for child in children]
        plans = [plan_row(typed.get(plane, {}), setup.locked_row(*plane)) for plane in planes]
        weights = [setup.weights(child, kind) for child in children]
        rows = spread_level(grid.flow[node, kind], plans, weights, setup.season_of(kind))
        found.update(zip(planes, rows, strict=True))
    return found


def _after(grid: Grid, node: str, cells: Mapping[Cell, int]) -> dict[Plane, list[int]]:
    """What the children show once the cells are typed."""
    after = level_with(grid, node, cells).shown
    planes = [(child.key, kind) for kind in grid.setup.kinds for child in grid.setup.children.get(node, [])]
    return {plane: [amount or 0 for amount in after[plane]] for plane in planes}


def _wanted(grid: Grid, changes: Changes, plane: Plane) -> list[int]:
    change = changes.get(plane, [0] * MONTHS)
    return [(amount or 0) + change[month] for month, amount in enumerate(grid.shown[plane])]


def _is_met(grid: Grid, node: str, cells: Mapping[Cell, int], changes: Changes) -> bool:
    """Whether each month of each kind comes to what it should, and nothing moves that was not to."""
    after = _after(grid, node, cells)
    wanted = {plane: _wanted(grid, changes, plane) for plane in after}
    for kind in grid.setup.kinds:
        planes = [plane for plane in after if plane[1] == kind]
        for month in range(MONTHS):
            if sum(after[one][month] for one in planes) != sum(wanted[one][month] for one in planes):
                return False
    still = [0] * MONTHS
    return all(
        after[plane][month] == wanted[plane][month]
        for plane in after
        for month in range(MONTHS)
        if not changes.get(plane, still)[month]
    )


def _moved(
    grid: Grid, node: str, cells: Mapping[Cell, int], changes: Changes, may: Mapping[Plane, Sequence[bool]]
) -> dict[Cell, int]:
    """The months that can be typed and would come out other than they should."""
    after, found = _after(grid, node, cells), dict[Cell, int]()
    for plane, months in after.items():
        if plane in may:
            wanted = _wanted(grid, changes, plane)
            for month in range(MONTHS):
                if months[month] != wanted[month] and may[plane][month]:
                    found[Cell(plane[0], grid.setup.keys[month, month + 1], plane[1])] = wanted[month]
    return found
