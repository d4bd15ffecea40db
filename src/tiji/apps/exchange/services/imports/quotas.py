"""Quotas of a known system as target plans: one plan a fiscal year, each amount in the quarter that begins nearest."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.exchange.services.imports.context import CREATE, REFUSE, SAME, Context, remember_created
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.apps.organization.selectors.places import units_of
from tiji.apps.targets.models import TargetPlan
from tiji.apps.targets.selectors.trees import Branch, tree_for_targets
from tiji.apps.targets.services.plans import activate_target_version, create_target_plan
from tiji.kernel.periods import FiscalCalendar
from tiji.kernel.targets import Cell

PLAN = "targets.targetplan"
KIND = BusinessKind.EXISTING
"""A quota is for all business; it stands in one kind, since the source does not split it."""


class Quota(NamedTuple):
    """What somebody is to sell in the quarter that begins nearest to `on`."""

    person_id: int
    on: date
    amount: Decimal


def load_quotas(quotas: Sequence[Quota], context: Context) -> dict[str, int]:
    """Years that have a plan for signed business already are left alone. Raises: DomainError, NotAllowed."""
    calendar = fiscal_calendar()
    by_year: dict[int, dict[Cell, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    rows: dict[int, int] = defaultdict(int)
    for quota in quotas:
        year, quarter = nearest_quarter(calendar, quota.on)
        by_year[year][Cell(f"p{quota.person_id}", quarter, KIND)] += quota.amount
        rows[year] += 1
    there = set(
        TargetPlan.objects.filter(
            fiscal_year__in=by_year, measure=Measure.SIGNED, archived_at__isnull=True
        ).values_list("fiscal_year", flat=True)
    )
    for year in sorted(by_year.keys() - there):
        _plan(year, by_year[year], calendar, context)
    made = sum(count for year, count in rows.items() if year not in there)
    return {CREATE: made, "updated": 0, SAME: len(quotas) - made, REFUSE: 0}


def nearest_quarter(calendar: FiscalCalendar, on: date) -> tuple[int, str]:
    """Fiscal year and key of the quarter whose first day is nearest."""
    around = calendar.year_of(on)
    quarters = [(year, one) for year in (around - 1, around, around + 1) for one in calendar.quarters(year)]
    year, found = min(quarters, key=lambda pair: (abs((pair[1].start - on).days), pair[1].start))
    return year, found.key


def _plan(year: int, amounts: dict[Cell, Decimal], calendar: FiscalCalendar, context: Context) -> None:
    last_day = calendar.year(year).last_day
    people = {int(cell.node[1:]) for cell in amounts}
    version = create_target_plan(
        actor=context.actor,
        fiscal_year=year,
        measure=Measure.SIGNED,
        tree_on=last_day,
        at=context.at,
        tree=_tree(last_day, people),
        amounts=amounts,
    )
    activate_target_version(actor=context.actor, version=version, at=context.at)
    remember_created(context, PLAN, [version.plan_id])


def _tree(on: date, people: set[int]) -> list[Branch]:
    """The tree of the day with everybody who has a quota: managers too, below the unit they sit in."""
    tree = tree_for_targets(on)
    units = {branch.unit_id: branch for branch in tree if branch.unit_id}
    missing = people - {branch.person_id for branch in tree if branch.person_id}
    found: list[Branch] = []
    seats = units_of(missing, on)
    for branch in tree:
        found.append(branch)
        found += [
            Branch(f"p{person}", branch.key, branch.depth + 1, None, person)
            for person in sorted(missing)
            if branch.unit_id and units[branch.unit_id] is branch and seats.get(person) == branch.unit_id
        ]
    return found
