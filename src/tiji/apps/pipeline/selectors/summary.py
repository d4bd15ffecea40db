"""Sums over deals for boards, cockpits and landings: each in one query, grouped by the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When

from tiji.apps.organization.models import User
from tiji.apps.pipeline.models import COMPLETE, Opportunity
from tiji.apps.pipeline.selectors.filters import DealFilters, narrow, opportunities, slipped, stalled
from tiji.kernel.money import Money, round_half_away

Status = Opportunity.Status


@dataclass(slots=True)
class Total:
    """Deals counted together.

    Shape: `amounts` and `stalled_amounts` by currency; `weighted` is the sum of each percent's amounts times it,
    rounded once a currency, as docs/kernel/stage-moves.md says.
    """

    count: int = 0
    stalled: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    stalled_amounts: dict[str, Decimal] = field(default_factory=dict)
    hundredths: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: "Total") -> None:
        """Count another total in."""
        self.count += other.count
        self.stalled += other.stalled
        for mine, theirs in (
            (self.amounts, other.amounts),
            (self.stalled_amounts, other.stalled_amounts),
            (self.hundredths, other.hundredths),
        ):
            for currency, amount in theirs.items():
                mine[currency] = mine.get(currency, Decimal(0)) + amount

    def amount(self, currency: str) -> Money:
        """The sum of amounts in one currency."""
        return Money(self.amounts.get(currency, Decimal(0)), currency)

    def stalled_amount(self, currency: str) -> Money:
        """The amounts of stalled deals."""
        return Money(self.stalled_amounts.get(currency, Decimal(0)), currency)

    def weighted(self, currency: str) -> Money:
        """The weighted sum, rounded once."""
        return Money(self.hundredths.get(currency, Decimal(0)) / 100, currency).rounded()


class StageRow(NamedTuple):
    """One group of the summary as the database gives it."""

    stage_id: int
    percent: int
    currency: str
    count: int  # type: ignore[assignment]  # no one counts in a row
    amount: Decimal | None
    stalled: int
    stalled_amount: Decimal | None


def summary_rows(rows: QuerySet[Opportunity], on: date) -> list[StageRow]:
    """Open deals by stage, percent and currency: one query that an index answers alone."""
    late = Q(stalls_on__lte=on)
    grouped = (
        rows.filter(status=Status.OPEN)
        .order_by()
        .values("stage_id", "percent", "currency")
        .annotate(
            n=Count("pk"),
            total=Sum("amount"),
            late=Count("pk", filter=late),
            late_total=Sum("amount", filter=late),
        )
    )
    names = ("stage_id", "percent", "currency", "n", "total", "late", "late_total")
    return [StageRow(*row) for row in grouped.values_list(*names)]


def by_stage(rows: Iterable[StageRow]) -> dict[int, Total]:
    """Stage id → what is in it."""
    totals: dict[int, Total] = {}
    for row in rows:
        amount = row.amount or Decimal(0)
        part = Total(
            row.count,
            row.stalled,
            {row.currency: amount},
            {row.currency: row.stalled_amount or Decimal(0)},
            {row.currency: amount * row.percent},
        )
        totals.setdefault(row.stage_id, Total()).add(part)
    return totals


def sum_of(totals: Iterable[Total]) -> Total:
    """All of them together."""
    whole = Total()
    for total in totals:
        whole.add(total)
    return whole


def pipeline_summary(*, viewer: User, on: date, filters: DealFilters | None = None) -> dict[int, Total]:
    """Stage id → count, amounts, weighted amounts and stalled deals among the open ones the viewer sees."""
    return by_stage(summary_rows(opportunities(viewer=viewer, on=on, filters=filters), on))


class LandingDeal(NamedTuple):
    """An open deal as the landing counts it: amount × percent on its expected day."""

    id: int
    owner_id: int
    unit_id: int | None
    account_id: int | None
    amount: Decimal
    gross_profit: Decimal | None
    currency: str
    percent: int
    expected_on: date
    category: str
    created_at: Any


def open_deals_for_landing(
    *,
    viewer: User,
    start: date,
    until: date,
    owners: Iterable[int] | None = None,
    units: Iterable[int] | None = None,
    currency: str = "",
) -> list[LandingDeal]:
    """Open deals with an amount that are expected within [start, until), of these owners or units if given.

    The kind of business of each is `kinds_of_accounts` (selectors.kinds) on its account.
    """
    rows = Opportunity.objects.visible_to(viewer).live().open()
    rows = rows.filter(expected_on__gte=start, expected_on__lt=until, amount__isnull=False)
    if owners is not None:
        rows = rows.filter(owner_id__in=list(owners))
    if units is not None:
        rows = rows.filter(unit_id__in=list(units))
    if currency:
        rows = rows.filter(currency=currency)
    category = Case(When(forecast_category="", then=F("stage__forecast_category")), default=F("forecast_category"))
    found: Any = rows.order_by("expected_on", "pk").annotate(category=category).values_list(*LandingDeal._fields)
    return [LandingDeal(*row) for row in found]


def stalled_deals(*, viewer: User, on: date, limit: int = 10) -> list[Opportunity]:
    """The largest deals that are in their stage for too long."""
    return _largest(stalled(opportunities(viewer=viewer, on=on), on), limit)


def slipped_deals(*, viewer: User, on: date, times: int = 2, limit: int = 10) -> list[Opportunity]:
    """The largest open deals that were put off at least so often."""
    return _largest(slipped(opportunities(viewer=viewer, on=on), times), limit)


def deals_without_next_step(*, viewer: User, on: date) -> int:
    """How many open deals nobody has a plan for."""
    rows = opportunities(viewer=viewer, on=on, filters=DealFilters(no_next_step=True))
    return int(rows.order_by().count())


def coverage(pipeline: Money, gap: Money) -> Fraction | None:
    """The open pipeline as a multiple of the remaining gap; None when nothing remains. Raises: CurrencyMismatch."""
    return pipeline.ratio_to(gap) if gap.is_positive else None


class Health(NamedTuple):
    """How complete the open deals are: those with customer, amount, date and next step."""

    open: int
    complete: int
    without_next_step: int

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.complete, self.open) if self.open else None


def data_health(rows: QuerySet[Opportunity]) -> Health:
    """How complete the open deals among these are: one query of three counts, each from an index of its own."""
    opened = rows.filter(status=Status.OPEN).order_by()
    parts = [opened, opened.filter(COMPLETE), opened.filter(next_step="")]
    counts = [
        part.annotate(part=Value(at)).values_list("part").annotate(n=Count("pk")) for at, part in enumerate(parts)
    ]
    found = dict(counts[0].union(*counts[1:], all=True))
    return Health(*(found.get(at, 0) for at in range(len(parts))))


def percentage(part: Decimal, whole: Decimal) -> Decimal | None:
    """A share in percent with one decimal, for sentences."""
    return round_half_away(Fraction(part) / Fraction(whole) * 100, 1) if whole else None


def _largest(rows: QuerySet[Opportunity], limit: int) -> list[Opportunity]:
    found = rows.select_related("account", "owner", "stage")
    return list(found.order_by(F("amount").desc(nulls_last=True), "pk")[:limit])


__all__ = [
    "DealFilters",
    "Health",
    "LandingDeal",
    "StageRow",
    "Total",
    "by_stage",
    "coverage",
    "data_health",
    "deals_without_next_step",
    "narrow",
    "open_deals_for_landing",
    "percentage",
    "pipeline_summary",
    "slipped_deals",
    "stalled_deals",
    "sum_of",
    "summary_rows",
]
