"""Closed months: which are looked at again, what was paid for them, and as what they were last known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum

from tiji.apps.incentives.models import CLOSED, Earning, PayPeriod, Run
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.periods import Period, PeriodKind
from tiji.shared.settings_store import setting

LOOK_BACK = "incentives.look_back_months"

# person, plan, component, currency
Key = tuple[int, int, str, str]


@dataclass(frozen=True)
class Paid:
    """What was paid for a component of a closed month so far, and the newest version of the plan that paid it."""

    amount: Decimal
    version: int


@dataclass(frozen=True)
class LastSeen:
    """As what a closed month was known when it was paid or last corrected: the hash, the file of its
    lines, and the day of its run."""

    digest: str
    trace: Path | None
    on: date | None


def closed_before(month: Period) -> list[Period]:
    """The closed months that a run of `month` compares with what is known today, oldest first.

    Those between the first and the last posted month, at most as many back as the setting says; a month among them
    that never was run is closed with nothing paid.
    """
    posted = PayPeriod.objects.filter(state__in=CLOSED, starts_on__lt=month.start).order_by("starts_on")
    first, last = posted.first(), posted.last()
    if first is None or last is None:
        return []
    calendar = fiscal_calendar()
    found, at = [], calendar.period_of(last.starts_on, PeriodKind.MONTH)
    earliest = _months_before(month, int(setting(LOOK_BACK, month.start)))
    while at.start >= first.starts_on and at.start >= earliest.start:
        found.append(at)
        at = calendar.previous(at)
    return found[::-1]


def _months_before(month: Period, count: int) -> Period:
    calendar = fiscal_calendar()
    for _number in range(count):
        month = calendar.previous(month)
    return month


def last_posted_after(month: Period) -> PayPeriod | None:
    """The newest posted month after this one, if there is one."""
    return PayPeriod.objects.filter(state__in=CLOSED, starts_on__gt=month.start).order_by("-starts_on").first()  # type: ignore[no-any-return]


def earlier_than(period: PayPeriod) -> "QuerySet[Any, Any]":
    """The months before, oldest first."""
    return PayPeriod.objects.filter(starts_on__lt=period.starts_on).order_by("starts_on")  # type: ignore[no-any-return]


def paid_for(month: Period, before: Period) -> dict[Key, Paid]:
    """What is paid for a closed month: by its own run, and by corrections of later ones.

    A month before `before` that is not posted yet pays what its run says: they are posted in their order.
    """
    own = Q(pay_period__key=month.key, of_period__isnull=True)
    settled = Q(run__state=Run.State.POSTED) | _awaited(before)
    rows = Earning.objects.filter(own | Q(of_period__key=month.key)).filter(settled)
    keys = ("person_id", "plan_version__plan_id", "component", "currency")
    found: dict[Key, Paid] = {}
    for person, plan, component, currency, version, amount in (
        rows.values_list(*keys, "plan_version_id").annotate(amount=Sum("delta")).order_by("plan_version_id")
    ):
        key = (person, plan, component, currency)
        so_far = found[key].amount if key in found else Decimal(0)
        found[key] = Paid(so_far + amount, version)
    return found


def _awaited(before: Period) -> Q:
    """Rows of the runs that count of months that are not posted yet and come first."""
    return Q(pay_period__starts_on__lt=before.start, run_id=F("pay_period__current_id"))


def awaited_corrections(before: Period) -> dict[str, int]:
    """The months before that are not posted yet and pay corrections, with the runs that do."""
    rows = Earning.objects.filter(_awaited(before), of_period__isnull=False).exclude(run__state=Run.State.POSTED)
    return dict(rows.order_by().values_list("pay_period__key", "run_id").distinct())


def last_seen(month: Period) -> LastSeen:
    """The newest posted run that knew the month: a later one that compared it, else its own; a month without any was
    never known."""
    later = Run.objects.filter(
        state=Run.State.POSTED, pay_period__starts_on__gt=month.start, checked__has_key=month.key
    ).order_by("-pay_period__starts_on", "-number")
    own = Run.objects.filter(state=Run.State.POSTED, pay_period__key=month.key).order_by("-number").first()
    newest = later.first()
    digest = ""
    if newest is not None:
        digest = newest.checked[month.key]
    elif own is not None:
        digest = own.earned_digest or own.inputs_digest
    name = closed_file(month.key)
    corrected = next((run for run in later if name in run.artifacts), None)
    if corrected is not None:
        return LastSeen(digest, _file(corrected, name), own.on if own else None)
    if own is None:
        return LastSeen(digest, None, None)
    return LastSeen(digest, _file(own, "trace.parquet"), own.on)


def closed_file(key: str) -> str:
    """The name under which a run keeps the lines of a closed month as it found them."""
    return f"closed-{key}-trace.parquet"


def _file(run: Run, name: str) -> Path | None:
    path = Path(settings.ARTIFACTS_DIR) / run.artifact_path / name
    return path if path.is_file() else None
