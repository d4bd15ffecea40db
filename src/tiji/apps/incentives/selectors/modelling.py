"""What a model of pay reads: its months, the inputs of each by both plans, and what the runs earned then."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from tiji.apps.incentives.models import (
    Earning,
    PayModel,
    PayModelPerson,
    PayModelResult,
    PayPeriod,
    PayPlan,
    PlanAssignment,
    PlanVersion,
)
from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.selectors.inputs import PlanInputs, inputs_of
from tiji.apps.incentives.selectors.plans import PaidBy, people_of, plans_paying
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import plan_from_dict
from tiji.kernel.periods import Period

MODELLED = 0
"""The number of the version that a model computes; no version of a plan has it."""


@dataclass(frozen=True)
class MonthInputs:
    """One month by the model, and by the plan of then over what is known today."""

    period: Period
    modelled: tuple[PlanInputs, ...]
    replayed: tuple[PlanInputs, ...]


def months_of(first: str, last: str) -> list[Period]:
    """The months from one key to the other, both included. Raises: ValueError for what is no month."""
    calendar = fiscal_calendar()
    month, end = calendar.period(first), calendar.period(last)
    found = []
    while month.start <= end.start:
        found.append(month)
        month = calendar.next(month)
    return found


def run_months() -> list[str]:
    """The keys of the months that have a run, latest first."""
    rows = PayPeriod.objects.filter(current__isnull=False).order_by("-starts_on")
    return list(rows.values_list("key", flat=True))


def inputs_of_model(model: PayModel, month: Period) -> MonthInputs:
    """What a run of the month would read today, for the plan as it was and for the model in its place."""
    plan = model.version.plan
    then = [paid for paid in plans_paying(month.start, month.end) if paid.version.plan_id == plan.pk]
    payees = then[0].payees if then else {}
    if model.to:
        payees = _chosen(model, month.start)
    version = PlanVersion(pk=MODELLED, plan=plan, document=model.document, digest=model.digest)
    modelled = [PaidBy(version, plan_from_dict(model.document), payees)] if payees else []
    read = inputs_of(month, paying=[*modelled, *then]).plans
    return MonthInputs(
        month,
        tuple(one for one in read if one.version.pk == MODELLED),
        tuple(one for one in read if one.version.pk != MODELLED),
    )


def _chosen(model: PayModel, on: date) -> dict[int, list[Any]]:
    """Whom the model pays when others were chosen: from the beginning of its first fiscal year on."""
    calendar = fiscal_calendar()
    start = calendar.year(calendar.period(model.first).year).start
    row = PlanAssignment(
        plan=model.version.plan, person=model.person, unit=model.unit, role=model.role, valid_from=start
    )
    return people_of([row], on)


def earned_then(plan: PayPlan, months: Iterable[str], currency: str) -> dict[str, dict[int, int]]:
    """Month → person → what the plan earned by the run that counts. Units: as stored."""
    rows = Earning.objects.current().filter(
        plan_version__plan=plan, run__pay_period__key__in=list(months), currency=currency, of_period__isnull=True
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    sums = rows.order_by().values_list("run__pay_period__key", "person_id").annotate(sum=Sum("amount"))
    for month, person, amount in sums:
        found[month][person] = int(amount.scaleb(STORED_DIGITS))
    return found


def pay_models() -> "QuerySet[Any, Any]":
    """Every model, with whose plan it is."""
    rows = PayModel.objects.select_related("version__plan", "made_by", "cancelled_by", "person", "unit")
    return rows  # type: ignore[no-any-return]


def people_of_model(model: PayModel) -> "QuerySet[Any, Any]":
    """Everybody in the model, for those who may see all pay."""
    return PayModelPerson.objects.filter(model=model).select_related("person", "unit")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class MonthSums:
    """A month of a model over all its people. Units: the currency's."""

    period: str
    people: int
    amount: Decimal
    then_amount: Decimal
    replayed_amount: Decimal
    credit: Decimal


def months_in(model: PayModel) -> list[MonthSums]:
    """The model's sums by month."""
    rows = PayModelResult.objects.filter(model=model).order_by("period").values("period")
    sums = rows.annotate(
        people=Count("pk"),
        sum_amount=Sum("amount"),
        sum_then=Sum("then_amount"),
        sum_replayed=Sum("replayed_amount"),
        sum_credit=Sum("credit"),
    )
    return [
        MonthSums(
            period=row["period"],
            people=row["people"],
            amount=row["sum_amount"],
            then_amount=row["sum_then"],
            replayed_amount=row["sum_replayed"],
            credit=row["sum_credit"],
        )
        for row in sums
    ]
