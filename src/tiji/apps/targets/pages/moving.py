"""The panel that moves an amount from one cell to another, with what it does before it is done."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.selectors.grids import from_units, to_units
from tiji.apps.targets.services.moves import Place, cells_of_move
from tiji.apps.targets.services.typing import preview_typing
from tiji.kernel.periods import Period, PeriodKind
from tiji.kernel.targets import Grid
from tiji.shared.errors import DomainError
from tiji.ui.forms import Form


class MoveForm(Form):
    """How much, and where to."""

    amount = forms.CharField(label=gettext_lazy("Amount to move"), max_length=40, required=True)
    target = forms.ChoiceField(label=gettext_lazy("Move to"))

    def __init__(self, *args: Any, places: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = places  # type: ignore[attr-defined]
        self.fields["amount"].widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "class": "num"})


@dataclass(frozen=True)
class MovedCell:
    """A cell before and after."""

    label: str
    before: str
    after: str


class MovePage:
    """One cell that an amount is taken from."""

    def __init__(self, page: GridPage, node: str, period: str) -> None:
        self.page, self.node, self.period = page, node, period
        self.grid, self.plan = page.opened.grid, page.frame.plan
        if self.node not in page.frame.may_type or self.period not in self.grid.setup.spans:
            raise Http404

    @property
    def source(self) -> Place:
        return self.node, self.period

    @cached_property
    def there(self) -> Decimal:
        """What the cell holds."""
        return from_units(self.plan, self.grid.amount(*self.source, self.page.kind or None) or 0)

    @cached_property
    def places(self) -> list[tuple[str, Any]]:
        """Where it may go: the rows beside it that are open, then the other periods of the row that are open."""
        parent = self.grid.setup.by_key[self.node].parent
        beside = [one.key for one in self.grid.setup.children.get(parent, []) if one.key in self.page.frame.may_type]
        rows = [(f"{key}|{self.period}", str(self.page.label(key))) for key in beside if key != self.node]
        same = [one for one in self._periods if one.key != self.period and self._is_open(one)]
        periods = [(f"{self.node}|{one.key}", self.name_of(one)) for one in same]
        groups = [(_("Another row"), rows), (_("Another period of this row"), periods)]
        return [group for group in groups if group[1]]

    @cached_property
    def _periods(self) -> list[Period]:
        """The periods of the year that are as long as the source."""
        fiscal, year = self.page.fiscal, self.plan.fiscal_year
        known = [fiscal.year(year), *fiscal.quarters(year), *fiscal.months(year)]
        kind = next(one.kind for one in known if one.key == self.period)
        return [one for one in known if one.kind is kind]

    def _is_open(self, period: Period) -> bool:
        first, after = self.grid.setup.span(period.key)
        return any(month not in self.grid.setup.closed for month in range(first, after))

    def name_of(self, period: Period) -> str:
        if period.kind is PeriodKind.MONTH:
            return month_label(period.start)
        return f"Q{period.number}" if period.kind is PeriodKind.QUARTER else str(self.plan.fiscal_year)

    @property
    def is_open(self) -> bool:
        return self._is_open(next(one for one in self._periods if one.key == self.period))

    @property
    def label(self) -> str:
        return f"{self.page.label(self.node)} · {self._period_name(self.period)}"

    def _period_name(self, key: str) -> str:
        return self.name_of(next(one for one in self._periods if one.key == key))

    @property
    def holds(self) -> str:
        return amounts.full(self.plan, self.there)

    @property
    def most(self) -> str:
        return amounts.editable(self.plan, self.there)

    @property
    def initial(self) -> dict[str, str]:
        """A tenth, to the first row beside it."""
        tenth = from_units(self.plan, to_units(self.plan, self.there) // 10)
        first = next((group[1][0][0] for group in self.places), "")
        return {"amount": amounts.editable(self.plan, tenth), "target": first}

    # What it does

    def amount_of(self, text: str) -> Decimal:
        """Raises: DomainError at the amount."""
        amount = amounts.typed(self.plan, text)
        if amount is None:
            raise DomainError(_("Type how much to move."), field="amount")
        return amount

    def target_of(self, text: str) -> Place:
        node, _bar, period = text.partition("|")
        return node, period

    def effect(self, amount: str, target: str) -> dict[str, Any]:
        """The two cells, how many other rows give way, and whether the row above still adds up. Raises: DomainError."""
        place = self.target_of(target)
        cells = cells_of_move(self.page.opened, self.source, place, self.amount_of(amount), self.page.kind)
        after = preview_typing(self.page.opened, cells)
        others = [
            key
            for key in self.page.opened.ids
            if key not in {self.node, place[0]}
            and any(self._differs(after, key, one) for one in (self.period, place[1]))
        ]
        text = ngettext("%(n)s other row gives way", "%(n)s other rows give way", len(others)) % {"n": len(others)}
        return {
            "cells": [self._moved(after, self.source), self._moved(after, place)],
            "others": text if others else _("No other row changes."),
            "names": [str(self.page.label(key)) for key in others[:6]],
        }

    def _differs(self, after: Grid, key: str, period: str) -> bool:
        kind = self.page.kind or None
        return after.amount(key, period, kind) != self.grid.amount(key, period, kind)

    def _moved(self, after: Grid, place: Place) -> MovedCell:
        kind = self.page.kind or None
        texts = [
            amounts.full(self.plan, None if units is None else from_units(self.plan, units))
            for units in (self.grid.amount(*place, kind), after.amount(*place, kind))
        ]
        return MovedCell(f"{self.page.label(place[0])} · {self._period_name(place[1])}", *texts)
