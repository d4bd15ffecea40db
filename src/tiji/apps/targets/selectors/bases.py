"""What weights may be taken from: last year's results, capacity by positions, and the open business of the year."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from tiji.apps.organization.models import Assignment, Role
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.apps.organization.selectors.ids import among
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.targets.models import TargetNode
from tiji.apps.targets.selectors.actuals import actuals_by_period
from tiji.apps.targets.selectors.grids import PlanGrid
from tiji.kernel.periods import Period
from tiji.kernel.targets import Ramp, Seat, capacity


@dataclass(frozen=True)
class Bases:
    """By key of the row. Units: the plan's for results and open business (weighted), full sellers for capacity."""

    result: dict[str, Decimal]
    pipeline: dict[str, Decimal]
    capacity: dict[str, Fraction]


def bases_of(opened: PlanGrid, nodes: Sequence[TargetNode], ramp: Ramp) -> Bases:
    """What these rows brought last year, can carry this year, and have open for it. Four queries."""
    plan, calendar = opened.version.plan, fiscal_calendar()
    year, last = calendar.year(plan.fiscal_year), calendar.year(plan.fiscal_year - 1)
    below = people_below(opened, nodes)
    people = {person for found in below.values() for person in found}
    full = _capacities(people, year, ramp)
    open_by_owner = _open_business(people, year, plan.currency)
    return Bases(
        result=results_of(opened, nodes, last),
        pipeline={key: sum((open_by_owner[one] for one in found), Decimal(0)) for key, found in below.items()},
        capacity={key: sum((full[one] for one in found), Fraction(0)) for key, found in below.items()},
    )


def results_of(opened: PlanGrid, nodes: Sequence[TargetNode], period: Period) -> dict[str, Decimal]:
    """Row key → what came about in a period. Two queries."""
    plan = opened.version.plan
    units = [node.unit_id for node in nodes if node.unit_id]
    people = [node.person_id for node in nodes if node.person_id]
    found = actuals_by_period(units, people, plan.measure, [(period.start, period.end)], plan.currency)
    return {node.key: found.get(node.key, [Decimal(0)])[0] for node in nodes}


def open_business_of(opened: PlanGrid, nodes: Sequence[TargetNode], on: date) -> dict[str, Decimal]:
    """Row key → weighted open deals of the plan's year expected from `on`. One query."""
    year = fiscal_calendar().year(opened.version.plan.fiscal_year)
    below = people_below(opened, nodes)
    people = {person for found in below.values() for person in found}
    known = _open_business(people, year, opened.version.plan.currency, on)
    return {key: sum((known[one] for one in found), Decimal(0)) for key, found in below.items()}


def people_below(opened: PlanGrid, nodes: Sequence[TargetNode]) -> dict[str, list[int]]:
    """Row key → the people of the plan's tree in it: the person, or all below the unit."""
    children = opened.grid.setup.children
    found: dict[str, list[int]] = {}

    def collect(key: str) -> list[int]:
        if key not in found:
            person = opened.by_key[key].person_id
            found[key] = [person] if person else [one for child in children.get(key, []) for one in collect(child.key)]
        return found[key]

    return {node.key: collect(node.key) for node in nodes}


def _capacities(people: set[int], year: Period, ramp: Ramp) -> dict[int, Fraction]:
    rows = Assignment.objects.filter(among("person_id", people), position__role=Role.REP)
    seats: dict[int, list[Seat]] = defaultdict(list)
    for person, since, until, percent in rows.values_list("person_id", "valid_from", "valid_until", "share_percent"):
        seats[person].append(Seat(since, until, Fraction(percent) / 100))
    return defaultdict(Fraction, {person: capacity(held, year, ramp) for person, held in seats.items()})


def _open_business(people: set[int], year: Period, currency: str, since: date | None = None) -> dict[int, Decimal]:
    rows: Any = Opportunity.objects.filter(
        among("owner_id", people),
        status=Opportunity.Status.OPEN,
        archived_at__isnull=True,
        currency=currency,
        expected_on__gte=max(since or year.start, year.start),
        expected_on__lt=year.end,
    )
    found: dict[int, Decimal] = defaultdict(Decimal)
    for owner, percent, amount in rows.order_by().values_list("owner_id", "percent").annotate(total=Sum("amount")):
        found[owner] += (amount or Decimal(0)) * percent / 100
    return found
