"""The manager's cockpit: ring with pace, cumulative curve, forecast by category, key figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce, NullIf

from tiji.apps.commerce.models import Measure
from tiji.apps.insights.selectors.frames import Frame
from tiji.apps.organization.selectors.company import first_moment
from tiji.apps.pipeline.models import Activity, ForecastCategory, Opportunity
from tiji.apps.targets.selectors.actuals import actuals_by_day, actuals_by_measure_and_day
from tiji.apps.targets.selectors.attainment import Forecast, Standing, forecast, standings_by_measure
from tiji.apps.targets.selectors.landing import people_of
from tiji.kernel.periods import Period, add_months

SPARK_POINTS = 8
MEASURES = (Measure.SIGNED, Measure.CASH, Measure.GROSS_PROFIT, Measure.NEW_CUSTOMERS)
Status = Opportunity.Status


@dataclass(frozen=True)
class CategoryRow:
    """Open deals of one forecast category that are expected in the period."""

    category: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Curve:
    """The cumulative curve by calendar day of the period; `actual` ends today. `last_year` is None without any."""

    days: list[date]
    actual: list[Decimal | None]
    ideal: list[Decimal] | None
    last_year: list[Decimal] | None
    low: list[Decimal | None]
    high: list[Decimal | None]


@dataclass(frozen=True)
class Kpi:
    """One figure of the strip, with its pace gap and a line of the last weeks."""

    key: str
    standing: Standing | None
    value: Decimal
    spark: list[Decimal]


@dataclass(frozen=True)
class Cockpit:
    """Everything above the fold."""

    frame: Frame
    forecast: Forecast
    categories: dict[str, CategoryRow]
    won_count: int
    curve: Curve
    kpis: list[Kpi]
    visits: int
    visits_before: int

    @property
    def committed(self) -> Decimal:
        """What is signed and what was committed."""
        return self.forecast.standing.attainment.actual + self._amount(ForecastCategory.COMMIT)

    @property
    def reachable(self) -> Decimal:
        """And the best case on top."""
        return self.committed + self._amount(ForecastCategory.BEST_CASE)

    def _amount(self, category: str) -> Decimal:
        row = self.categories.get(category)
        return row.amount if row else Decimal(0)

    def share(self, amount: Decimal) -> Fraction | None:
        """An amount as a share of the target."""
        target = self.forecast.standing.attainment.target
        return Fraction(amount) / Fraction(target) if target else None


def cockpit(frame: Frame) -> Cockpit:
    """The cockpit of a frame."""
    people = people_of(frame.subject, frame.on)
    about: dict[str, Any] = {"as_of": frame.on, "calendar": frame.calendar, "currency": frame.currency}
    standing = standings_by_measure(frame.subject, MEASURES, frame.period, **about)
    found = forecast(
        frame.subject, Measure.SIGNED, frame.period, found=standing[Measure.SIGNED], people=people, **about
    )
    categories, won = _deals(people, frame.period, frame.currency)
    commit = categories.get(ForecastCategory.COMMIT)
    best = categories.get(ForecastCategory.BEST_CASE)
    low = found.standing.attainment.actual + (commit.amount if commit else Decimal(0))
    by_day = actuals_by_day(
        frame.subject, Measure.SIGNED, _year_before(frame.period).start, frame.period.end, frame.currency
    )
    now, then = (frame.period.start, frame.on + timedelta(days=1)), _same_span_before(frame)
    visits, before = _visits(frame, people, now, then)
    return Cockpit(
        frame=frame,
        forecast=found,
        categories=categories,
        won_count=won,
        curve=_curve(frame, found, by_day, low, low + (best.amount if best else Decimal(0))),
        kpis=_kpis(standing, _sparks(frame)),
        visits=visits,
        visits_before=before,
    )


def _deals(people: Iterable[int], period: Period, currency: str) -> tuple[dict[str, CategoryRow], int]:
    """Open deals expected in the period by forecast category, and how many were won in it; one query, two indexes."""
    deals = Opportunity.objects.filter(owner_id__in=list(people)).order_by()
    called = Coalesce(NullIf("forecast_category", Value("")), "stage__forecast_category")
    expected = deals.filter(status=Status.OPEN, archived_at__isnull=True, currency=currency)
    expected = expected.filter(expected_on__gte=period.start, expected_on__lt=period.end).annotate(called=called)
    won = deals.filter(status=Status.WON, closed_on__gte=period.start, closed_on__lt=period.end)
    sums = {"n": Count("pk"), "total": Sum("amount")}
    open_rows = expected.values_list("status", "called").annotate(**sums)
    won_rows = won.annotate(called=Value("")).values_list("status", "called").annotate(**sums)
    categories, count = dict[str, CategoryRow](), 0
    for status, category, number, total in open_rows.union(won_rows, all=True):
        if status == Status.WON:
            count = number
        else:
            categories[category] = CategoryRow(category, number, total or Decimal(0))
    return categories, count


def _visits(frame: Frame, people: Iterable[int], *spans: tuple[date, date]) -> list[int]:
    """How many visits and meetings there were in each span; one query."""
    kinds = (Activity.Kind.VISIT, Activity.Kind.MEETING)
    rows = Activity.objects.filter(owner_id__in=list(people), kind__in=kinds, archived_at__isnull=True)
    within = [
        Q(done_at__gte=first_moment(start, frame.company), done_at__lt=first_moment(end, frame.company))
        for start, end in spans
    ]
    counts = {f"span{at}": Count("pk", filter=span) for at, span in enumerate(within)}
    return list(rows.filter(reduce(or_, within)).aggregate(**counts).values())


def _year_before(period: Period) -> Period:
    start = add_months(period.start, -12)
    return Period(start, add_months(period.end, -12), period.kind, period.year - 1, period.number)


def _same_span_before(frame: Frame) -> tuple[date, date]:
    before = frame.fiscal.previous(frame.period)
    length = min(frame.on - frame.period.start, before.end - before.start)
    return before.start, before.start + length + timedelta(days=1)


def _curve(frame: Frame, found: Forecast, by_day: dict[date, Decimal], low: Decimal, high: Decimal) -> Curve:
    period, target = frame.period, found.standing.attainment.target
    days = [period.start + timedelta(days=index) for index in range((period.end - period.start).days)]
    actual = _cumulative(by_day, days, until=frame.on)
    before = _year_before(period)
    shift = [min(before.start + (day - period.start), before.last_day) for day in days]
    last_year = _cumulative(by_day, shift, until=before.last_day)
    total = frame.calendar.workdays_between(period.start, period.end) or 1
    ideal = None
    if target is not None:
        ideal = [
            target * frame.calendar.workdays_between(period.start, day + timedelta(days=1)) / total for day in days
        ]
    return Curve(
        days=days,
        actual=actual,
        ideal=ideal,
        last_year=[value or Decimal(0) for value in last_year] if any(last_year) else None,
        low=_fan(actual, days, frame.on, low),
        high=_fan(actual, days, frame.on, high),
    )


def _cumulative(by_day: dict[date, Decimal], days: list[date], *, until: date) -> list[Decimal | None]:
    total, curve = Decimal(0), list[Decimal | None]()
    seen: set[date] = set()
    for day in days:
        if day not in seen:
            total += by_day.get(day, Decimal(0))
            seen.add(day)
        curve.append(total if day <= until else None)
    return curve


def _fan(actual: list[Decimal | None], days: list[date], today: date, end: Decimal) -> list[Decimal | None]:
    """A straight line from today's actual to the end value."""
    if not days or not days[0] <= today < days[-1]:
        return [None] * len(days)
    start = (today - days[0]).days
    begin, left = actual[start] or Decimal(0), len(days) - 1 - start
    return [None if at < start else begin + (end - begin) * (at - start) / left for at in range(len(days))]


def _kpis(standing: dict[str, dict[str, Standing]], sparks: dict[tuple[str, str], list[Decimal]]) -> list[Kpi]:
    shown: dict[str, tuple[str, str]] = {
        "new": (Measure.SIGNED, "new"),
        "existing": (Measure.SIGNED, "existing"),
        **{measure: (measure, "") for measure in MEASURES if measure != Measure.SIGNED},
    }
    return [
        Kpi(key, standing[measure][kind], standing[measure][kind].attainment.actual, sparks.get((measure, kind), []))
        for key, (measure, kind) in shown.items()
    ]


def _sparks(frame: Frame) -> dict[tuple[str, str], list[Decimal]]:
    """What each figure of the strip came to in each of the last weeks; one query."""
    end = frame.on + timedelta(days=1)
    start = end - timedelta(days=7 * SPARK_POINTS)
    found = actuals_by_measure_and_day(frame.subject, MEASURES, start, end, frame.currency)
    return {key: _weeks(by_day, start) for key, by_day in found.items()}


def _weeks(by_day: dict[date, Decimal], start: date) -> list[Decimal]:
    weeks = [Decimal(0)] * SPARK_POINTS
    for day, amount in by_day.items():
        weeks[(day - start).days // 7] += amount
    return weeks
