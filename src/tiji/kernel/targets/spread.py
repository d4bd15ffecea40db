"""The arithmetic of the planning grid: how a node's months come down to its children's months, in whole numbers.

A child's months are *fixed* (locked, or typed as a month), *bound* (inside a typed quarter or year: they add up to it)
or *free* (they take what the parent has left). Source: docs/kernel/target-split.md, "The planning grid"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tiji.kernel.money import Rate, largest_remainder

MONTHS = 12
Span = tuple[int, int]
YEAR: Span = (0, MONTHS)
QUARTERS: tuple[Span, ...] = ((0, 3), (3, 6), (6, 9), (9, 12))
Row = tuple[int | None, ...]
BLANK_ROW: Row = (None,) * MONTHS


@dataclass(frozen=True, slots=True)
class Clash:
    """A typed total that what is typed or locked inside it cannot meet."""

    span: Span
    total: int
    held: int

    @property
    def size(self) -> int:
        return abs(self.total - self.held)


@dataclass(frozen=True, slots=True)
class Block:
    """Months that together come to what a typed total has left for them."""

    months: tuple[int, ...]
    rest: int


@dataclass(slots=True)
class RowPlan:
    """One child's year, sorted into fixed months, blocks of bound months and free months."""

    fixed: list[int | None] = field(default_factory=lambda: [None] * MONTHS)
    open: list[bool] = field(default_factory=lambda: [True] * MONTHS)
    blocks: list[Block] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)

    def hold(self, month: int, amount: int | None) -> None:
        self.fixed[month] = amount
        self.open[month] = False

    def bind(self, span: Span, total: int, held: int) -> int:
        """Bind the open months of a span to a typed total; the answer is what they hold."""
        months = tuple(month for month in range(*span) if self.open[month])
        rest = total - held
        if rest < 0 or (rest and not months):
            self.clashes.append(Clash(span, total, held))
        if not months:
            return 0
        self.blocks.append(Block(months, max(rest, 0)))
        for month in months:
            self.open[month] = False
        return max(rest, 0)


def plan_row(typed: Mapping[Span, int], locked: Mapping[int, int | None]) -> RowPlan:
    """Sort one year. What lies deeper wins: locked month, typed month, typed quarter, typed year.

    Shape: `typed` by span of months (first, after the last); `locked` by month, None where a locked month is blank.
    """
    plan = RowPlan()
    for month, amount in locked.items():
        plan.hold(month, amount)
    for month in range(MONTHS):
        if month not in locked and (month, month + 1) in typed:
            plan.hold(month, typed[month, month + 1])
    held_by_quarter = []
    for quarter in QUARTERS:
        held = sum(plan.fixed[month] or 0 for month in range(*quarter))
        if quarter in typed and not all(month in locked for month in range(*quarter)):
            held += plan.bind(quarter, typed[quarter], held)
        held_by_quarter.append(held)
    if YEAR in typed and len(locked) < MONTHS:
        plan.bind(YEAR, typed[YEAR], sum(held_by_quarter))
    return plan


def spread_level(
    parent: Row, plans: Sequence[RowPlan], weights: Sequence[Sequence[Rate]], season: Sequence[Rate]
) -> list[Row]:
    """The months of all children of one node.

    Shape: one row per plan; `weights` has twelve per child. A month is None where the child is
    free and the parent blank.
    """
    rows = [list(plan.fixed) for plan in plans]
    left = [None if amount is None else amount - _sum_month(rows, month) for month, amount in enumerate(parent)]
    for months, members in _groups(plans):
        total = sum(rest for _, rest in members)
        others = [
            any(plan.open[month] and weights[child][month] for child, plan in enumerate(plans)) for month in months
        ]
        profile = _profile([parent[month] for month in months], [left[month] for month in months], all(others), total)
        by_season = [season[month] for month in months]
        budget = largest_remainder(total, profile or (by_season if any(by_season) else [1] * len(months)))
        _fill(rows, left, months, budget, members)
    for free_months, shares in _free_classes(parent, plans, weights):
        budget = [max(left[month] or 0, 0) for month in free_months]
        taken = [weight for _, weight in shares]
        totals = largest_remainder(sum(budget), taken) if any(taken) else [0] * len(taken)
        _fill(
            rows, left, free_months, budget, [(child, total) for (child, _), total in zip(shares, totals, strict=True)]
        )
    return [tuple(row) for row in rows]


def _sum_month(rows: Iterable[Sequence[int | None]], month: int) -> int:
    return sum(row[month] or 0 for row in rows)


def _groups(plans: Sequence[RowPlan]) -> list[tuple[tuple[int, ...], list[tuple[int, int]]]]:
    """Blocks over the same months, the fewest months first: they have the least choice."""
    groups: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for child, plan in enumerate(plans):
        for block in plan.blocks:
            groups.setdefault(block.months, []).append((child, block.rest))
    return sorted(groups.items(), key=lambda item: (len(item[0]), item[0]))


def _profile(parent: Sequence[int | None], left: Sequence[int | None], can_yield: bool, total: int) -> Sequence[int]:
    """The shape bound months follow: the parent's months, while free siblings can yield what that takes from them.

    Otherwise what the parent has left, if that is enough, so that months add up without free siblings too; if it is
    not, the parent's months after all. Nothing where the parent has none.
    """
    if None in parent or not any(parent):
        return ()
    whole = [amount or 0 for amount in parent]
    room = [max(amount or 0, 0) for amount in left]
    if can_yield and all(want <= have for want, have in zip(largest_remainder(total, whole), room, strict=True)):
        return whole
    return room if sum(room) >= total and any(room) else whole


def _free_classes(
    parent: Row, plans: Sequence[RowPlan], weights: Sequence[Sequence[Rate]]
) -> list[tuple[list[int], tuple[tuple[int, Rate], ...]]]:
    """Months shared by the same free children with the same weights, so that a share of the year comes out as one."""
    classes: dict[tuple[tuple[int, Rate], ...], list[int]] = {}
    for month, amount in enumerate(parent):
        if amount is not None:
            free = tuple((child, weights[child][month]) for child, plan in enumerate(plans) if plan.open[month])
            if free:
                classes.setdefault(free, []).append(month)
    return [(months, free) for free, months in classes.items()]


def _fill(
    rows: list[list[int | None]],
    left: list[int | None],
    months: Sequence[int],
    budget: list[int],
    members: Sequence[tuple[int, int]],
) -> None:
    """Place each member's total over the months so that rows and months both add up.

    Each takes its total in the proportions of what is left of the budget, which it can never overdraw; where the totals
    come to the budget the last takes exactly what is left.
    """
    for child, total in members:
        shares = largest_remainder(total, budget)
        for index, month in enumerate(months):
            rows[child][month] = shares[index]
            budget[index] -= shares[index]
            held = left[month]
            left[month] = None if held is None else held - shares[index]
