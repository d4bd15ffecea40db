"""Statements: one in full, and the sums that stand beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Sum

from tiji.apps.incentives.models import Earning, PayPeriod, PlanVersion, Run, Statement
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import Component, Plan, plan_from_dict
from tiji.kernel.money import minor_units
from tiji.kernel.periods import Period, PeriodKind


def statements(viewer: User) -> "QuerySet[Any, Any]":
    """The statements that count and that the viewer may see: those of each month's newest run."""
    rows = Statement.objects.visible_to(viewer).current()
    return rows.select_related("person", "unit", "run__pay_period")


def all_versions(viewer: User) -> "QuerySet[Any, Any]":
    """Statements of superseded runs as well."""
    return Statement.objects.visible_to(viewer).select_related("person", "unit", "run__pay_period")


@dataclass(frozen=True)
class Tier:
    """A step of the rate table. `share` of the quota, or amounts; `on` is the one the total is in."""

    from_: Decimal
    to: Decimal | None
    rate: Decimal | None
    on: bool


@dataclass(frozen=True)
class Attained:
    """A component's running total against its quota. Units: the currency's."""

    component: Component
    starts_on: date
    ends_before: date
    total: Decimal
    quota: Decimal | None
    earned: Decimal

    @property
    def share(self) -> Decimal | None:
        """Attainment as a share of 1: total over quota, None without a positive quota."""
        return self.total / self.quota if self.quota and self.quota > 0 else None

    @property
    def base(self) -> Decimal | None:
        """What one unit of the table's limits is in money."""
        return self.quota if self.component.rate.unit == "attainment" else Decimal(1)

    @cached_property
    def tiers(self) -> list[Tier]:
        """The table with the step that the total is in."""
        return [
            Tier(step.from_, step.to, step.rate, self._in(step.from_, step.to)) for step in self.component.rate.steps
        ]

    def _in(self, low: Decimal, high: Decimal | None) -> bool:
        if self.base is None or self.base <= 0:
            return False
        upper = self.component.rate.tie == "upper"
        above = self.total >= low * self.base if upper else self.total > low * self.base or low == 0
        below = high is None or (self.total < high * self.base if upper else self.total <= high * self.base)
        return above and below

    @property
    def next_tier(self) -> tuple[Tier, Decimal] | None:
        """The step after, and how much money leads to it."""
        at = next((number for number, tier in enumerate(self.tiers) if tier.on), None)
        if at is None or at + 1 >= len(self.tiers) or self.base is None:
            return None
        following = self.tiers[at + 1]
        return following, following.from_ * self.base - self.total


def month_of(statement: Statement) -> Period:
    """The fiscal month that a statement pays."""
    return fiscal_calendar().period(statement.run.pay_period.key)


def plans_of(statement: Statement, earnings: Iterable[Earning]) -> dict[int, Plan]:
    """Plan version → the plan it says, of everything the statement pays by: `earnings` are its own."""
    measured = {row["plan_version"] for row in statement.measures}
    versions = measured | {row.plan_version_id for row in earnings}
    return {row.pk: plan_from_dict(row.document) for row in PlanVersion.objects.filter(pk__in=versions)}


def attained(statement: Statement, plans: dict[int, Plan]) -> list[Attained]:
    """What the run measured for the person, component by component."""
    scale = -minor_units(statement.currency)
    found = []
    for row in statement.measures:
        plan = plans[row["plan_version"]]
        found.append(
            Attained(
                component=plan.component(row["component"]),
                starts_on=date.fromisoformat(row["starts_on"]),
                ends_before=date.fromisoformat(row["ends_before"]),
                total=Decimal(row["total"]).scaleb(scale),
                quota=None if row["quota"] is None else Decimal(row["quota"]).scaleb(scale),
                earned=Decimal(row["earned"]).scaleb(scale),
            )
        )
    return found


def earnings_of(statement: Statement) -> list[Earning]:
    """A statement's components."""
    return list(statement.earnings.select_related("plan_version__plan", "of_period"))


def versions_of(statement: Statement) -> list[Statement]:
    """The person's statements of the same month by all its runs, newest first."""
    rows = Statement.objects.filter(
        person_id=statement.person_id, run__pay_period_id=statement.run.pay_period_id, currency=statement.currency
    )
    return list(rows.select_related("run").order_by("-run__number"))


def month_before(statement: Statement, month: Period) -> Statement | None:
    """What counts for the month before."""
    return _counting(statement).filter(starts_on=fiscal_calendar().previous(month).start).first()


def year_to_date(statement: Statement, month: Period) -> Decimal:
    """Everything earned in the fiscal year up to and including the statement's month, by the runs that count."""
    start = fiscal_calendar().year(month.year).start
    rows = _counting(statement).filter(starts_on__gte=start, starts_on__lt=month.start)
    return (rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)) + statement.amount  # type: ignore[no-any-return]


def _counting(statement: Statement) -> "QuerySet[Any, Any]":
    rows = Statement.objects.current().filter(person_id=statement.person_id, currency=statement.currency)
    return rows


def quarter_of(month: Period) -> Period:
    """The quarter that a month lies in."""
    return fiscal_calendar().period_of(month.start, PeriodKind.QUARTER)


def newest_runs(limit: int = 24) -> "QuerySet[Any, Any]":
    """Runs, newest month and version first."""
    return Run.objects.select_related("pay_period").order_by("-pay_period__starts_on", "-number")[:limit]  # type: ignore[no-any-return]


def latest_own(viewer: User) -> Statement | None:
    """Somebody's own newest statement, by the run that counts."""
    if viewer.person_id is None:
        return None
    found: Statement | None = (
        statements(viewer).filter(person_id=viewer.person_id).order_by("-starts_on", "-pk").first()
    )
    return found


def months_run(limit: int) -> "QuerySet[Any, Any]":
    """The newest months that were run, each with the run that counts."""
    rows = PayPeriod.objects.filter(current__isnull=False).select_related("current")
    return rows.order_by("-starts_on")[:limit]  # type: ignore[no-any-return]
