"""Rebalance: giving out what a row has more, or taking back what it has less, than its children, month by month.

The answer is cells to type and what is left; nothing here changes a grid.
Source: docs/kernel/target-split.md, "Rebalance"
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from tiji.kernel.money import Rate, largest_remainder
from tiji.kernel.targets.grid import Cell, Grid, Plane
from tiji.kernel.targets.portions import against, by_month
from tiji.kernel.targets.retyping import Changes, cells_for, level_with
from tiji.kernel.targets.spread import MONTHS, QUARTERS, YEAR, Span, plan_row

Key = TypeVar("Key")
# Rows not named may move their months when others change: how often that is looked at again.
ROUNDS = 8


class Why(StrEnum):
    """Why a month does not add up after a rebalance."""

    CLOSED = "closed"
    CARRIES = "carries"
    TYPED = "typed"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Left:
    """What a month still has more than its rows below; negative where they hold more.

    Shape: `kind` is None where kinds were closed together. `rows` hold it back: those typed in that month (typed),
    or those that were not named (others); a month that carries a closed one's difference names none.
    """

    period: str
    kind: str | None
    amount: int
    why: Why
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rebalanced:
    """The cells to type, what they change by child, kind and month, and what is left after that."""

    cells: dict[Cell, int]
    changes: Changes
    left: tuple[Left, ...]

    def added(self, child: str) -> int:
        """What a child gets in all, or gives."""
        return sum(sum(months) for (one, _), months in self.changes.items() if one == child)


@dataclass
class Lane:
    """Kinds that are closed together: one, or all that keep a row's mix.

    Shape: `own` is what the row has in a month, None where it has no amount of its own; `gaps` what it has more than
    its children; `shared` the months a child that takes no part shares freely; `held` and `open` by plane of those
    who take part.
    """

    kinds: tuple[str, ...]
    own: list[int | None]
    gaps: list[int]
    shared: list[bool]
    held: Changes = field(default_factory=dict)
    open: dict[Plane, list[bool]] = field(default_factory=dict)

    def able(self, child: str, month: int) -> list[str]:
        """The kinds a child can change in a month."""
        return [kind for kind in self.kinds if self.open[child, kind][month]]

    def holds(self, child: str, month: int) -> int:
        return sum(self.held[child, kind][month] for kind in self.able(child, month))


def rebalance(
    grid: Grid, node: str, weights: Mapping[str, Rate], *, keep_mix: bool = False, typed_too: bool = False
) -> Rebalanced:
    """The cells to type so that the children come to what the row has in every month, and what is left.

    Shape: `weights` names the children that may change: a gap goes to them by weight (evenly where all are 0), an
    excess comes off by weight, from nobody more than he holds. With `keep_mix` each child's part follows its own
    proportion of kinds and the sum of the kinds is closed; without, every kind is. Months typed as such stand unless
    `typed_too`.
    """
    cells: dict[Cell, int] = {}
    now = grid
    for _ in range(ROUNDS):
        lanes = [_lane(now, node, kinds, weights, typed_too, cells) for kinds in _lanes(now, node, keep_mix)]
        changes = {plane: months for lane in lanes for plane, months in _changes(now, node, lane, weights).items()}
        may = {plane: months for lane in lanes for plane, months in lane.open.items()}
        found = cells_for(now, node, {plane: months for plane, months in changes.items() if any(months)}, may)
        cells.update(found)
        now = level_with(now, node, found)
        if not found or all(child.key in weights for child in grid.setup.children.get(node, [])):
            break
    lanes = [_lane(now, node, kinds, weights, typed_too, cells) for kinds in _lanes(grid, node, keep_mix)]
    left = [one for lane in lanes for one in _left(now, node, lane, weights)]
    return Rebalanced(cells, _moved(grid, now, node), tuple(left))


def month_gaps(grid: Grid, node: str, kind: str | None = None) -> list[int]:
    """What a row has less what its children hold, by month; 0 where the row has no amount of its own."""
    kinds = grid.setup.kinds if kind is None else (kind,)
    below = [child.key for child in grid.setup.children.get(node, [])]
    gaps = [0] * MONTHS
    for one in kinds:
        for month, amount in enumerate(grid.flow[node, one]):
            if amount is not None and below:
                gaps[month] += amount - sum(grid.shown[child, one][month] or 0 for child in below)
    return gaps


def has_room(grid: Grid, node: str, *, typed_too: bool = False) -> bool:
    """Whether a row has a month that is neither closed nor, unless `typed_too`, typed as a month."""
    return any(any(_open(grid, (node, kind), typed_too)) for kind in grid.setup.kinds)


def _open(grid: Grid, plane: Plane, typed_too: bool, mine: Container[Cell] = ()) -> list[bool]:
    """The months that can be typed; `mine` are cells typed on the way, which do not stand."""
    closed, typed, keys = set(grid.setup.closed), grid.typed.get(plane, {}), grid.setup.keys
    spans = [(month, month + 1) for month in range(MONTHS)]
    stands = [span in typed and not typed_too and Cell(plane[0], keys[span], plane[1]) not in mine for span in spans]
    return [month not in closed and not stands[month] for month in range(MONTHS)]


def _moved(before: Grid, after: Grid, node: str) -> Changes:
    """What the months of the children changed by, of those that did."""
    planes = [(child.key, kind) for child in before.setup.children.get(node, []) for kind in before.setup.kinds]
    rows = {
        plane: [(now or 0) - (was or 0) for now, was in zip(after.shown[plane], before.shown[plane], strict=True)]
        for plane in planes
    }
    return {plane: months for plane, months in rows.items() if any(months)}


def _lanes(grid: Grid, node: str, keep_mix: bool) -> list[tuple[str, ...]]:
    """Each kind by itself; to keep the mix, those together that have own amounts and that no child shares freely."""
    kinds = grid.setup.kinds
    together = tuple(kind for kind in kinds if keep_mix and _is_bound(grid, node, kind))
    if len(together) < 2 or len({tuple(one is None for one in grid.flow[node, kind]) for kind in together}) > 1:
        return [(kind,) for kind in kinds]
    return [together, *((kind,) for kind in kinds if kind not in together)]


def _is_bound(grid: Grid, node: str, kind: str) -> bool:
    """Whether the row has amounts of its own and nobody below shares them freely."""
    row = grid.flow[node, kind]
    months = [month for month in range(MONTHS) if month not in grid.setup.closed and row[month] is not None]
    shared = _shared(grid, node, kind, ())
    return bool(months) and not any(shared[month] for month in months)


def _shared(grid: Grid, node: str, kind: str, but: Container[str]) -> list[bool]:
    """The months in which some child, but those, takes its part of what the row has left."""
    found = [False] * MONTHS
    for child in grid.setup.children.get(node, []):
        if child.key not in but:
            plan = plan_row(grid.typed.get((child.key, kind), {}), grid.setup.locked_row(child.key, kind))
            weights = grid.setup.weights(child, kind)
            found = [found[month] or bool(plan.open[month] and weights[month]) for month in range(MONTHS)]
    return found


def _lane(
    grid: Grid,
    node: str,
    kinds: tuple[str, ...],
    weights: Mapping[str, Rate],
    typed_too: bool,
    mine: Container[Cell],
) -> Lane:
    rows = [grid.flow[node, kind] for kind in kinds]
    own = [None if None in months else sum(one or 0 for one in months) for months in zip(*rows, strict=True)]
    gaps = [sum(months) for months in zip(*(month_gaps(grid, node, kind) for kind in kinds), strict=True)]
    shared = [any(months) for months in zip(*(_shared(grid, node, kind, weights) for kind in kinds), strict=True)]
    lane = Lane(kinds, own, gaps, shared)
    for child in weights:
        for kind in kinds:
            lane.held[child, kind] = [amount or 0 for amount in grid.shown[child, kind]]
            lane.open[child, kind] = _open(grid, (child, kind), typed_too, mine)
    return lane


def _changes(grid: Grid, node: str, lane: Lane, weights: Mapping[str, Rate]) -> Changes:
    """Plane → what each of its months changes by."""
    parts = _parts(lane, _month_changes(grid, lane, list(weights)), weights)
    found: Changes = {(child, kind): [0] * MONTHS for child in weights for kind in lane.kinds}
    for child, months in parts.items():
        groups = {at: (change > 0, tuple(lane.able(child, at))) for at, change in enumerate(months) if change}
        for (_, able), which in _alike(groups):
            shape = dict(zip(able, _mix(grid, node, child, able), strict=True))
            held = {kind: [lane.held[child, kind][month] for month in which] for kind in able}
            for kind, placed in by_month([months[month] for month in which], shape, held).items():
                for month, part in zip(which, placed, strict=True):
                    found[child, kind][month] = part
    return found


def _month_changes(grid: Grid, lane: Lane, children: Sequence[str]) -> list[int]:
    """What each month's children change by in all: its gap as far as that can be, and what it carries."""
    closed = set(grid.setup.closed)
    takes = [any(lane.able(child, month) for child in children) for month in range(MONTHS)]
    gives = [sum(lane.holds(child, month) for child in children) for month in range(MONTHS)]
    changes = [max(gap, -gives[month]) if takes[month] else 0 for month, gap in enumerate(lane.gaps)]
    stands = [0 if takes[month] or month in closed else gap for month, gap in enumerate(lane.gaps)]
    owed = 0
    for quarter in QUARTERS:
        due = sum(lane.gaps[month] for month in range(*quarter) if month in closed)
        owed += _carry(lane, changes, quarter, against(due, stands, quarter), takes, gives)
    _carry(lane, changes, YEAR, against(owed, stands, YEAR), takes, gives)
    return changes


def _carry(lane: Lane, changes: list[int], span: Span, owed: int, takes: list[bool], gives: list[int]) -> int:
    """Let the open months of a span carry what its closed months lack; the answer is what stays owed."""
    can = [one and own is not None and not free for one, own, free in zip(takes, lane.own, lane.shared, strict=True)]
    owed = against(owed, changes, span)
    months = [month for month in range(*span) if can[month]]
    room = [max(gives[month] + changes[month], 0) for month in months]
    placed = max(owed, -sum(room)) if owed < 0 else owed
    if not months or not placed:
        return owed
    shape = room if placed < 0 else [lane.own[month] or 0 for month in months]
    parts = largest_remainder(placed, shape if any(shape) else [1] * len(months))
    for month, part in zip(months, parts, strict=True):
        changes[month] += part
    return owed - placed


def _parts(lane: Lane, changes: Sequence[int], weights: Mapping[str, Rate]) -> dict[str, list[int]]:
    """Child → its part of each month's change: by weight over the year, and to the unit in every month."""
    parts = {child: [0] * MONTHS for child in weights}
    groups = {
        month: (change > 0, tuple(child for child in weights if lane.able(child, month)))
        for month, change in enumerate(changes)
        if change
    }
    for (_, able), months in _alike(groups):
        known = {child: weights[child] for child in able}
        held = {child: [lane.holds(child, month) for month in months] for child in able}
        for child, placed in by_month([changes[month] for month in months], known, held).items():
            for month, part in zip(months, placed, strict=True):
                parts[child][month] = part
    return parts


def _alike(of: Mapping[int, Key]) -> list[tuple[Key, list[int]]]:
    """The months that have the same in common."""
    found: dict[Key, list[int]] = {}
    for month, key in of.items():
        found.setdefault(key, []).append(month)
    return list(found.items())


def _mix(grid: Grid, node: str, child: str, kinds: Sequence[str]) -> list[int]:
    """A child's proportion of kinds over the year; the row's above where it has none, else even."""
    for row in (child, node):
        amounts = [grid.amount(row, grid.setup.keys[YEAR], kind) or 0 for kind in kinds]
        if any(amounts):
            return amounts
    return [1] * len(kinds)


def _left(grid: Grid, node: str, lane: Lane, weights: Mapping[str, Rate]) -> list[Left]:
    """What still differs, and why."""
    found = []
    for month, amount in enumerate(lane.gaps):
        if amount:
            why, rows = _why(grid, node, lane, weights, month, amount)
            kind = lane.kinds[0] if len(lane.kinds) == 1 else None
            found.append(Left(grid.setup.keys[month, month + 1], kind, amount, why, rows))
    return found


def _why(
    grid: Grid, node: str, lane: Lane, weights: Mapping[str, Rate], month: int, amount: int
) -> tuple[Why, tuple[str, ...]]:
    if month in grid.setup.closed:
        return Why.CLOSED, ()
    owed = sum(lane.gaps[one] for one in grid.setup.closed)
    if owed * amount < 0 and any(lane.able(child, month) for child in weights):
        return Why.CARRIES, ()
    children = [child.key for child in grid.setup.children.get(node, [])]
    months = {(child, kind): grid.typed.get((child, kind), {}) for child in children for kind in lane.kinds}
    typed = {child for (child, _), spans in months.items() if (month, month + 1) in spans}
    if typed:
        return Why.TYPED, tuple(child for child in children if child in typed)
    return Why.OTHERS, tuple(child for child in children if child not in weights)
