"""How deals are narrowed: one meaning of each filter for list, board, funnel, export and API."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from tiji.apps.customers.models import Account
from tiji.apps.customers.models.search import found_by
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.selectors.places import units_under
from tiji.apps.pipeline.models import ForecastCategory, Opportunity, OpportunityLine

Rows = QuerySet[Opportunity]
Status = Opportunity.Status
# Sorting: what is still open stands before what is closed.
OPEN_FIRST = Case(When(status=Status.OPEN, then=Value(0)), default=Value(1))


@dataclass(frozen=True, slots=True)
class DealFilters:
    """What may be asked; empty means any. Days are included on both ends."""

    q: str = ""
    owner: int | None = None
    unit: int | None = None
    account: int | None = None
    process: int | None = None
    stage: Sequence[int] = ()
    status: Sequence[str] = ()
    category: Sequence[str] = ()
    line: int | None = None
    source: str = ""
    expected_from: date | None = None
    expected_to: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    stalled: bool = False
    slipped: bool = False
    no_next_step: bool = False


def opportunities(*, viewer: User, on: date, filters: DealFilters | None = None) -> Rows:
    """The deals the viewer may see, narrowed; `on` says which day is today for stalled deals and units."""
    rows: Rows = Opportunity.objects.visible_to(viewer).live()
    return narrow(rows, filters, on) if filters else rows


def narrow(rows: Rows, asked: DealFilters, on: date) -> Rows:
    """Rows that meet every filter asked."""
    same = {
        "owner_id": asked.owner,
        "account_id": asked.account,
        "process_id": asked.process,
        "source": asked.source or None,
        "expected_on__gte": asked.expected_from,
        "expected_on__lte": asked.expected_to,
        "amount__gte": asked.amount_from,
        "amount__lte": asked.amount_to,
        "stage_id__in": list(asked.stage) or None,
        "status__in": list(asked.status) or None,
    }
    rows = rows.filter(**{path: value for path, value in same.items() if value is not None})
    if asked.q:
        rows = search(rows, asked.q)
    if asked.unit:
        rows = in_unit(rows, asked.unit, on)
    if asked.category:
        rows = in_category(rows, asked.category)
    if asked.line:
        rows = with_line(rows, [asked.line])
    return _flags(rows, asked, on)


def _flags(rows: Rows, asked: DealFilters, on: date) -> Rows:
    if asked.stalled:
        rows = stalled(rows, on)
    if asked.slipped:
        rows = slipped(rows)
    return without_next_step(rows) if asked.no_next_step else rows


def search(rows: Rows, text: str) -> Rows:
    """Deals found by subject, pinyin or number, or by their customer."""
    accounts: Any = Account.objects.filter(found_by(Account, text)).values("pk")
    return rows.filter(found_by(Opportunity, text) | Q(account_id__in=accounts))


def in_unit(rows: Rows, unit: int, on: date) -> Rows:
    """Deals of the unit and everything below it."""
    return rows.filter(among("unit_id", units_under(unit, on)))


def in_category(rows: Rows, categories: Iterable[str]) -> Rows:
    """Deals counted in one of the forecast categories: as chosen, else as their stage, else as they ended."""
    wanted = set(categories)
    chosen = Q(forecast_category__in=wanted) | Q(forecast_category="", stage__forecast_category__in=wanted)
    condition = Q(status=Status.OPEN) & chosen
    if ForecastCategory.CLOSED in wanted:
        condition |= Q(status=Status.WON)
    if ForecastCategory.OMITTED in wanted:
        condition |= Q(status__in=(Status.LOST, Status.PAUSED))
    return rows.filter(condition)


def with_line(rows: Rows, lines: Iterable[Any]) -> Rows:
    """Deals with a product of one of these lines."""
    having = OpportunityLine.objects.filter(product__line_id__in=list(lines)).values("opportunity_id")
    return rows.filter(pk__in=having)


def stalled(rows: Rows, on: date) -> Rows:
    """Open deals that are in their stage for longer than it allows."""
    return rows.filter(status=Status.OPEN, stalls_on__lte=on)


def slipped(rows: Rows, times: int = 2) -> Rows:
    """Open deals put off at least so often: two slips call for a review."""
    return rows.filter(status=Status.OPEN, slips__gte=times)


def without_next_step(rows: Rows) -> Rows:
    """Open deals of which nobody said what happens next."""
    return rows.filter(status=Status.OPEN, next_step="")
