"""Target plans of the demo company: last year and this year, for signed, cash, profit and new customers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from django.db.models import Sum

from tiji.apps.commerce.models import Measure, MeasureFact
from tiji.apps.exchange.demo.world import World
from tiji.apps.exchange.services.demo.organization import Staff
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.apps.targets.models import TargetVersion
from tiji.apps.targets.selectors.trees import tree_for_targets
from tiji.apps.targets.services.plans import activate_target_version, create_target_plan
from tiji.kernel.targets import Cell

# The season of mockup and market: the second and the last quarter carry the year.
SEASON = ("5.5", "4.0", "8.5", "7.5", "8.0", "9.5", "7.5", "8.5", "11.0", "8.0", "9.5", "12.5")
STEP = {Measure.SIGNED: 10_000, Measure.CASH: 10_000, Measure.GROSS_PROFIT: 10_000, Measure.NEW_CUSTOMERS: 1}
# What was asked of people above what a plain year of their kind brings.
STRETCH = Decimal("1.04")


def store_targets(world: World, staff: Staff) -> list[TargetVersion]:
    """One plan a measure for this fiscal year and the last, typed for each person, summed upwards."""
    versions = []
    for year in (world.today.year - 1, world.today.year):
        for measure in Measure.values:
            versions.append(_plan(world, staff, year, measure))
    return versions


def _plan(world: World, staff: Staff, year: int, measure: str) -> TargetVersion:
    at = datetime.combine(date(year, 1, 5), time(2), UTC)
    kinds = ("new",) if measure == Measure.NEW_CUSTOMERS else ("existing", "new")
    tree_on = min(date(year, 12, 1), world.today)
    tree = tree_for_targets(tree_on)
    people = {branch.person_id for branch in tree if branch.person_id}
    typed = {
        Cell(f"p{person}", str(year), kind): _round(amounts.get(kind, Decimal(0)), STEP[Measure(measure)])
        for person, amounts in _year_of_people(world, year, measure).items()
        if person in people
        for kind in kinds
    }
    version = create_target_plan(
        actor=staff.administrator,
        fiscal_year=year,
        measure=measure,
        tree_on=tree_on,
        at=at,
        season=dict.fromkeys(kinds, SEASON),
        tree=tree,
        amounts=typed,
        locked_months=[
            month.key for month in fiscal_calendar().months(year) if month.end <= world.today.replace(day=1)
        ],
    )
    return activate_target_version(actor=staff.administrator, version=version, at=at)


def _year_of_people(world: World, year: int, measure: str) -> Mapping[int, dict[str, Decimal]]:
    """What a person of average skill would bring: his own year, pulled halfway to his team's mean, stretched."""
    rows = (
        MeasureFact.objects.filter(measure=measure, on__year=year)
        .values_list("owner_id", "kind")
        .order_by()
        .annotate(total=Sum("amount"))
    )
    found: dict[int, dict[str, Decimal]] = {}
    for person, kind, total in rows:
        found.setdefault(person, {})[kind] = total
    elapsed = _share_of_season(world, year)
    everybody = {
        kind: sum((one.get(kind, Decimal(0)) for one in found.values()), Decimal(0)) for kind in ("existing", "new")
    }
    mean = {kind: total / max(1, len(found)) for kind, total in everybody.items()}
    return {
        person: {
            kind: (amounts.get(kind, Decimal(0)) * Decimal("0.45") + mean[kind] * Decimal("0.55")) / elapsed * STRETCH
            for kind in mean
        }
        for person, amounts in found.items()
    }


def _share_of_season(world: World, year: int) -> Decimal:
    """How much of the year's season had passed by today: 1 for a year that is over."""
    if year < world.today.year:
        return Decimal(1)
    months = sum((Decimal(weight) for weight in SEASON[: world.today.month - 1]), Decimal(0))
    part = Decimal(SEASON[world.today.month - 1]) * world.today.day / 30
    return max((months + part) / 100, Decimal("0.05"))


def _round(amount: Decimal, step: int) -> Decimal:
    return (amount / step).quantize(Decimal(1)) * step
