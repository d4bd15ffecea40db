"""Where people stood at the end of the last closed quarter: their totals against their quotas, by their statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tiji.apps.incentives.models import PlanVersion, Statement
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import Component, Plan, plan_from_dict
from tiji.kernel.periods import FiscalCalendar, Period, PeriodKind

QUARTERS_BACK = 4
MOST_PEOPLE = 2000


@dataclass(frozen=True)
class Stood:
    """How far one person had come in a component. Units: minor units."""

    person: str
    person_id: int
    quarter: str
    component: Component
    total: int
    quota: int | None


def stood_last_quarter(viewer: User, on: date) -> list[Stood]:
    """Every measure of the newest closed quarter that was paid, of those whose pay is open to the viewer."""
    ends = {calendar_month.start: quarter for quarter, calendar_month in _closed_quarters(on)}
    rows = Statement.objects.visible_to(viewer).current().filter(starts_on__in=list(ends))
    newest = rows.order_by("-starts_on").values_list("starts_on", flat=True).first()
    if newest is None:
        return []
    found = list(
        rows.filter(starts_on=newest).order_by("pk").values_list("person_id", "person__name", "measures")[:MOST_PEOPLE]
    )
    plans = _plans({row["plan_version"] for _pk, _name, measures in found for row in measures})
    return [
        Stood(name, pk, ends[newest].key, component, int(row["total"]), _number(row["quota"]))
        for pk, name, measures in found
        for row in measures
        if (component := _component(plans, row)) is not None
    ]


def alike(stood: Iterable[Stood], component: Component) -> list[Stood]:
    """Those measured as the component measures: the same events, quota and interval. One row a person."""
    found: dict[int, Stood] = {}
    for one in stood:
        if _measured(one.component) == _measured(component) and (one.quota or component.quota is None):
            found.setdefault(one.person_id, one)
    return sorted(found.values(), key=lambda one: one.total)


def _measured(component: Component) -> tuple[Any, ...]:
    return (set(component.credit.events), component.quota and component.quota.code, component.measure.interval)


def _closed_quarters(on: date) -> Iterable[tuple[Period, Period]]:
    """The quarters that are over, newest first, each with its last month."""
    calendar: FiscalCalendar = fiscal_calendar()
    quarter = calendar.period_of(on, PeriodKind.QUARTER)
    for _back in range(QUARTERS_BACK):
        quarter = calendar.previous(quarter)
        yield quarter, calendar.previous(calendar.period_of(quarter.end, PeriodKind.MONTH))


def _plans(versions: set[int]) -> dict[int, Plan]:
    return {row.pk: plan_from_dict(row.document) for row in PlanVersion.objects.filter(pk__in=versions)}


def _component(plans: dict[int, Plan], row: dict[str, Any]) -> Component | None:
    plan = plans.get(row["plan_version"])
    return next((part for part in plan.components if part.code == row["component"]), None) if plan else None


def _number(value: Any) -> int | None:
    return None if value is None else int(value)
