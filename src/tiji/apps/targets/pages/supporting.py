"""The cards below the grid: from above and from below, what supports the rest of the quarter, what changed last."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiji.apps.commerce.models import Measure
from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.models import TargetNode
from tiji.apps.targets.pages.changes import history_of
from tiji.apps.targets.selectors.support import PARTS, Support, TwoWays, supports, two_ways
from tiji.kernel.periods import Period
from tiji.ui import formats

MOST_LINES = 8
LATEST = 4
THIN = Decimal("0.8")
COLORS = {"due": "st-won", "commit": "st5", "pipeline": "st3", "repeat": "st1"}
LABELS = {
    "due": gettext_lazy("Due or billed"),
    "commit": gettext_lazy("Committed deals"),
    "pipeline": gettext_lazy("Weighted pipeline"),
    "repeat": gettext_lazy("Deals of existing customers"),
}


@dataclass(frozen=True)
class WayLine:
    """A row from above and from below, as bars and in words."""

    label: str
    top: str
    top_full: str
    top_width: Decimal
    bottom: str
    bottom_full: str
    bottom_width: Decimal
    change: str
    tone: str


@dataclass(frozen=True)
class SupportLine:
    """What the rest of a row's quarter rests on."""

    label: str
    left: str
    parts: tuple[dict[str, Any], ...]
    share: Decimal | None
    tone: str
    text: str


class SupportCards:
    """The cards of one grid: about the rows right below the highest the viewer sees."""

    def __init__(self, page: GridPage) -> None:
        self.page = page

    @cached_property
    def nodes(self) -> list[TargetNode]:
        """The rows the cards are about: units, or people where there are none; the first of many."""
        page, top = self.page, self.page.top
        below = [page.opened.by_key[child.key] for child in page.opened.grid.setup.children.get(top, [])]
        seen = [node for node in below if node.key in page.seen_keys]
        found = [node for node in seen if node.unit_id] or seen or [page.opened.by_key[top]] if top else []
        return found[:MOST_LINES]

    @cached_property
    def about(self) -> str:
        return str(self.page.label(self.page.top)) if self.page.top else ""

    @cached_property
    def quarter(self) -> Period:
        """The quarter of today, or the plan's first or last where today is not in its year."""
        quarters = self.page.fiscal.quarters(self.page.frame.plan.fiscal_year)
        now = next((one for one in quarters if one.contains(self.page.today)), None)
        return now or (quarters[0] if self.page.today < quarters[0].start else quarters[-1])

    # From above and from below

    @cached_property
    def ways(self) -> list[WayLine]:
        found = [one for one in two_ways(self.page.opened, self.nodes) if one.bottom_up is not None]
        most = max((max(one.top_down or Decimal(0), one.bottom_up or Decimal(0)) for one in found), default=Decimal(0))
        return [self._way(one, most or Decimal(1)) for one in found]

    def _way(self, one: TwoWays, most: Decimal) -> WayLine:
        plan, top, bottom = self.page.frame.plan, one.top_down or Decimal(0), one.bottom_up or Decimal(0)
        change = bottom - top
        over = change / top if top else Decimal(0)
        tone = "bad" if change < 0 else "warn" if over > self.page.allowed else "good" if change else ""
        return WayLine(
            label=str(self.page.label(one.node.key)),
            top=amounts.short(plan, one.top_down) or "—",
            top_full=amounts.full(plan, one.top_down),
            top_width=top / most,
            bottom=amounts.short(plan, bottom),
            bottom_full=amounts.full(plan, bottom),
            bottom_width=bottom / most,
            change=formats.percent(over) if top and change else "",
            tone=tone,
        )

    @property
    def ways_note(self) -> tuple[str, str]:
        """(tone, sentence): the worst of the lines, in words."""
        short = [line.label for line in self.ways if line.tone == "bad"]
        over = [line.label for line in self.ways if line.tone == "warn"]
        if short:
            return "bad", _("%(units)s: less given out than the target. Activation waits for the rest.") % {
                "units": _(", ").join(short)
            }
        if over:
            share = formats.percent(self.page.allowed, 0)
            return "warn", _("%(units)s: over-assigned by more than %(share)s.") % {
                "units": _(", ").join(over),
                "share": share,
            }
        return "", ""

    # What supports the rest

    @cached_property
    def supports(self) -> list[Support]:
        return supports(self.page.opened, self.nodes, self.quarter, self.page.today)

    @cached_property
    def lines(self) -> list[SupportLine]:
        return [self._line(one) for one in self.supports if one.target is not None]

    def _line(self, one: Support) -> SupportLine:
        share = one.share
        parts = [
            {
                "share": one.share_of(part),
                "color": COLORS[part],
                "label": f"{LABELS[part]} {self._money(one.parts[part])}",
            }
            for part in PARTS
            if one.parts.get(part)
        ]
        spoken = _(", ").join(str(part["label"]) for part in parts) or _("nothing yet")
        return SupportLine(
            label=str(self.page.label(one.node.key)),
            left=self._money(one.left),
            parts=tuple(parts),
            share=share,
            tone="bad" if share is not None and share < THIN else "",
            text=_("%(left)s left, supported by: %(parts)s") % {"left": self._money(one.left), "parts": spoken},
        )

    def _money(self, amount: Decimal | None) -> str:
        plan = self.page.frame.plan
        if self.page.frame.plan.measure == Measure.NEW_CUSTOMERS:
            return formats.number(amount, 1)
        return formats.money(amount, plan.currency)

    @property
    def legend(self) -> list[dict[str, Any]]:
        shown = [part for part in PARTS if any(one.parts.get(part) for one in self.supports)]
        return [{"label": LABELS[part], "color": COLORS[part]} for part in shown or PARTS[1:3]]

    @property
    def thinnest(self) -> dict[str, str] | None:
        """The row with the least support, if that is thin."""
        thin = [one for one in self.supports if one.share is not None and one.share < THIN]
        worst = min(thin, key=lambda one: one.share or Decimal(0), default=None)
        if worst is None:
            return None
        return {
            "name": str(self.page.label(worst.node.key)),
            "share": formats.percent(1 - (worst.share or Decimal(0)), 0),
        }

    # What changed

    @cached_property
    def edits(self) -> list[dict[str, Any]]:
        return history_of(self.page)[:LATEST]

    def context(self) -> dict[str, Any]:
        if self.page.plan is None:
            return {}
        return {"cards": self, "page": self.page, "version": self.page.version}
