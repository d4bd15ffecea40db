"""Moving amounts inside a grid: giving out what a row has more or less than its children, and moving from cell to cell.

The answers are cells to type; nothing here changes a grid. Source: docs/kernel/target-split.md, "Rebalance and move"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tiji.kernel.money import Rate, largest_remainder
from tiji.kernel.targets.grid import Cell, Grid
from tiji.kernel.targets.spread import YEAR, Span, plan_row


def year_gap(grid: Grid, node: str, kind: str | None = None) -> int:
    """What a row has less what its children hold over the year; 0 where the row is blank."""
    year = f"{grid.setup.year}"
    total = grid.amount(node, year, kind)
    held = sum(grid.amount(child.key, year, kind) or 0 for child in grid.setup.children.get(node, []))
    return 0 if total is None else total - held


def has_room(grid: Grid, node: str) -> bool:
    """Whether a row's year can still change without changing what was typed or closed inside it."""
    for kind in grid.setup.kinds:
        spans = {span: units for span, units in grid.typed.get((node, kind), {}).items() if span != YEAR}
        if any(plan_row(spans, grid.setup.locked_row(node, kind)).open):
            return True
    return False


def give_out(
    grid: Grid, node: str, weights: Mapping[str, Rate], *, keep_mix: bool = False
) -> dict[str, dict[str, int]]:
    """Child → kind → its new year, so that the children come to what the row has, to the last unit.

    Shape: only what changes. `weights` names the children that may change: a gap goes to them by weight (evenly where
    all are 0), an excess comes off by weight, from nobody more than he has. With `keep_mix` each child's part follows
    its own proportion of kinds and only the sum of all kinds is closed; without, every kind is.
    """
    if keep_mix:
        held = {child: _kinds(grid, child) for child in weights}
        parts = _parts(year_gap(grid, node), {child: sum(kinds.values()) for child, kinds in held.items()}, weights)
        found = {child: _mixed(grid, node, held[child], part) for child, part in parts.items()}
    else:
        found = {child: {} for child in weights}
        for kind in grid.setup.kinds:
            amounts = {child: _kinds(grid, child)[kind] for child in weights}
            for child, part in _parts(year_gap(grid, node, kind), amounts, weights).items():
                if part:
                    found[child][kind] = amounts[child] + part
    return {child: kinds for child, kinds in found.items() if kinds}


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


def _kinds(grid: Grid, node: str) -> dict[str, int]:
    return {kind: grid.amount(node, f"{grid.setup.year}", kind) or 0 for kind in grid.setup.kinds}


def _parts(gap: int, held: Mapping[str, int], weights: Mapping[str, Rate]) -> dict[str, int]:
    """The gap over the children by weight; an excess comes off, from nobody more than he has."""
    known = list(weights.values())
    shares: Sequence[Rate] = known if any(known) else [1] * len(known)
    if gap >= 0 or not held:
        return dict(zip(weights, largest_remainder(gap, shares), strict=True)) if held else {}
    left, parts, open_shares = -gap, dict.fromkeys(weights, 0), dict(zip(weights, shares, strict=True))
    while left:
        able = [child for child in weights if held[child] + parts[child] > 0]
        if not able:
            break
        wanted = [open_shares[child] for child in able]
        for child, part in zip(able, largest_remainder(left, wanted if any(wanted) else [1] * len(able)), strict=True):
            taken = min(part, held[child] + parts[child])
            parts[child] -= taken
            left -= taken
    return parts


def _mixed(grid: Grid, node: str, held: Mapping[str, int], part: int) -> dict[str, int]:
    """A child's new kinds: its part in its own proportion, else in that of the row above, else evenly."""
    if not part:
        return {}
    shape = list(held.values()) if any(held.values()) else list(_kinds(grid, node).values())
    pieces = largest_remainder(abs(part), shape if any(shape) else [1] * len(shape))
    sign = 1 if part > 0 else -1
    return {kind: held[kind] + sign * piece for kind, piece in zip(held, pieces, strict=True) if piece}
