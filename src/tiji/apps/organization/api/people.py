"""People, their positions over time, and who answers to whom."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.organization.api.router import router
from tiji.apps.organization.api.units import DayIn
from tiji.apps.organization.models import Assignment, Person, Position, Unit
from tiji.apps.organization.permissions import can_manage_people
from tiji.apps.organization.selectors.managers import manager_of, reports_of
from tiji.apps.organization.selectors.people import people_on, people_visible_to, search_people
from tiji.apps.organization.services.assignments import assign_person, cancel_assignment, end_assignment, move_person
from tiji.apps.organization.services.people import edit_person, hire_person, let_go, take_back
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Schema,
    answer,
    created,
    found,
    no_content,
    page_answer,
)


class PersonOut(Out):
    id: int
    name: str
    number: str
    email: str
    phone: str
    hired_on: date | None
    left_on: date | None
    unit_id: int | None
    role: str | None


class PersonDetail(PersonOut):
    manager_id: int | None


class PersonFilters(Schema):
    q: str | None = Field(None, max_length=100)
    unit: Id | None = None
    role: str | None = Field(None, max_length=20)


class PersonIn(In):
    name: str = Field(min_length=1, max_length=120)
    hired_on: date
    number: str = Field("", max_length=30)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    unit_id: Id
    role: str = Field(max_length=20)


class PersonPatch(In):
    name: str = Field("", min_length=1, max_length=120)
    number: str = Field("", max_length=30)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)


class AssignmentOut(Out):
    id: int
    person_id: int
    position_id: int
    unit_id: int
    share_percent: int
    valid_from: date
    valid_until: date | None


class AssignmentIn(In):
    position_id: Id
    on: date
    until: date | None = None
    share_percent: int = Field(100, ge=1, le=100)


class PersonMoveIn(In):
    unit_id: Id
    role: str = Field("", max_length=20)
    on: date
    share_percent: int = Field(100, ge=1, le=100)


class ReturnIn(In):
    position_id: Id
    on: date


class DateFilters(Schema):
    on: date | None = Field(None, description="The day that is asked about; today by default")


PERSON_ROW = tuple(PersonOut.model_fields)


def person_json(request: ApiRequest, person: Person) -> dict[str, Any]:
    """A person with today's unit, role and manager."""
    today = timezone.localdate()
    values = people_on(request.actor, today).filter(pk=person.pk).values(*PERSON_ROW).get()
    manager = manager_of(person, today)
    return {**values, "manager_id": manager.pk if manager else None}


def assignment_json(row: Assignment) -> dict[str, Any]:
    """An assignment with its unit."""
    names = [name for name in AssignmentOut.model_fields if name != "unit_id"]
    return {**{name: getattr(row, name) for name in names}, "unit_id": row.position.unit_id}


@router.get("/people", response=PageOf[PersonOut])
def list_people(request: ApiRequest, filters: Query[PersonFilters], paging: Query[Paging]) -> HttpResponse:
    """People the caller may see, by name."""
    rows = people_on(request.actor, timezone.localdate())
    if filters.q:
        rows = search_people(rows, filters.q)
    if filters.unit is not None:
        rows = rows.filter(unit_id=filters.unit)
    if filters.role is not None:
        rows = rows.filter(role=filters.role)
    page = keyset(rows.values(*PERSON_ROW, "sort_key"), ("sort_key", "id"), paging.cursor, paging.size)
    return page_answer(request, page, lambda row: {name: row[name] for name in PERSON_ROW})


@router.post("/people", response={201: PersonDetail})
def hire(request: ApiRequest, data: PersonIn) -> HttpResponse:
    """Hire somebody into a new position of a unit."""
    require(can_manage_people(request.actor))
    unit = found(Unit.objects.all(), data.unit_id, field="unit_id")
    person = hire_person(actor=request.actor, unit=unit, **data.model_dump(exclude={"unit_id"}))
    return created(request, person_json(request, person), f"/people/{person.pk}")


@router.get("/people/{person_id}", response=PersonDetail)
def read_person(request: ApiRequest, person_id: Id) -> HttpResponse:
    """One person with today's unit, role and manager."""
    return answer(request, person_json(request, found(people_visible_to(request.actor), person_id)))


@router.patch("/people/{person_id}", response=PersonDetail)
def change_person(request: ApiRequest, person_id: Id, data: PersonPatch) -> HttpResponse:
    """Change somebody's name, number or addresses."""
    person = found(people_visible_to(request.actor), person_id)
    edit_person(actor=request.actor, person=person, **data.model_dump(exclude_unset=True))
    return answer(request, person_json(request, person))


@router.get("/people/{person_id}/assignments", response=list[AssignmentOut])
def list_assignments(request: ApiRequest, person_id: Id) -> HttpResponse:
    """Every position somebody held, holds and will hold, latest first."""
    person = found(people_visible_to(request.actor), person_id)
    rows = Assignment.objects.filter(person=person).select_related("position").order_by("-valid_from", "pk")
    return answer(request, [assignment_json(row) for row in rows])


@router.post("/people/{person_id}/assignments", response={201: AssignmentOut})
def assign(request: ApiRequest, person_id: Id, data: AssignmentIn) -> HttpResponse:
    """Give somebody a position beside those he holds."""
    person = found(people_visible_to(request.actor), person_id)
    require(can_manage_people(request.actor, person))
    position = found(Position.objects.all(), data.position_id, field="position_id")
    row = assign_person(
        actor=request.actor, person=person, position=position, **data.model_dump(exclude={"position_id"})
    )
    return created(request, assignment_json(row), f"/people/{person.pk}/assignments")


@router.post("/people/{person_id}/move", response=AssignmentOut)
def move(request: ApiRequest, person_id: Id, data: PersonMoveIn) -> HttpResponse:
    """Move somebody to a unit from a day; what he holds ends then and stays in the history."""
    person = found(people_visible_to(request.actor), person_id)
    require(can_manage_people(request.actor, person))
    unit = found(Unit.objects.all(), data.unit_id, field="unit_id")
    row = move_person(actor=request.actor, person=person, unit=unit, **data.model_dump(exclude={"unit_id"}))
    return answer(request, assignment_json(row))


@router.post("/people/{person_id}/leave", response=PersonDetail)
def leave(request: ApiRequest, person_id: Id, data: DayIn) -> HttpResponse:
    """Somebody leaves; the day is the first one away."""
    person = found(people_visible_to(request.actor), person_id)
    return answer(request, person_json(request, let_go(actor=request.actor, person=person, on=data.on)))


@router.post("/people/{person_id}/return", response=PersonDetail)
def come_back(request: ApiRequest, person_id: Id, data: ReturnIn) -> HttpResponse:
    """Somebody who left comes back into a position."""
    person = found(people_visible_to(request.actor), person_id)
    require(can_manage_people(request.actor, person))
    position = found(Position.objects.all(), data.position_id, field="position_id")
    returned = take_back(actor=request.actor, person=person, position=position, on=data.on)
    return answer(request, person_json(request, returned))


@router.get("/people/{person_id}/reports", response=list[PersonOut])
def list_reports(request: ApiRequest, person_id: Id, filters: Query[DateFilters]) -> HttpResponse:
    """Those whose manager somebody is on a day, by line or as head of their unit, of whom the caller sees."""
    person, day = found(people_visible_to(request.actor), person_id), filters.on or timezone.localdate()
    rows = people_on(request.actor, day).filter(pk__in=reports_of(person, day).values("pk"))
    return answer(request, list(rows.order_by("sort_key", "pk").values(*PERSON_ROW)))


def assignment_for(request: ApiRequest, assignment_id: int) -> Assignment:
    """A position held by somebody the caller may see."""
    rows = Assignment.objects.filter(person__in=people_visible_to(request.actor)).select_related("person", "position")
    row: Assignment = found(rows, assignment_id)
    return row


@router.post("/assignments/{assignment_id}/end", response=AssignmentOut)
def finish_assignment(request: ApiRequest, assignment_id: Id, data: DayIn) -> HttpResponse:
    """Let a position end on a day."""
    row = assignment_for(request, assignment_id)
    return answer(request, assignment_json(end_assignment(actor=request.actor, assignment=row, on=data.on)))


@router.post("/assignments/{assignment_id}/cancel", response={204: None})
def call_off_assignment(request: ApiRequest, assignment_id: Id) -> HttpResponse:
    """Call off a position that has not begun; what would have ended for it goes on."""
    row = assignment_for(request, assignment_id)
    cancel_assignment(actor=request.actor, assignment=row, today=timezone.localdate())
    return no_content(request)
