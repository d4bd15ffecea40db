"""The sum check of the planning grid: each node's own amount against what its children hold.

Source: docs/kernel/target-split.md, "The sum check"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tiji.kernel.targets.grid import Grid
from tiji.kernel.targets.split import over_assignment


@dataclass(frozen=True, slots=True)
class Check:
    """One node, period and kind (None: all kinds together).

    Units: `gap` = amount − children, negative when more was given out; `over_assignment` = children / amount − 1. Both
    are None where the node has no amount, the second also where it is 0. `blank` counts children without an answer.
    """

    node: str
    period: str
    kind: str | None
    amount: int | None
    children: int | None
    blank: int
    gap: int | None
    over_assignment: Fraction | None

    @property
    def is_exact(self) -> bool:
        return self.gap == 0


def checks(grid: Grid, nodes: Iterable[str] | None = None) -> list[Check]:
    """A check for each inner node × period × kind, and for all kinds together.

    Shape: nodes in the order of the tree (all inner ones unless named), the year first, each quarter before its months.
    """
    setup = grid.setup
    inner = [node.key for node in setup.nodes if node.key in setup.children] if nodes is None else list(nodes)
    kinds: tuple[str | None, ...] = (*setup.kinds, None)
    return [_check(grid, node, period, kind) for node in inner for period in setup.spans for kind in kinds]


def _check(grid: Grid, node: str, period: str, kind: str | None) -> Check:
    amount = grid.amount(node, period, kind)
    below = [grid.amount(child.key, period, kind) for child in grid.setup.children.get(node, [])]
    known = [each for each in below if each is not None]
    children = sum(known) if known else None
    gap = None if amount is None else amount - (children or 0)
    over = None if amount is None else over_assignment(amount, children or 0)
    return Check(node, period, kind, amount, children, len(below) - len(known), gap, over)
