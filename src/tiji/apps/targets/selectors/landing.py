"""Where a period will end: what is there, what is due, and what the open deals are worth."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, Sum

from tiji.apps.commerce.models import Instalment, Invoice, Measure, ReceiptApplication
from tiji.apps.organization.models import Assignment
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.selectors.places import units_under
from tiji.apps.pipeline.models import AccountBuying, Opportunity
from tiji.apps.targets.selectors.subjects import Subject
from tiji.kernel.money import Money
from tiji.kernel.periods import Period
from tiji.kernel.targets import (
    DueItem,
    Landing,
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


@dataclass(frozen=True)
class OutlookRows:
    """What a landing is worked out from, each with its owner: open deals, and what falls due.

    Shape: `known` are the customers who have signed before, read only where they are asked for.
    """

    deals: list[dict[str, Any]]
    due: list[tuple[int, DueItem]]
    known: frozenset[int]

    def of(self, people: Collection[int]) -> "OutlookRows":
        """Those of some of the owners."""
        deals = [row for row in self.deals if row["owner_id"] in people]
        return OutlookRows(deals, [one for one in self.due if one[0] in people], self.known)


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
    rows = outlook_rows(people, measure, period, as_of=as_of, currency=currency)
    landing = landing_of(rows, measure, period, actual, currency)
    pipeline = Decimal(0) if measure == Measure.NEW_CUSTOMERS else _pipeline(rows.deals, period)
    return Outlook(plain(landing.amount), plain(landing.actual), plain(landing.early), pipeline, landing.lines)


def outlook_rows(
    people: list[int], measure: str, period: Period, *, as_of: date, currency: str, with_history: bool = False
) -> OutlookRows:
    """The open business of people, read at once for however many there are."""
    deals = _open_deals(people, currency)
    with_history = with_history or measure == Measure.NEW_CUSTOMERS
    due = _due_items(people, period, as_of, currency) if measure == Measure.CASH else []
    return OutlookRows(deals, due, _buyers(deals) if with_history else frozenset())


def landing_of(rows: OutlookRows, measure: str, period: Period, actual: Decimal, currency: str) -> Landing[Any]:
    """Where a period ends: what is there, what falls due and what the open deals are worth, line by line."""
    if measure == Measure.NEW_CUSTOMERS:
        deals = [_deal(row, has_orders=row["account_id"] in rows.known) for row in rows.deals]
        return new_customer_landing(actual, deals, period)
    so_far = Money(actual, currency)
    if measure == Measure.CASH:
        planned = [_planned(row) for row in rows.deals]
        return cash_landing(so_far, [item for _, item in rows.due], planned, period)
    deals = [_deal(row) for row in rows.deals]
    if measure == Measure.GROSS_PROFIT:
        return gross_profit_landing(so_far, deals, period)
    return signed_landing(so_far, deals, period)


def plain(value: Any) -> Decimal:
    """A landing's amount without its currency."""
    return value.amount if isinstance(value, Money) else value


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
            "pk",
            "owner_id",
            "amount",
            "gross_profit",
            "currency",
            "percent",
            "expected_on",
            "account_id",
            "forecast_category",
            of_stage=F("stage__forecast_category"),
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


def _pipeline(deals: list[dict[str, Any]], period: Period) -> Decimal:
    expected = (row for row in deals if row["expected_on"] and period.contains(row["expected_on"]))
    return sum((row["amount"] for row in expected if row["amount"]), Decimal(0))


def _buyers(deals: list[dict[str, Any]]) -> frozenset[int]:
    """The customers of these deals who have signed before."""
    accounts = {row["account_id"] for row in deals if row["account_id"]}
    return frozenset(AccountBuying.objects.filter(among("account_id", accounts)).values_list("account_id", flat=True))


def _due_items(people: list[int], period: Period, as_of: date, currency: str) -> list[tuple[int, DueItem]]:
    """With their owners: open invoices due in the period, and instalments due in it that are not billed yet."""
    invoices = list(
        Invoice.objects.open()
        .filter(
            owner_id__in=people,
            currency=currency,
            due_on__gte=period.start,
            due_on__lt=period.end,
            archived_at__isnull=True,
        )
        .values_list("pk", "owner_id", "account_id", "balance", "due_on")
    )
    instalments = list(
        Instalment.objects.filter(
            contract__owner_id__in=people,
            contract__status="signed",
            contract__currency=currency,
            due_on__gte=period.start,
            due_on__lt=period.end,
            invoices__isnull=True,
        ).values_list("pk", "contract__owner_id", "contract__account_id", "amount", "due_on")
    )
    rates = collection_rates({row[2] for row in [*invoices, *instalments]}, as_of)
    items = []
    for kind, rows in ((LineKind.INVOICE, invoices), (LineKind.INSTALMENT, instalments)):
        for pk, owner, account, amount, due in rows:
            item = DueItem(str(pk), kind, Money(amount, currency), due, rates.get(account, Fraction(1)))
            items.append((owner, item))
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
