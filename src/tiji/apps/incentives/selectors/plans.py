"""Pay plans as of a day: the version that counts, and who is paid by it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from tiji.apps.incentives.models import PayPlan, PlanAssignment, PlanVersion
from tiji.apps.organization.models import Assignment
from tiji.apps.organization.selectors.places import units_under
from tiji.kernel.commission import Plan, plan_from_dict

Span = tuple[date, date | None]


@dataclass(frozen=True)
class PaidBy:
    """A plan version with the people it pays. `payees` maps a person to the half-open spans in which it does."""

    version: PlanVersion
    plan: Plan
    payees: dict[int, list[Span]]


def plan_versions() -> "QuerySet[Any, Any]":
    """Every version of every plan, newest first."""
    return PlanVersion.objects.select_related("plan", "created_by").order_by("plan__code", "-number")  # type: ignore[no-any-return]


def plans_by_version(keys: Iterable[int]) -> dict[int, Plan]:
    """Plan version → the plan it says."""
    return {row.pk: plan_from_dict(row.document) for row in PlanVersion.objects.filter(pk__in=list(keys))}


def version_on(plan: PayPlan, day: date) -> PlanVersion | None:
    """The version that counts on a day: the latest to have begun, and of those of one day the last written."""
    rows = PlanVersion.objects.filter(plan=plan, valid_from__lte=day).select_related("plan")
    return rows.order_by("-valid_from", "-number").first()  # type: ignore[no-any-return]


def plans_paying(start: date, end: date, *, person: int | None = None) -> list[PaidBy]:
    """Every plan that pays somebody (or the one `person`) from `start` until before `end`, in order of their codes."""
    rows = PlanAssignment.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=start), valid_from__lt=end)
    by_plan: dict[int, list[PlanAssignment]] = defaultdict(list)
    for row in rows.order_by("pk"):
        by_plan[row.plan_id].append(row)
    found = []
    for plan in PayPlan.objects.filter(pk__in=by_plan, archived_at__isnull=True).order_by("code"):
        version = version_on(plan, start)
        if version:
            payees = people_of(by_plan[plan.pk], start, person=person)
            if payees or person is None:
                found.append(PaidBy(version, plan_from_dict(version.document), payees))
    return found


def people_of(assignments: Iterable[PlanAssignment], on: date, *, person: int | None = None) -> dict[int, list[Span]]:
    """Person → the spans in which these assignments reach him; units as their tree stands on `on`. With `person` only
    that one.

    Spans that touch or overlap are one: whoever is reached twice is paid once.
    """
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in assignments:
        own: Span = (row.valid_from, row.valid_until)
        if row.person_id:
            if person in (None, row.person_id):
                spans[row.person_id].append(own)
            continue
        for one, start, end in _held(row, on, person):
            both = _meet(own, (start, end))
            if both:
                spans[one].append(both)
    return {one: _merged(found) for one, found in spans.items()}


def _held(row: PlanAssignment, on: date, person: int | None) -> Iterable[tuple[int, date, date | None]]:
    seats = Assignment.objects.all() if person is None else Assignment.objects.filter(person_id=person)
    if row.unit_id:
        seats = seats.filter(position__unit_id__in=units_under(row.unit_id, on))
    else:
        seats = seats.filter(position__role=row.role)
    return seats.values_list("person_id", "valid_from", "valid_until")


def _meet(one: Span, other: Span) -> Span | None:
    start = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    end = min(ends, default=None)
    return None if end is not None and end <= start else (start, end)


def _merged(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], span[1] or date.max)):
        if result and (result[-1][1] is None or start <= result[-1][1]):
            last_start, last_end = result[-1]
            later = None if last_end is None or end is None else max(last_end, end)
            result[-1] = (last_start, later)
        else:
            result.append((start, end))
    return result
