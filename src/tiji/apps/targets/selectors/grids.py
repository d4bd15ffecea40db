"""A version as the kernel's grid, and the grid's amounts as rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from tiji.apps.commerce.models import BusinessKind
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.apps.targets.models import TargetCell, TargetNode, TargetPlan, TargetVersion
from tiji.kernel.periods import Period
from tiji.kernel.targets import Cell, Grid, Node, Origin, Setup, open_grid

KINDS = (str(BusinessKind.EXISTING), str(BusinessKind.NEW))
STORED = {
    Origin.TYPED: TargetCell.Origin.TYPED,
    Origin.LOCKED: TargetCell.Origin.LOCKED,
    Origin.DERIVED: TargetCell.Origin.DERIVED,
    Origin.SUMMED: TargetCell.Origin.SUMMED,
}


@dataclass(frozen=True)
class PlanGrid:
    """A version opened: `grid` in the kernel's terms, `nodes` in order, `ids` node key → primary key."""

    version: TargetVersion
    nodes: tuple[TargetNode, ...]
    grid: Grid

    @cached_property
    def ids(self) -> dict[str, int]:
        return {node.key: node.pk for node in self.nodes}

    @cached_property
    def by_key(self) -> dict[str, TargetNode]:
        return {node.key: node for node in self.nodes}


def kinds_of(plan: TargetPlan) -> tuple[str, ...]:
    """The business kinds of a measure: new customers are new by their nature."""
    return (str(BusinessKind.NEW),) if plan.places == 0 else KINDS


def periods_of(plan: TargetPlan) -> dict[str, Period]:
    """Period key → period: the year, its quarters and months."""
    calendar = fiscal_calendar()
    year = calendar.year(plan.fiscal_year)
    return {
        period.key: period
        for period in [year, *calendar.quarters(plan.fiscal_year), *calendar.months(plan.fiscal_year)]
    }


def to_units(plan: TargetPlan, amount: Decimal) -> int:
    """An amount in the grid's whole units: cents, or customers."""
    return int(amount.scaleb(plan.places))


def from_units(plan: TargetPlan, units: int) -> Decimal:
    """Whole units as an amount."""
    return Decimal(units).scaleb(-plan.places)


def open_version(version: TargetVersion) -> PlanGrid:
    """The version's grid, from what was typed and locked in it. Three queries."""
    plan = version.plan
    nodes = tuple(TargetNode.objects.filter(version=version).select_related("unit", "person").order_by("position"))
    by_pk = {node.pk: node for node in nodes}
    for node in nodes:
        node.version, node.parent = version, by_pk.get(node.parent_id or 0)
    keys = {pk: node.key for pk, node in by_pk.items()}
    rows = TargetCell.objects.filter(
        version=version, origin__in=[TargetCell.Origin.TYPED, TargetCell.Origin.LOCKED]
    ).values_list("node_id", "period", "kind", "amount", "origin")
    typed: dict[Cell, int] = {}
    locked: dict[Cell, int] = {}
    months = frozenset(version.locked_months)
    for node, period, kind, amount, origin in rows:
        cell = Cell(keys[node], period, kind)
        if period in months:
            locked[cell] = to_units(plan, amount)
        if origin == TargetCell.Origin.TYPED:
            typed[cell] = to_units(plan, amount)
    return PlanGrid(version, nodes, open_grid(_setup(plan, version, nodes, keys, months, locked), typed))


def _setup(
    plan: TargetPlan,
    version: TargetVersion,
    nodes: Sequence[TargetNode],
    keys: dict[int, str],
    months: frozenset[str],
    locked: dict[Cell, int],
) -> Setup:
    kinds = kinds_of(plan)
    season = {
        kind: [Decimal(str(weight)) for weight in version.season[kind]] for kind in kinds if kind in version.season
    }
    return Setup(
        year=plan.fiscal_year,
        nodes=tuple(Node(node.key, keys.get(node.parent_id or 0), node.weight) for node in nodes),
        kinds=kinds,
        season=season or None,
        locked_months=months,
        locked=locked or None,
    )


class StoredCell(NamedTuple):
    """What one row of a cell holds besides its key."""

    starts_on: date
    amount: Decimal
    origin: str


def stored_cells(opened: PlanGrid, nodes: Iterable[str] | None = None) -> dict[tuple[int, str, str], StoredCell]:
    """(node id, period, kind) → the row to keep: every cell that has an answer, of these nodes or of all."""
    plan, grid = opened.version.plan, opened.grid
    starts = {key: period.start for key, period in periods_of(plan).items()}
    found = {}
    for key in nodes if nodes is not None else opened.ids:
        for kind in grid.setup.kinds:
            for period, starts_on in starts.items():
                units = grid.amount(key, period, kind)
                if units is not None:
                    origin = str(STORED[grid.origin(Cell(key, period, kind))])
                    found[opened.ids[key], period, kind] = StoredCell(starts_on, from_units(plan, units), origin)
    return found
