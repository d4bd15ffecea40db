"""Whom a pay plan pays, over REST: a person, a unit with all below, or a role, from a day on."""

from datetime import date
from typing import Any

from django.http import HttpResponse

from tiji.apps.incentives.api.plans import require_reading, require_writing
from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import PayPlan, PlanAssignment
from tiji.apps.incentives.services.plans import assign_plan, end_plan_assignment
from tiji.apps.organization.models import Person, Unit
from tiji.shared.paging import keyset
from tiji.shared.rest import (
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    answer,
    created,
    expected_version,
    found,
    page_answer,
)

ROW = ("id", "plan_id", "person_id", "unit_id", "role", "valid_from", "valid_until", "version")


class PlanAssignmentOut(Out):
    id: int
    plan_id: int
    person_id: int | None
    unit_id: int | None
    role: str
    valid_from: date
    valid_until: date | None
    version: int


class PlanAssignmentIn(In):
    """One of person, unit and role."""

    person_id: Id | None = None
    unit_id: Id | None = None
    role: str = Field("", max_length=20)
    valid_from: date
    valid_until: date | None = None


class PlanAssignmentEndIn(In):
    valid_until: date = Field(description="The first day on which it does not hold any more")


def _row(one: PlanAssignment) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ROW}


@router.get("/pay-plans/{plan_id}/assignments", response=PageOf[PlanAssignmentOut])
def list_plan_assignments(request: ApiRequest, plan_id: Id, paging: Query[Paging]) -> HttpResponse:
    """Whom a plan pays, the latest assignment first."""
    require_reading(request)
    rows = PlanAssignment.objects.filter(plan=found(PayPlan.objects.all(), plan_id)).values(*ROW)
    return page_answer(request, keyset(rows, ("-id",), paging.cursor, paging.size))


@router.get("/pay-assignments/{assignment_id}", response=PlanAssignmentOut, versioned=True)
def read_plan_assignment(request: ApiRequest, assignment_id: Id) -> HttpResponse:
    """One assignment."""
    require_reading(request)
    row = found(PlanAssignment.objects.all(), assignment_id)
    return answer(request, _row(row), version=row.version)


@router.post("/pay-plans/{plan_id}/assignments", response={201: PlanAssignmentOut})
def create_plan_assignment(request: ApiRequest, plan_id: Id, data: PlanAssignmentIn) -> HttpResponse:
    """Pay a person, a unit with all below or a role by the plan."""
    require_writing(request)
    plan = found(PayPlan.objects.all(), plan_id)
    facts = data.model_dump(include={"role", "valid_from", "valid_until"})
    person = found(Person.objects.all(), data.person_id, field="person_id") if data.person_id else None
    unit = found(Unit.objects.all(), data.unit_id, field="unit_id") if data.unit_id else None
    row = assign_plan(actor=request.actor, plan=plan, person=person, unit=unit, **facts)
    return created(request, _row(row), f"/pay-assignments/{row.pk}", version=row.version)


@router.patch("/pay-assignments/{assignment_id}", response=PlanAssignmentOut, versioned=True)
def end_assignment(request: ApiRequest, assignment_id: Id, data: PlanAssignmentEndIn) -> HttpResponse:
    """Pay by the plan until before a day; months that were run before keep what they paid."""
    require_writing(request)
    row = found(PlanAssignment.objects.select_related("plan"), assignment_id)
    seen = expected_version(request, row)
    row = end_plan_assignment(actor=request.actor, assignment=row, valid_until=data.valid_until, version=seen)
    return answer(request, _row(row), version=row.version)
