"""What customers owe, by age: counted by the database, in the buckets of the ageing rule, on any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from tiji.apps.commerce.models import CreditNote, Invoice, ReceiptApplication
from tiji.apps.commerce.selectors.sums import ZERO, amount_of, total_of
from tiji.apps.organization.models import User
from tiji.kernel.receivables.ageing import Bucket, ageing_buckets


@dataclass(frozen=True)
class Aged:
    """What stands in one bucket."""

    bucket: Bucket
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Debtor:
    """A customer with something overdue: how much, how many bills, and since when the oldest."""

    account_id: int
    name: str
    owner_id: int
    owner: str
    amount: Decimal
    count: int
    since: date
    days: int


def open_invoices(*, viewer: User, currency: str = "") -> QuerySet[Invoice]:
    """Unpaid invoices the viewer may see, as they stand now; `open_at` is what is open of each."""
    rows: QuerySet[Invoice] = Invoice.objects.visible_to(viewer).open().filter(archived_at__isnull=True)
    rows = rows.annotate(open_at=F("balance"))
    return rows.filter(currency=currency) if currency else rows


def open_on(*, viewer: User, on: date, currency: str = "") -> QuerySet[Invoice]:
    """Invoices unpaid at the end of a day, from the ledgers; `open_at` is what was open of each then.

    What is open now and every movement since are added up, so only what was open then is looked at.
    """
    rows: QuerySet[Invoice] = Invoice.objects.visible_to(viewer).filter(archived_at__isnull=True, issued_on__lte=on)
    later_cash = ReceiptApplication.objects.filter(applied_on__gt=on)
    later_notes = CreditNote.objects.filter(issued_on__gt=on)
    moved = Q(balance__gt=0) | Q(pk__in=later_cash.values("invoice_id")) | Q(pk__in=later_notes.values("invoice_id"))
    rows = rows.filter(moved).annotate(
        open_at=amount_of(F("balance") + total_of(later_cash, "invoice") + total_of(later_notes, "invoice"))
    )
    rows = rows.filter(open_at__gt=ZERO)
    return rows.filter(currency=currency) if currency else rows


def receivables(*, viewer: User, as_of: date, today: date, currency: str = "") -> QuerySet[Invoice]:
    """Open invoices on a day that has passed, or as they stand today; with `open_at`."""
    if as_of >= today:
        return open_invoices(viewer=viewer, currency=currency)
    return open_on(viewer=viewer, on=as_of, currency=currency)


def bucket_case(as_of: date) -> Case:
    """The name of an invoice's bucket on a day, for the database."""
    buckets = ageing_buckets()
    whens = [
        When(due_on__lte=as_of - timedelta(days=bucket.from_days), then=Value(str(bucket)))
        for bucket in reversed(buckets)
        if bucket.from_days is not None
    ]
    return Case(*whens, default=Value(str(buckets[0])), output_field=CharField())


def bucket_q(bucket: Bucket, as_of: date, due_on: str = "due_on") -> Q:
    """The condition on invoices to stand in a bucket on a day."""
    condition = Q()
    if bucket.to_days is not None:
        condition &= Q(**{f"{due_on}__gte": as_of - timedelta(days=bucket.to_days)})
    if bucket.from_days is not None:
        condition &= Q(**{f"{due_on}__lte": as_of - timedelta(days=bucket.from_days)})
    return condition


def bucket_named(name: str) -> Bucket | None:
    """The bucket whose text this is: “not due”, “1-30”, … “91+”."""
    return next((bucket for bucket in ageing_buckets() if str(bucket) == name), None)


def aged(rows: QuerySet[Invoice], as_of: date) -> list[Aged]:
    """Every bucket of the ageing rule with its open invoices (of `open_invoices` or `open_on`), also the empty ones.

    One query.
    """
    found = {
        key: (count, amount)
        for key, count, amount in rows.order_by()
        .annotate(bucket=bucket_case(as_of))
        .values_list("bucket")
        .annotate(n=Count("pk"), total=Sum("open_at"))
    }
    return [Aged(bucket, *found.get(str(bucket), (0, Decimal(0)))) for bucket in ageing_buckets()]


def overdue_share(buckets: Sequence[Aged]) -> Decimal | None:
    """Overdue of all that is open, a share of 1; None when nothing is open."""
    total = sum((one.amount for one in buckets), Decimal(0))
    late = sum((one.amount for one in buckets if one.bucket.is_overdue), Decimal(0))
    return late / total if total else None


def debtors(*, viewer: User, as_of: date, currency: str, limit: int = 5) -> list[Debtor]:
    """Customers with the most overdue, largest first. One query."""
    rows = (
        open_invoices(viewer=viewer, currency=currency)
        .filter(due_on__lt=as_of)
        .order_by()
        .values_list("account_id", "account__short_name", "account__name")
        .annotate(
            total=Sum("balance"), n=Count("pk"), since=Min("due_on"), who=Max("owner_id"), name=Max("owner__name")
        )
        .order_by("-total", "account_id")[:limit]
    )
    return [
        Debtor(account, short or full, who, name, total, count, since, (as_of - since).days)
        for account, short, full, total, count, since, who, name in rows
    ]


def overdue_count(*, viewer: User, on: date) -> int:
    """How many of the invoices he sees are overdue."""
    count: int = open_invoices(viewer=viewer).filter(due_on__lt=on).order_by().count()
    return count
