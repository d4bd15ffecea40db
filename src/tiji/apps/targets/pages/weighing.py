"""The page of weights: a unit's rows with what weights may be taken from, and what they would do to the targets."""

import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.models import TargetNode
from tiji.apps.targets.rules import mix, ramp
from tiji.apps.targets.selectors.bases import Bases, bases_of
from tiji.apps.targets.selectors.grids import from_units
from tiji.kernel.targets import Grid, Node, blend, open_grid, percent_weights
from tiji.kernel.targets.spread import YEAR
from tiji.shared.errors import DomainError
from tiji.ui import formats

WAYS = {
    "typed": gettext_lazy("As typed"),
    "result": gettext_lazy("By last year's result"),
    "capacity": gettext_lazy("By capacity"),
    "pipeline": gettext_lazy("By open business"),
    "mix": gettext_lazy("Mixed"),
}
MOST = Decimal(1000)


@dataclass(frozen=True)
class WeightLine:
    """One row: its bases, its weight now and then, its target now and then."""

    key: str
    label: str
    is_person: bool
    result: str
    capacity: Decimal
    pipeline: str
    now: Decimal
    weight: Decimal
    text: str
    error: str
    before: str
    after: str
    change: str
    tone: str
    held: str


class WeightsPage:
    """One unit's rows. `asked` is the query or the posted form."""

    def __init__(self, page: GridPage, asked: QueryDict) -> None:
        self.page, self.asked = page, asked
        self.grid = page.opened.grid

    @cached_property
    def units(self) -> list[TargetNode]:
        """The rows with rows below them that the viewer sets."""
        found = [node for node in self.page.nodes if self._children_of(node)]
        for node in found:
            node.indent = "\u3000" * (node.depth - found[0].depth)  # type: ignore[attr-defined]
        return found

    @cached_property
    def node(self) -> TargetNode:
        """The unit looked at: the one asked for, else the first."""
        asked = self.asked.get("unit", "")
        found = next((node for node in self.units if node.key == asked or not asked), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def rows(self) -> list[TargetNode]:
        return self._children_of(self.node)

    def _children_of(self, node: TargetNode) -> list[TargetNode]:
        below = self.grid.setup.children.get(node.key, [])
        return [self.page.opened.by_key[child.key] for child in below if child.key in self.page.frame.may_type]

    @property
    def way(self) -> str:
        asked = self.asked.get("by", "")
        return asked if asked in WAYS else "typed"

    @property
    def ways(self) -> list[tuple[str, Any]]:
        return list(WAYS.items())

    @cached_property
    def mix(self) -> Any:
        return mix(self.page.today)

    @cached_property
    def bases(self) -> Bases:
        return bases_of(self.page.opened, self.rows, ramp(self.page.today))

    @cached_property
    def _read(self) -> tuple[dict[str, Decimal], dict[str, str]]:
        """The weights in the form, and what is wrong with them, by row."""
        weights, errors = {}, {}
        for row in self.rows:
            text = self.asked.get(f"w-{row.key}")
            weights[row.key] = row.weight
            if text is not None:
                try:
                    weights[row.key] = weight_of(text)
                except DomainError as error:
                    errors[row.key] = str(error.message)
        return weights, errors

    @cached_property
    def weights(self) -> dict[str, Decimal]:
        """Row key → weight as it would be set."""
        if self.way == "typed":
            return self._read[0]
        if not self.rows:
            return {}
        return percent_weights(self._basis)

    @property
    def _basis(self) -> Any:
        bases = self.bases
        if self.way == "mix":
            mix = self.mix
            parts = ((mix.result, bases.result), (mix.pipeline, bases.pipeline), (mix.capacity, bases.capacity))
            return blend(parts)
        return {"result": bases.result, "capacity": bases.capacity, "pipeline": bases.pipeline}[self.way]

    @property
    def errors(self) -> dict[str, str]:
        return self._read[1] if self.way == "typed" else {}

    @cached_property
    def after(self) -> Grid:
        """The plan as it would be."""
        setup = self.grid.setup
        nodes = tuple(Node(one.key, one.parent, self.weights.get(one.key, one.weight)) for one in setup.nodes)
        return open_grid(replace(setup, nodes=nodes), self.grid.typed_cells())

    @property
    def is_changed(self) -> bool:
        return any(self.weights[row.key] != row.weight for row in self.rows)

    @cached_property
    def lines(self) -> list[WeightLine]:
        return [self._line(row) for row in self.rows]

    def _line(self, row: TargetNode) -> WeightLine:
        plan, year, key = self.page.frame.plan, str(self.page.frame.plan.fiscal_year), row.key
        before, after = self.grid.amount(key, year), self.after.amount(key, year)
        change = (after or 0) - (before or 0)
        typed = self.asked.get(f"w-{key}") if self.way == "typed" else None
        return WeightLine(
            key=key,
            label=str(self.page.label(key)),
            is_person=row.person_id is not None,
            result=amounts.short(plan, self.bases.result[key]),
            capacity=round(Decimal(self.bases.capacity[key].numerator) / self.bases.capacity[key].denominator, 2),
            pipeline=self._money(self.bases.pipeline[key]),
            now=row.weight.normalize(),
            weight=self.weights[key],
            text=typed if typed is not None else format(self.weights[key].normalize(), "f"),
            error=self.errors.get(key, ""),
            before=amounts.full(plan, self._amount(before)),
            after=amounts.full(plan, self._amount(after)),
            change=("+" if change > 0 else "") + amounts.full(plan, self._amount(change)) if change else "",
            tone="good" if change > 0 else "bad" if change < 0 else "",
            held=self._held(key),
        )

    def _amount(self, units: int | None) -> Decimal | None:
        return None if units is None else from_units(self.page.frame.plan, units)

    def _money(self, amount: Decimal) -> str:
        """Open business is money whatever the plan counts."""
        return formats.money(amount, self.page.frame.plan.currency)

    def _held(self, key: str) -> str:
        """Why a weight does nothing to a row's year."""
        kinds = self.grid.setup.kinds
        if all(YEAR in self.grid.typed.get((key, kind), {}) for kind in kinds):
            return _("typed, keeps its target")
        came_down = any(amount is not None for kind in kinds for amount in self.grid.flow[key, kind])
        summed = any(amount is not None for kind in kinds for amount in self.grid.shown[key, kind])
        return _("sum of the rows below") if summed and not came_down else ""

    @property
    def moved(self) -> int:
        """How many rows of the whole plan get another target."""
        year = str(self.page.frame.plan.fiscal_year)
        return sum(1 for key in self.page.opened.ids if self.grid.amount(key, year) != self.after.amount(key, year))

    @property
    def total(self) -> dict[str, str]:
        plan, year = self.page.frame.plan, str(self.page.frame.plan.fiscal_year)
        sums = [sum(grid.amount(row.key, year) or 0 for row in self.rows) for grid in (self.grid, self.after)]
        return {
            "weight": format(sum(self.weights.values(), Decimal(0)).normalize(), "f"),
            "before": amounts.full(plan, self._amount(sums[0])),
            "after": amounts.full(plan, self._amount(sums[1])),
        }


def weight_of(text: str) -> Decimal:
    """A weight as somebody typed it. Raises: DomainError in his words."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip().removesuffix("%")
    try:
        weight = Decimal(plain)
    except ArithmeticError:
        weight = Decimal(-1)
    if not weight.is_finite() or not 0 <= weight <= MOST:
        raise DomainError(_("A weight is a number from 0 to 1,000."), field="weight", code="weight")
    return round(weight, 4)
