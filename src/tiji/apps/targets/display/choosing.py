"""Which plan and version a page shows: those asked for, else the ones one most likely wants."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Measure
from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetPlan, TargetVersion
from tiji.apps.targets.permissions import can_type_targets, versions_seen_by
from tiji.shared.errors import NotFound


def plans_of(viewer: User) -> list[TargetPlan]:
    """Every plan that is not archived, with the versions the viewer may see, latest year first. Two queries."""
    seen = TargetVersion.objects.filter(versions_seen_by(viewer))
    plans = TargetPlan.objects.filter(archived_at__isnull=True).prefetch_related(Prefetch("versions", seen))
    return list(plans)


def chosen_plan(plans: Sequence[TargetPlan], asked: Any, this_year: int) -> TargetPlan | None:
    """The plan of the year and measure asked for; without them of this year, or the latest, and of what is signed."""
    year, measure = asked.get("year", ""), asked.get("measure", "")
    wanted = int(year) if year.isdecimal() and len(year) == 4 else 0
    years = sorted({plan.fiscal_year for plan in plans}, reverse=True)
    if not wanted:
        wanted = this_year if this_year in years or not years else years[0]
    measure = measure if measure in Measure.values else ""
    found = [one for one in plans if one.fiscal_year == wanted]
    return next((one for one in found if one.measure == (measure or Measure.SIGNED)), None) or (
        None if measure or not found else found[0]
    )


def chosen_version(plan: TargetPlan, number: str, viewer: User) -> TargetVersion | None:
    """The version of that number; without one the draft for those who type, else the one that counts, else the last.

    Raises: NotFound.
    """
    versions = list(plan.versions.all())
    for version in versions:
        version.plan = plan
    if number:
        found = next((one for one in versions if str(one.number) == number), None)
        if found is None:
            raise NotFound(_("This plan has no such version."))
        return found
    by_status = {one.status: one for one in versions}
    draft, active = by_status.get("draft"), by_status.get("active")
    return draft if draft and (active is None or can_type_targets(viewer)) else active or _latest(versions)


def _latest(versions: list[TargetVersion]) -> TargetVersion | None:
    """The last version that is not a draft, where none counts."""
    return next((one for one in versions if not one.is_draft), None)
