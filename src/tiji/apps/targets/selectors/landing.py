"""Where a period will end: what is there, what is due, and what the open deals are worth."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from tiji.apps.commerce.models import Instalment, Invoice, Measure, ReceiptApplication
from tiji.apps.organization.models import Assignment
from tiji.apps.organization.selectors.places import units_under
from tiji.apps.pipeline.models import AccountBuying, Opportunity
from tiji.apps.targets.selectors.subjects import Subject
from tiji.kernel.money import Money
from tiji.kernel.periods import Period
from tiji.kernel.targets import (
    DueItem,
    Line,
    LineKind,
    OpenDeal,
    PlannedShare,
    cash_landing,
    gross_profit_landing,
    new_customer_landing,
    signed_landing,
)

EARLY_PERCENT = 10
# How a contract of an open deal would be paid, as long as no plan is written: shares by days after signing.
DEFAULT_PLAN = ((7, Fraction(3, 10)), (55, Fraction(4, 10)), (110, Fraction(2, 10)), (460, Fraction(1, 10)))
COLLECTION_DAYS = 365


@dataclass(frozen=True)
class Outlook:
    """Units: amounts in the plan's currency, or customers. `pipeline` is the plain amount of the deals in it."""

    amount: Decimal
    actual: Decimal
    early: Decimal
    pipeline: Decimal
    lines: tuple[Line[Any], ...]


def outlook_of(
    subject: Subject,
    measure: str,
    period: Period,
    actual: Decimal,
    *,
    as_of: date,
    currency: str,
    people: list[int] | None = None,
) -> Outlook:
    """The landing of a subject's period, line by line; a period that is over has landed where it is.

    `people` are those of `people_of`, where they are known already.
    """
    if as_of >= period.end:
        people = []
    elif people is None:
        people = people_of(subject, as_of)
    rows = _open_deals(people, currency)
    if measure == Measure.NEW_CUSTOMERS:
        deals = _with_history(rows, period)
        count = new_customer_landing(actual, deals, period)
        return Outlook(count.amount, count.actual, count.early, Decimal(0), count.lines)
    so_far = Money(actual, currency)
    if measure == Measure.CASH:
        deals = [_planned(row) for row in rows]
        landing = cash_landing(so_far, _due_items(people, period, as_of, currency), deals, period)
    elif measure == Measure.GROSS_PROFIT:
        deals = [_deal(row) for row in rows]
        landing = gross_profit_landing(so_far, deals, period)
    else:
        deals = [_deal(row) for row in rows]
        landing = signed_landing(so_far, deals, period)
    pipeline = sum(
        (row["amount"] for row in rows if row["expected_on"] and period.contains(row["expected_on"]) and row["amount"]),
        Decimal(0),
    )
    return Outlook(landing.amount.amount, landing.actual.amount, landing.early.amount, pipeline, landing.lines)


def people_of(subject: Subject, on: date) -> list[int]:
    """Whose open business counts: the person, or whoever sits below the unit today."""
    if not subject.is_unit:
        return [subject.person_id or 0]
    units = units_under(subject.unit_id or 0, on)
    rows = Assignment.objects.on(on).filter(position__unit_id__in=units)
    return list(rows.values_list("person_id", flat=True).distinct())


def _open_deals(people: list[int], currency: str) -> list[dict[str, Any]]:
    rows: Any = Opportunity.objects.filter(
        owner_id__in=people, status=Opportunity.Status.OPEN, archived_at__isnull=True, currency=currency
    )
    return list(
        rows.order_by("expected_on", "pk").values(
            "pk", "amount", "gross_profit", "currency", "percent", "expected_on", "account_id"
        )
    )


def _deal(row: dict[str, Any], **more: Any) -> OpenDeal:
    def money(amount: Decimal | None) -> Money | None:
        return None if amount is None else Money(amount, row["currency"])

    return OpenDeal(
        key=str(row["pk"]),
        amount=money(row["amount"]),
        percent=Decimal(row["percent"]) / 100,
        expected_on=row["expected_on"],
        gross_profit=money(row["gross_profit"]),
        is_early=row["percent"] < EARLY_PERCENT,
        **more,
    )


def _planned(row: dict[str, Any]) -> OpenDeal:
    signing = row["expected_on"]
    plan = [PlannedShare(signing + timedelta(days=days), share) for days, share in DEFAULT_PLAN] if signing else []
    return _deal(row, plan=plan)


def _with_history(rows: list[dict[str, Any]], period: Period) -> list[OpenDeal]:
    known = set(
        AccountBuying.objects.filter(
            account_id__in={row["account_id"] for row in rows if row["account_id"]}
        ).values_list("account_id", flat=True)
    )
    return [_deal(row, has_orders=row["account_id"] in known) for row in rows]


def _due_items(people: list[int], period: Period, as_of: date, currency: str) -> list[DueItem]:
    """Open invoices due in the period, and instalments due in it that are not billed yet."""
    invoices = list(
        Invoice.objects.open()
        .filter(
            owner_id__in=people,
            currency=currency,
            due_on__gte=period.start,
            due_on__lt=period.end,
            archived_at__isnull=True,
        )
        .values_list("pk", "account_id", "balance", "due_on")
    )
    instalments = list(
        Instalment.objects.filter(
            contract__owner_id__in=people,
            contract__status="signed",
            contract__currency=currency,
            due_on__gte=period.start,
            due_on__lt=period.end,
            invoices__isnull=True,
        ).values_list("pk", "contract__account_id", "amount", "due_on")
    )
    rates = collection_rates({row[1] for row in [*invoices, *instalments]}, as_of)
    items = []
    for kind, rows in ((LineKind.INVOICE, invoices), (LineKind.INSTALMENT, instalments)):
        for pk, account, amount, due in rows:
            items.append(DueItem(str(pk), kind, Money(amount, currency), due, rates.get(account, Fraction(1))))
    return items


def collection_rates(accounts: set[int], as_of: date) -> dict[int, Fraction]:
    """Account id → paid of what fell due in the last year; 1 for a customer without a bill that fell due."""
    since = as_of - timedelta(days=COLLECTION_DAYS)
    due = dict(
        Invoice.objects.filter(account_id__in=accounts, due_on__gte=since, due_on__lte=as_of)
        .values_list("account_id")
        .order_by()
        .annotate(total=Sum("amount"))
    )
    paid = dict(
        ReceiptApplication.objects.filter(
            invoice__account_id__in=accounts,
            invoice__due_on__gte=since,
            invoice__due_on__lte=as_of,
            applied_on__lte=as_of,
        )
        .values_list("invoice__account_id")
        .order_by()
        .annotate(total=Sum("amount"))
    )
    return {
        account: min(Fraction(1), Fraction(paid.get(account, 0)) / Fraction(total))
        for account, total in due.items()
        if total
    }
