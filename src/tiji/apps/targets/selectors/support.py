"""What stands behind the targets below a row: top-down against bottom-up, and what supports the rest of the quarter."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tiji.apps.targets.models import TargetNode, TargetPlan
from tiji.apps.targets.selectors.actuals import actuals_by_period
from tiji.apps.targets.selectors.attainment import counted_until
from tiji.apps.targets.selectors.bases import people_below
from tiji.apps.targets.selectors.grids import PlanGrid, from_units
from tiji.apps.targets.selectors.landing import OutlookRows, landing_of, outlook_rows, plain
from tiji.kernel.periods import Period
from tiji.kernel.pipeline import forecast_category
from tiji.kernel.targets import LineKind

PARTS = ("due", "commit", "pipeline", "repeat")


@dataclass(frozen=True)
class TwoWays:
    """A row's own target, and what the rows below it hold together; None where either is blank."""

    node: TargetNode
    top_down: Decimal | None
    bottom_up: Decimal | None


@dataclass(frozen=True)
class Support:
    """What is left of a row's target in a period, and what it rests on.

    Shape: `parts` by what it is: due (billed or agreed), commit, pipeline, repeat (deals of customers who have bought).
    """

    node: TargetNode
    target: Decimal | None
    actual: Decimal
    parts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def left(self) -> Decimal | None:
        return None if self.target is None else max(self.target - self.actual, Decimal(0))

    @property
    def share(self) -> Decimal | None:
        """How much of what is left is supported; None without a target or with nothing left."""
        return sum(self.parts.values(), Decimal(0)) / self.left if self.left else None

    def share_of(self, part: str) -> Decimal:
        """A part as a share of what is left, all parts together at most 1."""
        if not self.left:
            return Decimal(0)
        before = sum((self.parts.get(one, Decimal(0)) for one in PARTS[: PARTS.index(part)]), Decimal(0))
        room = max(self.left - before, Decimal(0))
        return min(self.parts.get(part, Decimal(0)), room) / self.left


def two_ways(opened: PlanGrid, nodes: list[TargetNode]) -> list[TwoWays]:
    """Each row's year from above and from below. No query."""
    plan, year, children = opened.version.plan, str(opened.version.plan.fiscal_year), opened.grid.setup.children
    found = []
    for node in nodes:
        below = [opened.grid.amount(child.key, year) for child in children.get(node.key, [])]
        known = [one for one in below if one is not None]
        own = opened.grid.amount(node.key, year)
        found.append(
            TwoWays(
                node,
                None if own is None else from_units(plan, own),
                from_units(plan, sum(known)) if known else None,
            )
        )
    return found


def supports(opened: PlanGrid, nodes: list[TargetNode], period: Period, as_of: date) -> list[Support]:
    """What the rest of each row's target in the period rests on, in a fixed number of queries."""
    plan = opened.version.plan
    below = people_below(opened, nodes)
    people = sorted({person for found in below.values() for person in found})
    actuals = actuals_by_period(
        [node.unit_id for node in nodes if node.unit_id],
        [node.person_id for node in nodes if node.person_id],
        plan.measure,
        [(period.start, counted_until(period, as_of))] if as_of >= period.start else [],
        plan.currency,
    )
    rows = outlook_rows(people, plan.measure, period, as_of=as_of, currency=plan.currency, with_history=True)
    found = []
    for node in nodes:
        units = opened.grid.amount(node.key, period.key)
        actual = actuals.get(node.key, [Decimal(0)])[0]
        parts = _parts(plan, rows, set(below[node.key]), actual, period)
        found.append(Support(node, None if units is None else from_units(plan, units), actual, parts))
    return found


def _parts(
    plan: TargetPlan, rows: OutlookRows, people: set[int], actual: Decimal, period: Period
) -> dict[str, Decimal]:
    own = rows.of(people)
    deals = {str(row["pk"]): row for row in own.deals}
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in landing_of(own, plan.measure, period, actual, plan.currency).lines:
        if line.kind is LineKind.DEAL:
            found[_part_of(deals[line.key], rows.known)] += plain(line.amount)
        elif line.kind is not LineKind.ACTUAL:
            found["due"] += plain(line.amount)
    return dict(found)


def _part_of(deal: dict[str, Any], known: frozenset[int]) -> str:
    if forecast_category("open", deal["forecast_category"], deal["of_stage"]) == "commit":
        return "commit"
    return "repeat" if deal["account_id"] in known else "pipeline"
