"""What the funnel's page is made of."""

from datetime import date
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tiji.apps.pipeline.models import Opportunity, SalesProcess
from tiji.apps.pipeline.pages.lists import BOARD_FILTERS, owner_options, today, unit_options
from tiji.apps.pipeline.selectors.funnel import Funnel, control_points, funnel
from tiji.apps.pipeline.selectors.processes import processes
from tiji.kernel.periods import add_months
from tiji.ui import formats
from tiji.ui.filters import Choice

SPANS = {"3m": 3, "6m": 6, "12m": 12, "24m": 24}
DEFAULT = "12m"
RAMP = ("st1", "st2", "st3", "st4", "st5", "st-won")


class FunnelPage:
    """One funnel: a process, a period in which its deals were opened, a unit or owner."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.on = today()
        self.span = request.GET.get("span") if request.GET.get("span") in SPANS else DEFAULT

    @cached_property
    def processes(self) -> list[SalesProcess]:
        return list(processes())

    @property
    def process(self) -> SalesProcess | None:
        wanted = self.request.GET.get("process")
        chosen = next((one for one in self.processes if str(one.pk) == wanted), None)
        return chosen or (self.processes[0] if self.processes else None)

    @property
    def filters(self) -> list[Choice]:
        return [one for one in BOARD_FILTERS if one.key in {"owner", "unit", "line", "source"}]  # type: ignore[misc]

    def rows(self) -> Any:
        rows: Any = Opportunity.objects.visible_to(self.request.user).live()
        for one in self.filters:
            value = one.read(self.request.GET)
            if value is not None:
                rows = one.apply(rows, value, self.request)
        return rows

    @property
    def period(self) -> tuple[date, date]:
        """Whole months back from today, today included."""
        until = date.fromordinal(self.on.toordinal() + 1)
        return add_months(until, -SPANS[self.span or DEFAULT]), until

    @cached_property
    def funnel(self) -> Funnel | None:
        if self.process is None:
            return None
        start, until = self.period
        return funnel(rows=self.rows(), process=self.process, start=start, until=until)

    def context(self) -> dict[str, Any]:
        found = self.funnel
        stages = [one.stage for one in found.stages if one.stage.outcome == "open"] if found else []
        return {
            "page": self,
            "view": "funnel",
            "funnel": found,
            "points": control_points(rows=self.rows(), stages=stages),
            "spans": [(key, _("%(n)s months") % {"n": months}, key == self.span) for key, months in SPANS.items()],
            "units": unit_options(self.request),
            "owners": owner_options(self.request),
            "chart": self.chart,
            "table": self.table,
            "summary": self.summary,
            "today": self.on,
        }

    @property
    def chart(self) -> dict[str, Any]:
        found = self.funnel
        steps = found.stages if found else []
        colors = [RAMP[min(at * len(RAMP) // max(1, len(steps)), len(RAMP) - 1)] for at in range(len(steps))]
        return {
            "labelled": True,
            "steps": [
                {"name": one.stage.label, "value": one.reached, "color": color}
                for one, color in zip(steps, colors, strict=True)
            ],
        }

    @property
    def table(self) -> dict[str, Any]:
        head = [_("Stage"), _("Ever reached"), _("Went on"), _("Median days"), _("There now")]
        rows = [
            [one.stage.label, formats.number(one.reached), formats.percent(one.conversion), formats.number(one.days, 1),
             formats.number(one.now)]
            for one in (self.funnel.stages if self.funnel else [])
        ]  # fmt: skip
        return {"head": head, "rows": rows}

    @property
    def summary(self) -> str:
        found = self.funnel
        if not found or not found.opened:
            return str(_("No opportunity was opened in this period."))
        return str(
            _("Of %(opened)s opportunities opened in this period, %(won)s were won and %(lost)s lost so far.")
            % {"opened": found.opened, "won": found.won, "lost": found.lost}
        )
