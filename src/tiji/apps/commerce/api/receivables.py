"""Receivables over REST: the age of what is owed, DSO and what fell due, on any day."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.commerce.api.schemas import Currency, money_of
from tiji.apps.commerce.pages.boards import ReceivablesBoard
from tiji.kernel.money import round_half_away
from tiji.kernel.receivables.ageing import ageing_buckets
from tiji.shared.rest import Amount, ApiRequest, Field, Out, Query, Router, Schema, answer, as_written

ZERO = Decimal(0)
router = Router("commerce", tag="Receivables")


class ReceivablesFilters(Schema):
    as_of: date | None = Field(None, description="The end of this day; today when left out")
    currency: Currency | None = Field(None, description="The company's when left out")


class BucketOut(Out):
    from_days: int | None
    to_days: int | None
    count: int
    amount: Amount


class ReceivablesOut(Out):
    as_of: date
    currency: str
    total: Amount
    overdue: Amount
    overdue_share: Amount | None
    buckets: list[BucketOut]
    dso: Amount | None = Field(description="Days, on what was billed in the days of `dso_days`")
    dso_days: int
    due_this_month: Amount
    collected_of_due: Amount


class TrendOut(Out):
    on: date
    total: Amount
    overdue: Amount
    amounts: list[Amount] = Field(description="By bucket, not due first")


class OwnerAgesOut(Out):
    owner_id: int
    overdue: Amount
    amounts: list[Amount] = Field(description="By overdue bucket, youngest first")


def board_of(request: ApiRequest, filters: ReceivablesFilters) -> ReceivablesBoard:
    currency = money_of(Decimal(0), filters.currency).currency if filters.currency else ""
    asked = {"as_of": filters.as_of.isoformat() if filters.as_of else "", "currency": currency}
    return ReceivablesBoard(request.actor, asked, timezone.localdate())


def as_json(board: ReceivablesBoard) -> dict[str, Any]:
    share, days = board.overdue_share, board.dso
    return {
        "as_of": board.as_of,
        "currency": board.currency,
        "total": as_written(board.total.amount),
        "overdue": as_written(board.overdue.amount),
        "overdue_share": None if share is None else round_half_away(share, 6),
        "buckets": [
            {
                "from_days": one.bucket.from_days,
                "to_days": one.bucket.to_days,
                "count": one.count,
                "amount": as_written(one.amount),
            }
            for one in board.aged
        ],
        "dso": None if days is None else round_half_away(days, 2),
        "dso_days": board.dso_days,
        "due_this_month": as_written(board.due.due.amount),
        "collected_of_due": as_written(board.due.collected.amount),
    }


def trend_json(board: ReceivablesBoard) -> list[dict[str, Any]]:
    return [
        {
            "on": day.on,
            "total": as_written(day.total),
            "overdue": as_written(day.overdue),
            "amounts": [as_written(amount) for amount in day.amounts.values()],
        }
        for day in board.trend
    ]


def owners_json(board: ReceivablesBoard) -> list[dict[str, Any]]:
    names = [str(one) for one in ageing_buckets()[1:]]
    return [
        {
            "owner_id": one.owner_id,
            "overdue": as_written(one.total),
            "amounts": [as_written(one.amounts.get(name, ZERO)) for name in names],
        }
        for one in board.owners
    ]


@router.get("/receivables", response=ReceivablesOut)
def read_receivables(request: ApiRequest, filters: Query[ReceivablesFilters]) -> HttpResponse:
    """What customers owe on a day, by days past due, of the invoices the caller may see."""
    return answer(request, as_json(board_of(request, filters)))


@router.get("/receivables/trend", response=list[TrendOut])
def read_receivables_trend(request: ApiRequest, filters: Query[ReceivablesFilters]) -> HttpResponse:
    """The age of what was owed at the last month ends and on the day."""
    return answer(request, trend_json(board_of(request, filters)))


@router.get("/receivables/owners", response=list[OwnerAgesOut])
def read_receivables_owners(request: ApiRequest, filters: Query[ReceivablesFilters]) -> HttpResponse:
    """The owners with the most overdue on a day, largest first."""
    return answer(request, owners_json(board_of(request, filters)))
