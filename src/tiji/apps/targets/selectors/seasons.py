"""The season of a year, as the year before came in."""

from tiji.apps.commerce.models import Measure
from tiji.apps.organization.models import Unit
from tiji.apps.organization.selectors.company import company, fiscal_calendar
from tiji.apps.targets.selectors.actuals import actuals_by_period

KINDS = {True: ("new",), False: ("existing", "new")}


def season_of_last_year(fiscal_year: int, measure: str) -> dict[str, list[str]]:
    """Kind → twelve weights: what each month of the year before brought; without kinds that brought nothing."""
    months = [(one.start, one.end) for one in fiscal_calendar().months(fiscal_year - 1)]
    roots = list(Unit.objects.filter(placements__parent__isnull=True).distinct().values_list("pk", flat=True))
    found = {}
    for kind in KINDS[measure == Measure.NEW_CUSTOMERS]:
        by_root = actuals_by_period(roots, [], measure, months, company().currency, kind)
        sums = [max(sum(amounts), 0) for amounts in zip(*by_root.values(), strict=True)]
        if any(sums):
            found[kind] = [format(amount, "f") for amount in sums]
    return found
