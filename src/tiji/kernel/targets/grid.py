"""The planning grid: nodes × periods of a year × kinds. What is typed or locked is the plan, all else follows.

Source: docs/kernel/target-split.md, "The planning grid"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from tiji.kernel.money import Rate, largest_remainder
from tiji.kernel.targets.split import Origin
from tiji.kernel.targets.spread import (
    BLANK_ROW,
    MONTHS,
    QUARTERS,
    YEAR,
    Clash,
    Row,
    RowPlan,
    Span,
    plan_row,
    spread_level,
)

Plane = tuple[str, str]
EVEN: tuple[int, ...] = (1,) * MONTHS


class Cell(NamedTuple):
    """One amount of the grid: who, when (2026, 2026-Q4, 2026-M11) and which kind of business."""

    node: str
    period: str
    kind: str


class LockedCell(ValueError):
    """The cell's months are closed."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(f"{cell.period} is locked for {cell.node}: its target cannot change any more")
        self.cell = cell


class TargetClash(ValueError):
    """A typed total cannot be met by what is typed and locked inside it."""

    def __init__(self, cell: Cell, total: int, held: int) -> None:
        super().__init__(
            f"{cell.node} {cell.period} {cell.kind}: typed and locked parts come to {held}, the total says {total}; "
            "change or clear the total first, or one of its parts"
        )
        self.cell = cell
        self.total = total
        self.held = held


@dataclass(frozen=True, slots=True)
class Node:
    """A unit or person of the tree. `weight` is its share among its siblings."""

    key: str
    parent: str | None = None
    weight: Rate = 1


@dataclass(frozen=True)
class Setup:
    """The frame of a grid.

    Shape: `season` by kind and `month_weights` by (node, kind) have twelve weights, the fiscal year's first month
    first; month weights stand for the node's weight where it differs by kind or by month (a joiner has 0 before his
    first).
    `locked` holds the amounts of closed months; a cell of a month in `locked_months` without an amount stands at the
    sum of its children, and stays blank if they have none.
    Raises: ValueError if a node comes twice, a parent is unknown or the tree has a circle.
    """

    year: int
    nodes: tuple[Node, ...]
    kinds: tuple[str, ...] = ("existing", "new")
    season: Mapping[str, Sequence[Rate]] | None = None
    month_weights: Mapping[Plane, Sequence[Rate]] | None = None
    locked_months: frozenset[str] = frozenset()
    locked: Mapping[Cell, int] | None = None

    def __post_init__(self) -> None:
        if len(self.by_key) != len(self.nodes):
            raise ValueError("a node comes twice in the tree")
        unknown = [node.key for node in self.nodes if node.parent is not None and node.parent not in self.by_key]
        if unknown:
            raise ValueError(f"the parent of {unknown[0]} is not in the tree")
        if len(self.depth) != len(self.nodes):
            raise ValueError("the tree has a circle")

    @cached_property
    def by_key(self) -> dict[str, Node]:
        return {node.key: node for node in self.nodes}

    @cached_property
    def children(self) -> dict[str | None, list[Node]]:
        found: dict[str | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.parent, []).append(node)
        return found

    @cached_property
    def depth(self) -> dict[str, int]:
        depths: dict[str, int] = {}
        level, row = 0, self.children.get(None, [])
        while row:
            depths.update((node.key, level) for node in row)
            row = [child for node in row for child in self.children.get(node.key, [])]
            level += 1
        return depths

    @cached_property
    def spans(self) -> dict[str, Span]:
        """Every period key of the year, year first, each quarter before its months."""
        spans = {f"{self.year}": YEAR}
        for number, quarter in enumerate(QUARTERS, 1):
            spans[f"{self.year}-Q{number}"] = quarter
            spans.update({f"{self.year}-M{month + 1:02d}": (month, month + 1) for month in range(*quarter)})
        return spans

    @cached_property
    def keys(self) -> dict[Span, str]:
        return {span: key for key, span in self.spans.items()}

    @cached_property
    def closed(self) -> list[int]:
        return sorted(self.span(key)[0] for key in self.locked_months)

    def span(self, period: str) -> Span:
        if period not in self.spans:
            raise ValueError(f"{period!r} is not a period of {self.year}")
        return self.spans[period]

    @cached_property
    def locked_rows(self) -> dict[Plane, dict[int, int | None]]:
        """The closed months of every node, the deepest first: a unit without an amount stands at its children's sum."""
        known, rows = self.locked or {}, dict[Plane, dict[int, int | None]]()
        for node in sorted(self.depth, key=self.depth.__getitem__, reverse=True) if self.closed else ():
            below = [child.key for child in self.children.get(node, [])]
            for kind in self.kinds:
                row = {month: known.get(Cell(node, self.keys[month, month + 1], kind)) for month in self.closed}
                for month in [month for month, amount in row.items() if amount is None]:
                    row[month] = _sum_known(rows[child, kind][month] for child in below)
                rows[node, kind] = row
        return rows

    def locked_row(self, node: str, kind: str) -> dict[int, int | None]:
        return self.locked_rows.get((node, kind), {})

    def weights(self, node: Node, kind: str) -> Sequence[Rate]:
        own = (self.month_weights or {}).get((node.key, kind))
        return (node.weight,) * MONTHS if own is None else own

    def season_of(self, kind: str) -> Sequence[Rate]:
        return (self.season or {}).get(kind, EVEN)

    def check(self, cell: Cell) -> Span:
        """The cell's months. Raises: ValueError if the grid has no such cell."""
        if cell.node not in self.by_key or cell.kind not in self.kinds:
            raise ValueError(f"the grid has no {cell.node} {cell.kind}")
        return self.span(cell.period)


@dataclass(frozen=True)
class Grid:
    """A plan with everything that follows from it.

    Shape: `typed` by plane and span; `flow` are the months that came down or were typed, `shown` adds the sums of
    children where nothing came down; `clashes` only has planes with one.
    Units: minor units for money, whole numbers for counts.
    """

    setup: Setup
    typed: Mapping[Plane, Mapping[Span, int]]
    flow: Mapping[Plane, Row]
    shown: Mapping[Plane, Row]
    clashes: Mapping[Plane, tuple[Clash, ...]]

    def amount(self, node: str, period: str, kind: str | None = None) -> int | None:
        """What a cell shows; None when all of it is blank. Without a kind: all kinds together."""
        first, after = self.setup.span(period)
        kinds = self.setup.kinds if kind is None else (kind,)
        amounts = [amount for each in kinds for amount in self.shown[node, each][first:after] if amount is not None]
        return sum(amounts) if amounts else None

    def origin(self, cell: Cell) -> Origin:
        """Where the cell's amount comes from."""
        span, plane = self.setup.check(cell), (cell.node, cell.kind)
        months = range(*span)
        if all(month in self.setup.closed for month in months):
            return Origin.LOCKED
        if span in self.typed.get(plane, {}):
            return Origin.TYPED
        if all(self.shown[plane][month] is None for month in months):
            return Origin.BLANK
        fixed = {(month, month + 1) for month in months} & set(self.typed.get(plane, {}))
        came_down = all(self.flow[plane][month] is not None for month in months)
        return Origin.DERIVED if came_down and not fixed else Origin.SUMMED

    def typed_cells(self) -> dict[Cell, int]:
        """What somebody typed: with the frame, all that has to be kept of a plan."""
        keys = self.setup.keys
        return {
            Cell(node, keys[span], kind): amount
            for (node, kind), spans in self.typed.items()
            for span, amount in spans.items()
        }


def open_grid(setup: Setup, typed: Mapping[Cell, int] | None = None) -> Grid:
    """The grid that follows from what was typed. The order of typing does not matter.

    Shape: clashes in what was typed are listed in `Grid.clashes`, none is refused: the typed and locked parts hold.
    Raises: ValueError if a cell is not of the grid or an amount is negative.
    """
    planes: dict[Plane, dict[Span, int]] = {}
    for cell, amount in (typed or {}).items():
        planes.setdefault((cell.node, cell.kind), {})[setup.check(cell)] = _valid(cell, amount)
    blank = {(node.key, kind): BLANK_ROW for node in setup.nodes for kind in setup.kinds}
    grid = Grid(setup, planes, blank, blank, {})
    return _spread(grid, planes, {(parent, kind) for parent in setup.children for kind in setup.kinds})


def set_cell(grid: Grid, cell: Cell, amount: int | None) -> Grid:
    """The grid after one cell was typed, or cleared with None. See `set_cells`."""
    return set_cells(grid, {cell: amount})


def set_cells(grid: Grid, amounts: Mapping[Cell, int | None]) -> Grid:
    """The grid after cells were typed together, or cleared with None: one paste, one answer.

    Only the siblings of the cells, what lies below them and the sums above are worked out anew.
    Raises: LockedCell; TargetClash if a typed total can no longer be met by its parts; ValueError if an amount is
    negative or the grid has no such cell.
    """
    setup = grid.setup
    typed = dict(grid.typed)
    touched: set[Plane] = set()
    for cell, amount in amounts.items():
        span, plane = setup.check(cell), (cell.node, cell.kind)
        if all(month in setup.closed for month in range(*span)):
            raise LockedCell(cell)
        spans = dict(typed.get(plane, {}))
        if amount is None:
            spans.pop(span, None)
        else:
            spans[span] = _valid(cell, amount)
        typed[plane] = spans
        touched.add(plane)
    for plane in touched:
        _refuse_clash(grid, plane, typed[plane])
    return _spread(grid, typed, {(setup.by_key[node].parent, kind) for node, kind in touched})


def set_total(grid: Grid, node: str, period: str, amount: int, mix: Mapping[str, Rate] | None = None) -> Grid:
    """Type all kinds together: each kind is typed with its share, by `mix` or in today's proportions, else evenly.

    Raises: as `set_cells`.
    """
    kinds = grid.setup.kinds
    shares: list[Rate] = [mix[kind] if mix else grid.amount(node, period, kind) or 0 for kind in kinds]
    parts = largest_remainder(_valid(Cell(node, period, ""), amount), shares if any(shares) else [1] * len(kinds))
    return set_cells(grid, {Cell(node, period, kind): part for kind, part in zip(kinds, parts, strict=True)})


def lock_months(grid: Grid, periods: Iterable[str]) -> Grid:
    """Close months: each node keeps what it shows in them, whatever is typed later.

    Raises: ValueError if a period is not a month of the grid.
    """
    setup = grid.setup
    closing = set(periods) - setup.locked_months
    locked = dict(setup.locked or {})
    for period in closing:
        first, after = setup.span(period)
        if after - first != 1:
            raise ValueError(f"{period} is not a month: months are locked one by one")
        for (node, kind), row in grid.shown.items():
            amount = row[first]
            if amount is not None:
                locked[Cell(node, period, kind)] = amount
    frame = replace(setup, locked=locked, locked_months=setup.locked_months | closing)
    return open_grid(frame, grid.typed_cells())


def _valid(cell: Cell, amount: int) -> int:
    if amount < 0:
        raise ValueError(f"a target cannot be negative: {cell.node} {cell.period} {amount}")
    return amount


def _refuse_clash(grid: Grid, plane: Plane, typed: Mapping[Span, int]) -> None:
    """A clash may be made smaller, not made or made larger."""
    node, kind = plane
    before = {clash.span: clash.size for clash in grid.clashes.get(plane, ())}
    for clash in plan_row(typed, grid.setup.locked_row(node, kind)).clashes:
        if clash.size > before.get(clash.span, 0):
            raise TargetClash(Cell(node, grid.setup.keys[clash.span], kind), clash.total, clash.held)


def _spread(grid: Grid, typed: Mapping[Plane, Mapping[Span, int]], parents: set[tuple[str | None, str]]) -> Grid:
    """Work out the children of the parents named and whatever changes below them, then the sums above."""
    setup = grid.setup
    flow, shown, clashes = dict(grid.flow), dict(grid.shown), dict(grid.clashes)
    changed: set[Plane] = set()
    todo = sorted(parents, key=lambda item: -1 if item[0] is None else setup.depth[item[0]], reverse=True)
    done: set[tuple[str | None, str]] = set()
    while todo:
        parent, kind = todo.pop()
        above = BLANK_ROW if parent is None else flow[parent, kind]
        if (parent, kind) in done:
            continue
        done.add((parent, kind))
        children = setup.children.get(parent, [])
        plans = [plan_row(typed.get((child.key, kind), {}), setup.locked_row(child.key, kind)) for child in children]
        weights = [setup.weights(child, kind) for child in children]
        rows = spread_level(above, plans, weights, setup.season_of(kind))
        for child, row, plan in zip(children, rows, plans, strict=True):
            plane = (child.key, kind)
            _note_clashes(clashes, plane, plan)
            changed.add(plane)
            if row != flow[plane]:
                flow[plane] = row
                if child.key in setup.children:
                    done.discard(plane)
                    todo.append(plane)
    _sum_up(setup, flow, shown, changed)
    return Grid(setup, typed, flow, shown, clashes)


def _note_clashes(clashes: dict[Plane, tuple[Clash, ...]], plane: Plane, plan: RowPlan) -> None:
    if plan.clashes:
        clashes[plane] = tuple(plan.clashes)
    else:
        clashes.pop(plane, None)


def _sum_up(setup: Setup, flow: Mapping[Plane, Row], shown: dict[Plane, Row], changed: set[Plane]) -> None:
    """Show what came down; where nothing did, show the sum of the children that have an answer."""
    levels: dict[int, set[Plane]] = {}
    for plane in changed:
        levels.setdefault(setup.depth[plane[0]], set()).add(plane)
    for level in range(max(levels, default=-1), -1, -1):
        for node, kind in levels.get(level, ()):
            below = [shown[child.key, kind] for child in setup.children.get(node, [])]
            row = tuple(
                amount if amount is not None else _sum_known(child[month] for child in below)
                for month, amount in enumerate(flow[node, kind])
            )
            if row != shown[node, kind]:
                shown[node, kind] = row
                parent = setup.by_key[node].parent
                if parent is not None:
                    levels.setdefault(level - 1, set()).add((parent, kind))


def _sum_known(amounts: Iterable[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
