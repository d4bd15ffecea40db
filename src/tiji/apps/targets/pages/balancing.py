"""The panel that gives out what a row has more, or takes back what it has less, than the rows below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tiji.apps.organization.selectors.company import fiscal_calendar, work_calendar
from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.display.leftovers import left_in_words, month_names
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.models import TargetNode
from tiji.apps.targets.selectors.bases import open_business_of, results_of
from tiji.apps.targets.selectors.gaps import able_below
from tiji.apps.targets.selectors.grids import from_units
from tiji.kernel.money import largest_remainder, round_half_away
from tiji.kernel.periods import time_progress
from tiji.kernel.targets import Cell, Rebalanced, Why, month_gaps, rebalance, year_gap
from tiji.shared.errors import DomainError
from tiji.ui import formats

WAYS = {
    "weight": pgettext_lazy("way of giving out", "By weight"),
    "even": pgettext_lazy("way of giving out", "Evenly"),
    "pipeline": gettext_lazy("By open business"),
    "last": gettext_lazy("By last year"),
    "manual": gettext_lazy("By hand"),
}


@dataclass(frozen=True)
class BalanceLine:
    """One row below: its part of the gap as a percentage of it and as an amount, its year now and then."""

    key: str
    label: str
    is_person: bool
    is_able: bool
    percent: int
    now: str
    after: str
    added: str
    value: str


@dataclass(frozen=True)
class Effort:
    """What the row that is asked for most would have to bring a day, against what it brought."""

    name: str
    needed: str
    times: str


class BalancePage:
    """One row that does not add up. `asked` is the query or the posted form."""

    def __init__(self, page: GridPage, node: str, asked: QueryDict) -> None:
        self.page, self.node, self.asked = page, node, asked
        self.grid, self.plan = page.opened.grid, page.frame.plan
        self.children = [child.key for child in self.grid.setup.children.get(node, [])]
        if node not in page.seen_keys or not self.children:
            raise Http404

    @property
    def way(self) -> str:
        asked = self.asked.get("how", "")
        return asked if asked in WAYS else "weight"

    @property
    def ways(self) -> list[tuple[str, Any]]:
        return list(WAYS.items())

    @property
    def keep_mix(self) -> bool:
        return bool(self.asked.get("mix"))

    @property
    def typed_too(self) -> bool:
        """Whether months typed as such may change."""
        return bool(self.asked.get("typed"))

    @cached_property
    def able(self) -> list[str]:
        return able_below(self.page.viewer, self.page.opened, self.node, typed_too=self.typed_too)

    @cached_property
    def gap(self) -> int:
        return year_gap(self.grid, self.node)

    @cached_property
    def rows(self) -> list[TargetNode]:
        return [self.page.opened.by_key[key] for key in self.children]

    @cached_property
    def proposed(self) -> dict[str, Decimal]:
        """The weights of this way, of the rows that can take something."""
        if self.gap < 0 and self.way == "weight":
            known = {key: Decimal(self.grid.amount(key, self.year) or 0) for key in self.able}
        elif self.way == "pipeline":
            known = open_business_of(self.page.opened, self.rows, self.page.today)
        elif self.way == "last":
            last = fiscal_calendar(self.page.company).year(self.plan.fiscal_year - 1)
            known = results_of(self.page.opened, self.rows, last)
        elif self.way == "even":
            known = {}
        else:
            known = {key: Decimal(str(self.grid.setup.by_key[key].weight)) for key in self.able}
        return {key: max(known.get(key, Decimal(0)), Decimal(0)) for key in self.able}

    @cached_property
    def percents(self) -> dict[str, int]:
        """The proposed weights as whole percentages."""
        weights = list(self.proposed.values())
        parts = largest_remainder(100, weights if any(weights) else [1] * len(weights)) if weights else []
        return dict(zip(self.proposed, parts, strict=True))

    @cached_property
    def slid(self) -> dict[str, int]:
        """The sliders as they were moved; nothing where they stand as proposed."""
        texts = {key: self.asked.get(f"s-{key}", "") for key in self.able}
        if not all(text.isdecimal() and len(text) < 4 for text in texts.values()):
            return {}
        moved = {key: int(text) for key, text in texts.items()}
        return {} if moved == self.percents else moved

    @property
    def shown_percents(self) -> dict[str, int]:
        return self.slid or self.percents

    @cached_property
    def weights(self) -> dict[str, Decimal]:
        """As proposed, or as the sliders were moved."""
        return {key: Decimal(value) for key, value in self.slid.items()} or self.proposed

    @property
    def year(self) -> str:
        return str(self.plan.fiscal_year)

    @cached_property
    def found(self) -> Rebalanced:
        """What giving out would do."""
        return rebalance(self.grid, self.node, self.weights, keep_mix=self.keep_mix, typed_too=self.typed_too)

    @cached_property
    def years(self) -> dict[str, int]:
        """Row key → its new year in all, of the rows that change."""
        added = {key: self.found.added(key) for key in self.able}
        return {key: (self.grid.amount(key, self.year) or 0) + part for key, part in added.items() if part}

    @cached_property
    def lines(self) -> list[BalanceLine]:
        return [self._line(node) for node in self.rows]

    def _line(self, node: TargetNode) -> BalanceLine:
        now = self.grid.amount(node.key, self.year) or 0
        after = self.years.get(node.key, now)
        added = after - now
        text = amounts.short(self.plan, self._amount(added)) if added else "0"
        return BalanceLine(
            key=node.key,
            label=str(self.page.label(node.key)),
            is_person=node.person_id is not None,
            is_able=node.key in self.able,
            percent=self.shown_percents.get(node.key, 0),
            now=amounts.full(self.plan, self._amount(now)),
            after=amounts.full(self.plan, self._amount(after)),
            added=("+" if added > 0 else "") + text,
            value=amounts.editable(self.plan, self._amount(after)),
        )

    def _amount(self, units: int) -> Decimal:
        return from_units(self.plan, units)

    # What is said beside it

    @property
    def label(self) -> str:
        return str(self.page.label(self.node))

    @property
    def gap_text(self) -> str:
        return self.page.tag_amount(self._amount(abs(self.gap)))

    @property
    def placed(self) -> str:
        """What is given out in all, in the unit of the columns."""
        return amounts.editable(self.plan, self._amount(sum(self.found.added(key) for key in self.able)))

    @property
    def gap_months(self) -> list[tuple[str, str]]:
        """The months that differ, each with how much; nothing where it is every month of the year."""
        gaps = list(zip(self.page.frame.months, month_gaps(self.grid, self.node), strict=True))
        if all(gap for _, gap in gaps):
            return []
        return [
            (month_label(month.start), ("+" if gap > 0 else "") + amounts.short(self.plan, self._amount(gap)))
            for month, gap in gaps
            if gap
        ]

    @property
    def left(self) -> list[str]:
        """What cannot be placed, and why."""
        return left_in_words(self.page, self.found.left)

    @property
    def asks_typed(self) -> bool:
        """Whether typed months hold something back, or were asked to take part."""
        return self.typed_too or any(one.why is Why.TYPED for one in self.found.left)

    @property
    def total(self) -> str:
        units = self.grid.amount(self.node, self.year)
        return amounts.full(self.plan, None if units is None else self._amount(units))

    @property
    def changed_months(self) -> str:
        """The months that change."""
        months = zip(*self.found.changes.values(), strict=True)
        changed = [self.page.frame.months[at].key for at, parts in enumerate(months) if any(parts)]
        return month_names(self.page, changed)

    @property
    def stuck(self) -> list[str]:
        """Rows that cannot take a part, and why is said once beside them."""
        return [line.label for line in self.lines if not line.is_able]

    @cached_property
    def effort(self) -> Effort | None:
        """The row that is asked for most from here on; None outside the plan's year or where nothing came about yet."""
        year = fiscal_calendar(self.page.company).year(self.plan.fiscal_year)
        if not year.contains(self.page.today) or not self.years:
            return None
        progress = time_progress(year, self.page.today, work_calendar(self.page.company))
        actuals = results_of(self.page.opened, self.rows, year)
        worst: tuple[Fraction, str, Decimal] | None = None
        for key, units in self.years.items():
            left, done = self._amount(units) - actuals[key], actuals[key]
            if left > 0 < done and progress.left and progress.elapsed:
                times = (Fraction(left) / progress.left) / (Fraction(done) / progress.elapsed)
                needed = round_half_away(Fraction(left) / progress.left, self.plan.places)
                worst = max(worst or (Fraction(0), "", Decimal(0)), (times, key, needed))
        if worst is None:
            return None
        return Effort(str(self.page.label(worst[1])), self.page.tag_amount(worst[2]), formats.number(worst[0], 1))

    def by_hand(self) -> dict[str, Decimal]:
        """Row key → what somebody wrote more, or less, than its year is now. Raises: DomainError."""
        found: dict[str, Decimal] = {}
        for key in self.able:
            amount = amounts.typed(self.plan, self.asked.get(key, ""))
            if amount is None:
                raise DomainError(_("%(name)s: type an amount, 0 for none.") % {"name": self.page.label(key)})
            found[key] = amount - self._amount(self.grid.amount(key, self.year) or 0)
        return {key: part for key, part in found.items() if part}

    def closes(self, parts: Mapping[str, Decimal]) -> bool:
        """Whether what was written by hand is what the months that differ can take: then it is placed in them."""
        changes = rebalance(self.grid, self.node, {key: abs(part) for key, part in parts.items()}, keep_mix=True)
        placed = {key: self._amount(changes.added(key)) for key in parts}
        return bool(changes.cells) and placed == dict(parts)

    def years_of(self, parts: Mapping[str, Decimal]) -> dict[Cell, Decimal | None]:
        """The years somebody wrote; each keeps its proportion of kinds."""
        now = {key: self._amount(self.grid.amount(key, self.year) or 0) for key in parts}
        return {Cell(key, self.year, ""): now[key] + part for key, part in parts.items()}
