"""Adjustments: those somebody may see, those a month pays, and the month that still takes some."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, QuerySet
from django.db.models.functions import Cast

from tiji.apps.incentives.models import PayAdjustment, PayPeriod, Statement
from tiji.apps.incentives.selectors.closed import last_posted_after
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import fiscal_calendar

# A month in these states is not computed anew: it takes no more.
SETTLED = ("in_review", "approved", "posted", "finalised")


class AddedPay(NamedTuple):
    """An approved adjustment as a run adds it. Units: `amount` in 1/10,000, as it is stored."""

    person_id: int
    currency: str
    amount: int
    id: int
    reason: str


def approved_adjustments(period: str) -> list[AddedPay]:
    """What a month pays by approved adjustments, reversals among them, in the order in which they were proposed."""
    rows = PayAdjustment.objects.approved().filter(period=period).order_by("pk")
    stored = rows.annotate(stored=Cast("amount", BigIntegerField()))
    return [AddedPay(*row) for row in stored.values_list("person_id", "currency", "stored", "pk", "reason")]


def adjustments(viewer: User) -> "QuerySet[Any, Any]":
    """The adjustments that the viewer may see."""
    return PayAdjustment.objects.visible_to(viewer).select_related("person", "proposed_by", "decided_by")


def adjustments_on(statement: Statement, viewer: User) -> list[PayAdjustment]:
    """What was adjusted in a statement's month, as far as the viewer may see it."""
    rows = PayAdjustment.objects.visible_to(viewer).filter(
        person_id=statement.person_id, period=statement.run.pay_period.key, currency=statement.currency
    )
    return list(rows.filter(state__in=(PayAdjustment.State.PROPOSED, PayAdjustment.State.APPROVED)).order_by("pk"))


def settled_months(start: date) -> set[str]:
    """The keys of the months from a day on whose pay is agreed."""
    rows = PayPeriod.objects.filter(starts_on__gte=start, state__in=SETTLED)
    return set(rows.values_list("key", flat=True))


def open_month(period: str) -> str:
    """The first month from `period` on that can still be computed: none before a posted one, none that is looked at.

    Raises: ValueError for what is no month.
    """
    calendar = fiscal_calendar()
    month = calendar.period(period)
    settled = settled_months(month.start)
    if (later := last_posted_after(month)) is not None:
        month = calendar.next(calendar.period(later.key))
    while month.key in settled:
        month = calendar.next(month)
    return month.key
