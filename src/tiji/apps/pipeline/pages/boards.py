"""What the board's page is made of: the process, the filters of the URL as chips, the totals."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.places import unit_of
from tiji.apps.pipeline.models import ForecastCategory, Opportunity
from tiji.apps.pipeline.pages.lists import BOARD_FILTERS, OpportunityList, today
from tiji.apps.pipeline.permissions import can_create_opportunity, can_move_any
from tiji.apps.pipeline.selectors.board import Board, Lane, board
from tiji.apps.pipeline.selectors.summary import Health, Total, data_health, percentage, sum_of
from tiji.kernel.money import Money
from tiji.ui import formats
from tiji.ui.formats import company_currency

COMMIT = ForecastCategory.COMMIT
RAMP = ("st1", "st2", "st3", "st4", "st5")


class BoardFilters(OpportunityList):
    """The list's filters on the board's address: a stage and a status are what the lanes are."""

    filters = BOARD_FILTERS
    in_place = False
    views = []
    opens_with = ""


class LaneView:
    """A lane with its sums in the company's currency and its colour of the ramp."""

    def __init__(self, lane: Lane, currency: str, color: str) -> None:
        self.stage, self.total, self.cards = lane.stage, lane.total, lane.cards
        self.more, self.shown, self.color = lane.more, lane.shown, color
        self.amount, self.weighted = lane.total.amount(currency), lane.total.weighted(currency)


class BoardPage:
    """One screen of the board."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.on = today()
        self.list = BoardFilters(request)
        self.viewer: User = request.user  # type: ignore[assignment]

    def rows(self) -> Any:
        """The viewer's deals, narrowed as the URL says."""
        rows: Any = Opportunity.objects.visible_to(self.viewer).live()
        for one, value in self.list.active:
            rows = one.apply(rows, value, self.request)
        return rows

    @cached_property
    def board(self) -> Board:
        wanted = self.request.GET.get("process", "")
        process = int(wanted) if wanted.isdecimal() and len(wanted) < 19 else None
        person = self.viewer.person_id
        unit = unit_of(person, self.on) if person and process is None else None
        return board(rows=self.rows(), on=self.on, process=process, team_type=unit.team_type if unit else "")

    def context(self) -> dict[str, Any]:
        return {
            "page": self,
            "list": self.list,
            "board": self.board,
            "view": "board",
            "health": self.health,
            "may_create": can_create_opportunity(self.viewer),
            "may_move": self.may_move,
        }

    @property
    def may_move(self) -> bool:
        return can_move_any(self.viewer)

    @cached_property
    def health(self) -> Health:
        return data_health(self.rows())

    @cached_property
    def currency(self) -> str:
        return company_currency()

    @property
    def amount(self) -> Money:
        return self.board.total.amount(self.currency)

    @property
    def weighted(self) -> Money:
        return self.board.total.weighted(self.currency)

    @cached_property
    def committed(self) -> Total:
        """What stands in stages that commit."""
        return sum_of(lane.total for lane in self.board.lanes if lane.stage.forecast_category == COMMIT)

    @property
    def committed_amount(self) -> Money:
        return self.committed.amount(self.currency)

    @property
    def committed_text(self) -> str:
        count = self.committed.count
        return ngettext("%(n)s opportunity", "%(n)s opportunities", count) % {"n": formats.number(count)}

    @property
    def stalled_text(self) -> str:
        total = self.board.total
        share = percentage(total.stalled_amount(self.currency).amount, total.amount(self.currency).amount)
        return _("%(share)s%% of the amount") % {"share": share} if share is not None else "—"

    @property
    def health_text(self) -> str:
        return _("%(n)s with customer, amount, date and next step") % {"n": formats.number(self.health.complete)}

    @cached_property
    def lanes(self) -> list[LaneView]:
        lanes = self.board.lanes
        last = max(1, len(lanes) - 1)
        return [
            LaneView(lane, self.currency, RAMP[round(at * (len(RAMP) - 1) / last)]) for at, lane in enumerate(lanes)
        ]
