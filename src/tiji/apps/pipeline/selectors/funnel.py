"""The funnel of a cohort, from the ledger: how many ever reached each stage, how long they took, where it narrows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count, Max, Min, QuerySet

from tiji.apps.pipeline.models import Opportunity, SalesProcess, Stage, StageEvent
from tiji.kernel.pipeline.funnel import bottleneck, conversions, median_of_counts, reached_or_later


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """One stage of a funnel.

    Shape: `reached` counts the cohort's deals that ever stood in this stage or a later one; `conversion` is the share
    of them that went on (None for the last), `days` the median days of those that left it, `now` how many are in it.
    """

    stage: Stage
    reached: int
    conversion: Fraction | None
    days: Fraction | None
    now: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """The funnel of a process for the deals opened within [start, until)."""

    process: SalesProcess
    start: date
    until: date
    stages: list[FunnelStage]
    narrowest: int | None
    opened: int
    won: int
    lost: int

    @property
    def win_rate(self) -> Fraction | None:
        """Won among those decided."""
        decided = self.won + self.lost
        return Fraction(self.won, decided) if decided else None

    @property
    def bottleneck(self) -> FunnelStage | None:
        return None if self.narrowest is None else self.stages[self.narrowest]


def funnel(*, rows: QuerySet[Opportunity], process: SalesProcess, start: date, until: date) -> Funnel:
    """The cohort of a process among the viewer's deals: opened within [start, until). Four queries."""
    stages = list(Stage.objects.filter(process=process, archived_at__isnull=True).order_by("position"))
    ours = rows.filter(process=process).order_by()
    born = StageEvent.objects.filter(cause=StageEvent.Cause.CREATED, on__gte=start, on__lt=until)
    cohort = ours.filter(pk__in=born.values("opportunity_id"))
    events = StageEvent.objects.filter(opportunity__in=cohort.values("pk"))
    tops = (
        events.order_by().values("opportunity_id").annotate(top=Max("to_stage__position")).values_list("top", flat=True)
    )
    reached = reached_or_later([stage.position for stage in stages], tops)
    shares = conversions(reached)
    days = _days(events)
    status = dict(cohort.values_list("status").annotate(n=Count("pk")))
    standing = dict(cohort.filter(status="open").values_list("stage_id").annotate(n=Count("pk")))
    return Funnel(
        process=process,
        start=start,
        until=until,
        stages=[
            FunnelStage(stage, reached[at], shares[at], days.get(stage.pk), standing.get(stage.pk, 0))
            for at, stage in enumerate(stages)
        ],
        narrowest=bottleneck(reached),
        opened=sum(status.values()),
        won=status.get("won", 0),
        lost=status.get("lost", 0),
    )


def _days(events: QuerySet[StageEvent]) -> dict[int, Fraction]:
    """Stage id → median days of those that left it: the database counts each number of days once."""
    left = events.filter(from_stage__isnull=False, from_status="open").order_by()
    counted: dict[int, list[tuple[int, int]]] = {}
    for stage, days, number in left.values_list("from_stage_id", "days_in_stage").annotate(n=Count("pk")):
        counted.setdefault(stage, []).append((days, number))
    medians = {stage: median_of_counts(pairs) for stage, pairs in counted.items()}
    return {stage: median for stage, median in medians.items() if median is not None}


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One of the points at which a team is steered: how many deals stand there, how long the oldest has."""

    stage: Stage
    count: int
    oldest: date | None


def control_points(*, rows: QuerySet[Opportunity], stages: Iterable[Stage]) -> list[ControlPoint]:
    """How many open deals stand in each stage, and since when the oldest. One query."""
    open_deals = rows.filter(status="open").order_by()
    found = {
        stage: (number, oldest)
        for stage, number, oldest in open_deals.values_list("stage_id").annotate(
            n=Count("pk"), oldest=Min("entered_stage_at")
        )
    }
    points = []
    for stage in stages:
        number, oldest = found.get(stage.pk, (0, None))
        points.append(ControlPoint(stage, number, oldest.date() if oldest else None))
    return points
