"""Questions about pay: those somebody sees, who answers them, and what they tell about the months."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q, QuerySet

from tiji.apps.incentives.models import Inquiry, InquiryStep, PayPeriod, Statement
from tiji.apps.incentives.permissions import ANSWERING
from tiji.apps.organization.models import Assignment, RoleGrant, User
from tiji.apps.organization.selectors.company import business_date, fiscal_calendar, work_calendar
from tiji.kernel.periods import Period
from tiji.shared.files import files_of_all

State = Inquiry.State


def inquiries(viewer: User) -> "QuerySet[Any, Any]":
    """The questions about pay that the viewer may see."""
    rows = Inquiry.objects.visible_to(viewer)
    return rows.select_related("person", "pay_period", "assignee", "opened_by")


def own_inquiries(viewer: User) -> "QuerySet[Any, Any]":
    """Those about somebody's own pay, and those he asked himself."""
    own = Q(opened_by=viewer)
    if viewer.person_id:
        own |= Q(person_id=viewer.person_id)
    return inquiries(viewer).filter(own)


def inquiry_read(viewer: User) -> "QuerySet[Any, Any]":
    """The same with everything that the page of one shows."""
    return inquiries(viewer).select_related(
        "statement__run__pay_period", "statement__person", "statement__unit", "adjustment__decided_by"
    )


def steps_of(inquiry: Inquiry) -> list[InquiryStep]:
    """Everything said and done, oldest first, each step with its `files`, in two queries."""
    steps = list(inquiry.steps.select_related("by", "assignee"))
    files = files_of_all(InquiryStep, [step.pk for step in steps])
    for step in steps:
        step.files = files.get(step.pk, [])
    return steps


def answering_users(on: date) -> "QuerySet[Any, Any]":
    """Who answers questions about pay: sales operations and finance, by position or for the whole company."""
    seats = Assignment.objects.on(on).filter(position__role__in=ANSWERING).values("person_id")
    granted = RoleGrant.objects.on(on).filter(role__in=ANSWERING, unit__isnull=True).values("user_id")
    found = User.objects.filter(Q(person_id__in=seats) | Q(pk__in=granted), is_active=True)
    return found.order_by("name", "pk")


def newest_statement(inquiry: Inquiry) -> Statement | None:
    """What counts today of the month that was asked about."""
    rows = Statement.objects.current().filter(
        run__pay_period_id=inquiry.pay_period_id, person_id=inquiry.person_id, currency=inquiry.currency
    )
    found: Statement | None = rows.select_related("run__pay_period", "person", "unit").first()
    return found


@dataclass(frozen=True)
class Desk:
    """How many questions are open, have nobody, are late, and wait for who asked."""

    open: int
    new: int
    overdue: int
    waiting: int


def desk(rows: Any, on: date) -> Desk:
    """The counts of these questions, in one query."""
    late = Q(state__in=(State.NEW, State.ASSIGNED, State.WAITING_DATA), due_on__lt=on)
    found = rows.open().aggregate(
        open=Count("pk"),
        new=Count("pk", filter=Q(state=State.NEW)),
        overdue=Count("pk", filter=late),
        waiting=Count("pk", filter=Q(state=State.WAITING_PAYEE)),
    )
    return Desk(**found)


# What they tell


@dataclass
class Asked:
    """Questions counted together. `days` are working days from asking to the answer, or to today."""

    asked: int = 0
    open: int = 0
    overdue: int = 0
    accepted: int = 0
    rejected: int = 0
    withdrawn: int = 0
    days: int = 0

    @property
    def mean_days(self) -> Decimal | None:
        """Average age in working days, to one decimal."""
        return round(Decimal(self.days) / self.asked, 1) if self.asked else None


@dataclass
class MonthAsked(Asked):
    """Those about a month's pay, with the lines that its run that counts has."""

    month: Period | None = None
    lines: int = 0

    @property
    def per_thousand(self) -> Decimal | None:
        """Questions to 1,000 lines, to two decimals; None where a month has no line."""
        share = Fraction(self.asked * 1000, self.lines) if self.lines else None
        return None if share is None else round(Decimal(share.numerator) / share.denominator, 2)


@dataclass
class InquiryReport:
    """Months newest first, causes by number; a question that is not closed has no cause yet."""

    months: list[MonthAsked] = field(default_factory=list)
    causes: dict[str, Asked] = field(default_factory=dict)
    total: Asked = field(default_factory=Asked)


def inquiry_report(on: date, months: int = 12) -> InquiryReport:
    """What was asked about the last months that were run, in two queries."""
    calendar, days = fiscal_calendar(), work_calendar()
    periods = PayPeriod.objects.filter(current__isnull=False, starts_on__lte=on).order_by("-starts_on")
    newest = list(periods.values_list("pk", "key", "current__lines")[:months])
    found = {pk: MonthAsked(month=calendar.period(key), lines=lines) for pk, key, lines in newest}
    causes: dict[str, Asked] = defaultdict(Asked)
    total = Asked()
    rows = Inquiry.objects.filter(pay_period_id__in=found)
    for period, state, cause, opened_at, closed_at, due_on in rows.values_list(
        "pay_period_id", "state", "cause", "opened_at", "closed_at", "due_on"
    ):
        end = business_date(closed_at) if closed_at else on
        age = max(0, days.workdays_between(business_date(opened_at), end))
        for one in (found[period], causes[cause], total):
            _count(one, state, age, due_on < on)
    ordered = sorted(causes.items(), key=lambda pair: (-pair[1].asked, pair[0]))
    return InquiryReport(list(found.values()), dict(ordered), total)


def _count(one: Asked, state: str, age: int, late: bool) -> None:
    one.asked += 1
    one.days += age
    if state in (State.ACCEPTED, State.REJECTED, State.WITHDRAWN):
        setattr(one, state, getattr(one, state) + 1)
        return
    one.open += 1
    one.overdue += late and state != State.WAITING_PAYEE
