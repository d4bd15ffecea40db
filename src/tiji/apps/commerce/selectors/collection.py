"""How fast money comes in: DSO, what fell due and what came of it, the age of receivables at month ends.

Rules: docs/kernel/dso.md and docs/kernel/ageing.md, as `tiji.kernel.receivables` has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, Q, Sum, Window
from django.db.models.functions import RowNumber

from tiji.apps.commerce.models import CreditNote, Invoice, ReceiptApplication
from tiji.apps.commerce.selectors.receivables import bucket_case, bucket_q
from tiji.apps.commerce.selectors.sums import amount_of, total_of
from tiji.apps.organization.models import User
from tiji.kernel.money import Money
from tiji.kernel.periods import add_months
from tiji.kernel.receivables import collection_rate, days_sales_outstanding
from tiji.kernel.receivables.ageing import Bucket, ageing_buckets

DSO_DAYS = 90


@dataclass(frozen=True, slots=True)
class DueInMonth:
    """What fell or falls due in a calendar month, less credit notes, and what of it was received by the day asked."""

    start: date
    due: Money
    collected: Money

    @property
    def rate(self) -> Fraction | None:
        """Collected of due, a share of 1; None if nothing is due."""
        return collection_rate(self.collected, self.due)


@dataclass(frozen=True, slots=True)
class AgedOn:
    """The receivables of one day by bucket."""

    on: date
    amounts: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))

    @property
    def overdue(self) -> Decimal:
        late = (amount for name, amount in self.amounts.items() if name != str(ageing_buckets()[0]))
        return sum(late, Decimal(0))

    @property
    def overdue_share(self) -> Decimal | None:
        return self.overdue / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class OwnerAges:
    """What is overdue at one owner's customers, by bucket."""

    owner_id: int
    name: str
    amounts: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))


def _seen(viewer: User, currency: str) -> Any:
    return Invoice.objects.visible_to(viewer).filter(currency=currency, archived_at__isnull=True)


def sales(*, viewer: User, as_of: date, currency: str, days: int = DSO_DAYS) -> Money:
    """Billed less credited in the `days` up to and including the day. Two queries."""
    window = (as_of - timedelta(days=days - 1), as_of)
    billed = _seen(viewer, currency).filter(issued_on__range=window).aggregate(total=Sum("amount"))["total"]
    notes = CreditNote.objects.visible_to(viewer).filter(currency=currency, issued_on__range=window)
    credited = notes.aggregate(total=Sum("amount"))["total"]
    return Money((billed or Decimal(0)) - (credited or Decimal(0)), currency)


def dso(*, viewer: User, as_of: date, receivables: Money, days: int = DSO_DAYS) -> Fraction | None:
    """Days' sales outstanding on a day: receivables ÷ sales of the last `days` × `days`; None without sales."""
    sold = sales(viewer=viewer, as_of=as_of, currency=receivables.currency, days=days)
    return days_sales_outstanding(receivables, sold, days)


def due_in_month(*, viewer: User, as_of: date, currency: str) -> DueInMonth:
    """What is due in the month of the day. One query."""
    start = as_of.replace(day=1)
    rows = _seen(viewer, currency).filter(due_on__gte=start, due_on__lt=add_months(start, 1), issued_on__lte=as_of)
    found = rows.annotate(
        paid=total_of(ReceiptApplication.objects.filter(applied_on__lte=as_of), "invoice"),
        credited=total_of(CreditNote.objects.filter(issued_on__lte=as_of), "invoice"),
    ).aggregate(due=Sum(amount_of(F("amount") - F("credited"))), collected=Sum("paid"))
    return DueInMonth(
        start, Money(found["due"] or Decimal(0), currency), Money(found["collected"] or Decimal(0), currency)
    )


def month_ends(as_of: date, months: int = 8) -> list[date]:
    """The last days of the months before, and the day itself."""
    start = as_of.replace(day=1)
    ends = [add_months(start, -back) - timedelta(days=1) for back in range(months - 2, -1, -1)]
    return [*ends, as_of]


def ageing_trend(*, viewer: User, days: Sequence[date], currency: str) -> list[AgedOn]:
    """The receivables of each day by bucket. Three queries, however many days.

    What is open now stands in the bucket it had on each day, and so does every movement after that day.
    """
    sums: dict[str, Decimal] = {}
    invoices = _seen(viewer, currency)
    movements = {"currency": currency, "invoice__in": invoices.order_by().values("pk")}
    parts: list[tuple[Any, str, str, str]] = [
        (invoices.filter(balance__gt=0), "balance", "", ""),
        (ReceiptApplication.objects.filter(applied_on__gt=days[0], **movements), "amount", "applied_on", "invoice__"),
        (CreditNote.objects.filter(issued_on__gt=days[0], **movements), "amount", "issued_on", "invoice__"),
    ]
    for rows, amount, moved_on, path in parts:
        found = rows.order_by().aggregate(**_conditional(days, amount, moved_on, path))
        for key, total in found.items():
            sums[key] = sums.get(key, Decimal(0)) + (total or Decimal(0))
    buckets = ageing_buckets()
    return [
        AgedOn(on, {str(bucket): sums[f"d{at}_{slot}"] for slot, bucket in enumerate(buckets)})
        for at, on in enumerate(days)
    ]


def _conditional(days: Sequence[date], amount: str, moved_on: str, path: str) -> dict[str, Sum]:
    """One sum for each day and bucket: of invoices issued by then, and of movements after it."""
    sums = {}
    for at, on in enumerate(days):
        issued = Q(**{f"{path}issued_on__lte": on})
        if moved_on:
            issued &= Q(**{f"{moved_on}__gt": on})
        for slot, bucket in enumerate(ageing_buckets()):
            sums[f"d{at}_{slot}"] = Sum(amount, filter=issued & bucket_q(bucket, on, f"{path}due_on"))
    return sums


def owner_ages(rows: Any, as_of: date, limit: int = 8) -> list[OwnerAges]:
    """The owners with the most overdue, each by bucket, largest first. One query."""
    late = rows.filter(due_on__lt=as_of).order_by().annotate(bucket=bucket_case(as_of))
    found: dict[int, OwnerAges] = {}
    grouped = late.values_list("owner_id", "owner__name", "bucket").annotate(total=Sum("open_at"))
    for owner, name, bucket, total in grouped:
        found.setdefault(owner, OwnerAges(owner, name, {})).amounts[bucket] = total
    return sorted(found.values(), key=lambda one: (-one.total, one.owner_id))[:limit]


CARD = ("id", "number", "account_id", "account__name", "account__short_name", "owner_id", "owner__name", "due_on")


def lane_cards(rows: Any, as_of: date, limit: int = 4) -> dict[str, list[dict[str, Any]]]:
    """The largest open invoices of each bucket, by its name. One query."""
    place = Window(RowNumber(), partition_by=F("bucket"), order_by=[F("open_at").desc(), F("id").asc()])
    ranked = rows.order_by().annotate(bucket=bucket_case(as_of)).annotate(place=place).filter(place__lte=limit)
    lanes: dict[str, list[dict[str, Any]]] = {}
    for card in ranked.order_by("bucket", "place").values(*CARD, "open_at", "bucket"):
        lanes.setdefault(card["bucket"], []).append(card)
    return lanes


def more_cards(rows: Any, bucket: Bucket, as_of: date, skip: int, limit: int) -> list[dict[str, Any]]:
    """The next invoices of one bucket, in the order of its lane. One query."""
    found = rows.filter(bucket_q(bucket, as_of)).order_by("-open_at", "id").values(*CARD, "open_at")
    return list(found[skip : skip + limit])
