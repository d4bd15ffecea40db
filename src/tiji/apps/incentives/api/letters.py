"""Plan letters over REST: sent, read, answered."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import PlanLetter, PlanVersion
from tiji.apps.incentives.pages.letters import letter_link, letter_pdf, send_version
from tiji.apps.incentives.permissions import can_send_letters
from tiji.apps.incentives.selectors.letters import letters, to_be_sent
from tiji.apps.incentives.services.letters import (
    accept_letter,
    decline_letter,
    deny,
    letter_name,
    open_letter,
    remind_letters,
)
from tiji.apps.organization.models import Person
from tiji.apps.organization.selectors.ids import among
from tiji.shared.paging import keyset
from tiji.shared.pdf import PDF_TYPE
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
    file_answer,
    found,
    missing,
    page_answer,
)
from tiji.ui.export import pdf_response


class LetterFilters(Schema):
    plan: Id | None = None
    version: Id | None = Field(None, description="The number of the plan's version")
    person: Id | None = None


class LetterOut(Out):
    id: int
    plan_id: int
    version: int
    person_id: int
    state: str
    digest: str
    sent_at: datetime
    opened_at: datetime | None
    accepted_at: datetime | None
    accepted_name: str
    declined_at: datetime | None
    declined_reason: str
    reminded_at: datetime | None


class LetterReadOut(LetterOut):
    content: dict[str, Any] = Field(description="What the letter says: its title and its parts in their order")


class SentOut(Out):
    sent: int
    items: list[LetterOut]


class SendIn(In):
    person_ids: list[Id] | None = Field(
        None, max_length=5000, description="Without it: everybody the version pays who has no letter of it"
    )


class AcceptIn(In):
    name: str = Field(min_length=1, max_length=120)
    digest: str = Field(min_length=64, max_length=64, description="The `digest` of the letter that was read")


class DeclineIn(In):
    reason: str = Field(min_length=1, max_length=500)


FACTS = ("id", "person_id", "digest", "sent_at", "opened_at", "accepted_at", "accepted_name")
ANSWERS = ("declined_at", "declined_reason", "reminded_at")


def _row(row: PlanLetter) -> dict[str, Any]:
    version = row.plan_version
    head = {"plan_id": version.plan_id, "version": version.number, "state": row.state.value}
    return {**head, **{name: getattr(row, name) for name in (*FACTS, *ANSWERS)}}


@router.get("/plan-letters", response=PageOf[LetterOut])
def list_plan_letters(request: ApiRequest, filters: Query[LetterFilters], paging: Query[Paging]) -> HttpResponse:
    """The caller's letters, or all of them for those who see plans as a whole; newest first."""
    names = {"plan": "plan_version__plan_id", "version": "plan_version__number", "person": "person_id"}
    wanted = {names[name]: value for name, value in filters.model_dump(exclude_none=True).items()}
    rows = letters(request.actor).filter(**wanted).order_by()
    return page_answer(request, keyset(rows, ("-sent_at", "-id"), paging.cursor, paging.size), convert=_row)


@router.post("/pay-plans/{plan_id}/versions/{number}/letters", response=SentOut)
def send_plan_letters(request: ApiRequest, plan_id: Id, number: Id, data: SendIn) -> HttpResponse:
    """Put a version to the people it pays; who has its letter already gets no second one."""
    require(can_send_letters(request.actor), deny())
    version = PlanVersion.objects.filter(number=number, plan_id=plan_id).select_related("plan").first()
    if version is None:
        raise missing(PlanVersion)
    people = to_be_sent(version, timezone.localdate()) if data.person_ids is None else _people(data.person_ids)
    rows = send_version(actor=request.actor, version=version, people=people, request=request, on=timezone.localdate())
    return answer(request, {"sent": len(rows), "items": [_row(row) for row in rows]})


def _people(keys: list[int]) -> list[Person]:
    """Raises: DomainError at `person_ids` for somebody there is not."""
    people = list(Person.objects.filter(among("pk", set(keys))))
    if len(people) < len(set(keys)):
        raise missing(Person, "person_ids")
    return people


@router.get("/plan-letters/{letter_id}", response=LetterReadOut)
def read_plan_letter(request: ApiRequest, letter_id: Id) -> HttpResponse:
    """One letter with what it says. Read by whom it is for, it is opened by this."""
    row = open_letter(actor=request.actor, letter=found(letters(request.actor), letter_id), at=timezone.now())
    return answer(request, {**_row(row), "content": row.content})


@router.get("/plan-letters/{letter_id}/pdf", response={200: None}, openapi_extra=file_answer(PDF_TYPE))
def read_plan_letter_pdf(request: ApiRequest, letter_id: Id) -> HttpResponse:
    """One letter on paper; once it is accepted, with name, time and hash as they were stored then."""
    row = found(letters(request.actor), letter_id)
    return pdf_response(letter_pdf(request.actor, row), letter_name(row))


@router.post("/plan-letters/{letter_id}/accept", response=LetterOut)
def accept_plan_letter(request: ApiRequest, letter_id: Id, data: AcceptIn) -> HttpResponse:
    """The caller accepts his letter with his name."""
    row = found(letters(request.actor), letter_id)
    return answer(request, _row(accept_letter(actor=request.actor, letter=row, at=timezone.now(), **data.model_dump())))


@router.post("/plan-letters/{letter_id}/decline", response=LetterOut)
def decline_plan_letter(request: ApiRequest, letter_id: Id, data: DeclineIn) -> HttpResponse:
    """The caller does not accept his letter, and says why."""
    row = found(letters(request.actor), letter_id)
    done = decline_letter(actor=request.actor, letter=row, at=timezone.now(), **data.model_dump())
    return answer(request, _row(done))


@router.post("/plan-letters/{letter_id}/remind", response=LetterOut)
def remind_plan_letter(request: ApiRequest, letter_id: Id) -> HttpResponse:
    """Mail the letter's person again while it waits for an answer."""
    require(can_send_letters(request.actor), deny())
    row = found(letters(request.actor), letter_id)
    remind_letters(actor=request.actor, letters=[row], at=timezone.now(), link=letter_link(request))
    return answer(request, _row(row))
