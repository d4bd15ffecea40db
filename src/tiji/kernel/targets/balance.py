"""Moving an amount inside a grid from cell to cell, and what a row's year lacks below it.

The answers are cells to type; nothing here changes a grid. Source: docs/kernel/target-split.md, "Move"
"""

from __future__ import annotations

from tiji.kernel.money import largest_remainder
from tiji.kernel.targets.grid import Cell, Grid
from tiji.kernel.targets.spread import YEAR, Span


def year_gap(grid: Grid, node: str, kind: str | None = None) -> int:
    """What a row has less what its children hold over the year; 0 where the row is blank."""
    year = f"{grid.setup.year}"
    total = grid.amount(node, year, kind)
    held = sum(grid.amount(child.key, year, kind) or 0 for child in grid.setup.children.get(node, []))
    return 0 if total is None else total - held


def move(
    grid: Grid, source: tuple[str, str], target: tuple[str, str], amount: int, kind: str | None = None
) -> dict[Cell, int]:
    """The cells to type so that `amount` goes from one (node, period) to another: to a sibling, or to another period.

    Shape: both periods are of one length. Each kind moves in the source's proportion; typed totals that hold only one
    of the two move with it. Between periods of one row its year is held.
    Raises: ValueError if there is less than `amount` in the source, the rows are no siblings or the periods do not fit.
    """
    setup = grid.setup
    if not 0 < amount <= (grid.amount(*source, kind) or 0):
        raise ValueError("there is less in the source than is to be moved")
    if setup.by_key[source[0]].parent != setup.by_key[target[0]].parent:
        raise ValueError("amounts move between rows below the same row")
    spans = setup.span(source[1]), setup.span(target[1])
    is_one_step = (source[0] == target[0]) != (source[1] == target[1])
    if not is_one_step or _length(spans[0]) != _length(spans[1]):
        raise ValueError("an amount moves to another row in the same period, or to another period of the same row")
    kinds = setup.kinds if kind is None else (kind,)
    parts = largest_remainder(amount, [grid.amount(*source, one) or 0 for one in kinds])
    found: dict[Cell, int] = {}
    for one, part in zip(kinds, parts, strict=True):
        if part:
            found.update(_moved(grid, (source[0], one), spans[0], target[0], spans[1], part))
    return found


def _moved(grid: Grid, plane: tuple[str, str], span: Span, to_node: str, to_span: Span, part: int) -> dict[Cell, int]:
    kind, found = plane[1], dict[Cell, int]()
    for node, inside, other, sign in ((plane[0], span, to_span, -1), (to_node, to_span, span, 1)):
        typed = grid.typed.get((node, kind), {})
        for outer in (inside, *(one for one in typed if _holds(one, inside) and one != inside)):
            if node == plane[0] == to_node and _holds(outer, other):
                continue
            key = grid.setup.keys[outer]
            found[Cell(node, key, kind)] = (grid.amount(node, key, kind) or 0) + sign * part
    if plane[0] == to_node and YEAR not in grid.typed.get(plane, {}):
        year = grid.setup.keys[YEAR]
        found[Cell(to_node, year, kind)] = grid.amount(to_node, year, kind) or 0
    return found


def _holds(outer: Span, inner: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _length(span: Span) -> int:
    return span[1] - span[0]
