"""Receivables over REST: the age of what is owed, DSO and what fell due, on any day."""

from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.commerce.api.schemas import Currency, money_of
from tiji.apps.commerce.boards import ReceivablesBoard
from tiji.kernel.money import round_half_away
from tiji.shared.rest import Amount, ApiRequest, Field, Out, Query, Router, Schema, answer

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


@router.get("/receivables", response=ReceivablesOut)
def read_receivables(request: ApiRequest, filters: Query[ReceivablesFilters]) -> HttpResponse:
    """What customers owe on a day, by days past due, of the invoices the caller may see."""
    currency = money_of(Decimal(0), filters.currency).currency if filters.currency else ""
    asked = {"as_of": filters.as_of.isoformat() if filters.as_of else "", "currency": currency}
    board = ReceivablesBoard(request.actor, asked, timezone.localdate())
    buckets = [
        {
            "from_days": one.bucket.from_days,
            "to_days": one.bucket.to_days,
            "count": one.count,
            "amount": one.amount,
        }
        for one in board.aged
    ]
    share, dso = board.overdue_share, board.dso
    body = {
        "as_of": board.as_of,
        "currency": board.currency,
        "total": board.total.amount,
        "overdue": board.overdue.amount,
        "overdue_share": None if share is None else round_half_away(share, 6),
        "buckets": buckets,
        "dso": None if dso is None else round_half_away(dso, 2),
        "dso_days": board.dso_days,
        "due_this_month": board.due.due.amount,
        "collected_of_due": board.due.collected.amount,
    }
    return answer(request, body)
