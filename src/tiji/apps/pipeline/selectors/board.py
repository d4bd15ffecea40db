"""The board: lanes with their totals and first cards, in two queries whatever the number of deals."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from tiji.apps.pipeline.models import Opportunity, SalesProcess, Stage
from tiji.apps.pipeline.selectors.processes import stages_with_process
from tiji.apps.pipeline.selectors.summary import Total, by_stage, sum_of, summary_rows
from tiji.kernel.money import Money
from tiji.kernel.pipeline import days_between, days_over

CARDS = 8
MORE = 24
BY_DATE = F("expected_on").asc(nulls_last=True)
CARD = (
    *("id", "name", "number", "stage_id", "version", "amount", "currency", "percent", "expected_on", "slips"),
    *("entered_stage_at", "stalls_on", "next_step", "next_step_on", "forecast_category", "account_id"),
    *("account__short_name", "account__name", "account__tier", "owner__name", "stage__forecast_category"),
    "stage__max_days",
)


@dataclass(slots=True)
class Card:
    """A deal as it lies on the board."""

    row: dict[str, Any]
    days: int
    over: int

    @property
    def customer(self) -> str:
        return str(self.row["account__short_name"] or self.row["account__name"] or "")

    @property
    def money(self) -> Money | None:
        amount: Decimal | None = self.row["amount"]
        return None if amount is None else Money(amount, self.row["currency"])

    @property
    def category(self) -> str:
        return str(self.row["forecast_category"] or self.row["stage__forecast_category"])


@dataclass(slots=True)
class Lane:
    """One stage: what is in it, and the first cards."""

    stage: Stage
    total: Total
    cards: list[Card] = field(default_factory=list)
    skip: int = 0

    @property
    def shown(self) -> int:
        """How many cards lie above the end of this part."""
        return self.skip + len(self.cards)

    @property
    def more(self) -> int:
        return max(0, self.total.count - self.shown)


@dataclass(slots=True)
class Board:
    """One process as lanes, with the buyer's steps over them: (name, number of lanes)."""

    process: SalesProcess | None
    processes: list[SalesProcess]
    lanes: list[Lane]
    won: Stage | None
    total: Total
    buyer: list[tuple[str, int]]


def board(
    *, rows: QuerySet[Opportunity], on: date, process: int | None = None, team_type: str = "", cards: int = CARDS
) -> Board:
    """The board of a process, by default that of the team type or the company's: a query for sums, one for cards.

    `rows` are the viewer's deals (`selectors.filters.opportunities`), narrowed by whatever was asked.
    """
    stages = stages_with_process()
    known = {stage.process_id: stage.process for stage in stages}
    chosen = _choose(known, process, team_type)
    if chosen is None:
        return Board(None, [], [], None, Total(), [])
    own = [stage for stage in stages if stage.process_id == chosen.pk]
    open_stages = [stage for stage in own if stage.outcome == Stage.Outcome.OPEN]
    totals = by_stage(summary_rows(rows.filter(stage__in=[stage.pk for stage in open_stages]), on))
    lanes = [Lane(stage, totals.get(stage.pk, Total())) for stage in open_stages]
    _deal_out(lanes, rows, on, cards)
    return Board(
        process=chosen,
        processes=list(known.values()),
        lanes=lanes,
        won=next((stage for stage in own if stage.outcome == Stage.Outcome.WON), None),
        total=sum_of(lane.total for lane in lanes),
        buyer=_buyer(open_stages),
    )


def lane_page(*, rows: QuerySet[Opportunity], on: date, stage: Stage, skip: int, size: int = MORE) -> Lane:
    """More cards of one lane, after those already shown: two queries."""
    inside = rows.filter(status=Opportunity.Status.OPEN, stage=stage)
    found = inside.order_by(BY_DATE, "pk").values(*CARD)[skip : skip + size]
    total = by_stage(summary_rows(inside, on)).get(stage.pk, Total())
    return Lane(stage, total, [card_of(row, on) for row in found], skip)


def card_of(row: dict[str, Any], on: date) -> Card:
    """A row of `CARD` with its days in the stage."""
    entered = timezone.localdate(row["entered_stage_at"])
    return Card(row, days_between(entered, on), days_over(entered, row["stage__max_days"], on))


def _choose(known: dict[int, SalesProcess], wanted: int | None, team_type: str) -> SalesProcess | None:
    if wanted is not None and wanted in known:
        return known[wanted]
    own = [process for process in known.values() if process.team_type == team_type]
    return next(iter(own or known.values()), None)


def _deal_out(lanes: list[Lane], rows: QuerySet[Opportunity], on: date, cards: int) -> None:
    """The first cards of every lane in one query: each lane walks its own index and stops after a few rows."""
    full = [lane for lane in lanes if lane.total.count]
    if not full:
        return
    parts, params = [], []
    for lane in full:
        lane_rows = rows.filter(status=Opportunity.Status.OPEN, stage_id=lane.stage.pk)
        part = lane_rows.order_by(BY_DATE, "pk").values("pk")[:cards]
        sql, values = part.query.get_compiler(connection=connection).as_sql()
        parts.append(f"SELECT * FROM ({sql}) AS lane_{lane.stage.pk}")  # noqa: S608 (the ORM's own statement)
        params.extend(values)
    keys = RawSQL(" UNION ALL ".join(parts), params)  # noqa: S611 (composed of the ORM's own statements)
    found = Opportunity.objects.filter(pk__in=keys).order_by(BY_DATE, "pk").values(*CARD)
    by_lane = {lane.stage.pk: lane for lane in full}
    for row in found:
        by_lane[row["stage_id"]].cards.append(card_of(row, on))


def _buyer(stages: list[Stage]) -> list[tuple[str, int]]:
    """Neighbouring stages with the same buyer's step make one span; stages without one make an empty span."""
    spans: list[tuple[str, int]] = []
    for stage in stages:
        label = stage.buyer_label
        if spans and spans[-1][0] == label:
            spans[-1] = (label, spans[-1][1] + 1)
        else:
            spans.append((label, 1))
    return spans
