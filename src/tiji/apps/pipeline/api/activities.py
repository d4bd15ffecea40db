"""Activities over REST."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account, Contact
from tiji.apps.pipeline.api.router import router
from tiji.apps.pipeline.api.schemas import owner_of
from tiji.apps.pipeline.models import Activity, Opportunity
from tiji.apps.pipeline.permissions import can_log_activity
from tiji.apps.pipeline.services.activities import complete_activity, log_activity, plan_task, postpone_activity
from tiji.shared.errors import DomainError
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
    page_answer,
)

KindText = Literal["visit", "call", "meeting", "message", "task", "note"]
ResultText = Literal["", "progress", "level", "risk"]
ROW = (
    *("id", "kind", "subject", "purpose", "account_id", "opportunity_id", "owner_id", "unit_id", "planned_at"),
    *("due_on", "done_at", "minutes", "result", "note", "next_step", "next_step_on", "created_at", "version"),
)


class ActivityFilters(Schema):
    owner: Id | None = None
    account: Id | None = None
    opportunity: Id | None = None
    kind: list[KindText] | None = Field(None, max_length=6)
    done: bool | None = Field(None, description="Only done ones, or only planned ones")
    due_to: date | None = None


class ActivityOut(Out):
    id: int
    kind: KindText
    subject: str
    purpose: str
    account_id: int | None
    opportunity_id: int | None
    owner_id: int
    unit_id: int | None
    planned_at: datetime | None
    due_on: date | None
    done_at: datetime | None
    minutes: int | None
    result: ResultText
    note: str
    next_step: str
    next_step_on: date | None
    created_at: datetime
    version: int


class ActivityIn(In):
    """Done at `done_at`, or planned for `due_on`: one of both."""

    kind: KindText = "visit"
    subject: str = Field("", max_length=200)
    purpose: str = Field("", max_length=40)
    account_id: Id | None = None
    opportunity_id: Id | None = None
    owner_id: Id | None = None
    contact_ids: list[Id] = Field([], max_length=50)
    done_at: datetime | None = None
    due_on: date | None = None
    minutes: int | None = Field(None, ge=1, le=1440)
    result: ResultText = ""
    note: str = Field("", max_length=10_000)
    next_step: str = Field("", max_length=200)
    next_step_on: date | None = None


class DoneIn(In):
    result: ResultText = ""
    note: str = Field("", max_length=10_000)
    next_step: str = Field("", max_length=200)
    next_step_on: date | None = None


class PostponeIn(In):
    due_on: date
    reason: str = Field("", max_length=200)


def as_json(activity: Activity) -> dict[str, Any]:
    return {name: getattr(activity, name) for name in ROW}


@router.get("/activities", response=PageOf[ActivityOut])
def list_activities(request: ApiRequest, filters: Query[ActivityFilters], paging: Query[Paging]) -> HttpResponse:
    """Activities the caller may see, latest first."""
    rows = Activity.objects.visible_to(request.actor).live()
    same = {"owner_id": filters.owner, "account_id": filters.account, "opportunity_id": filters.opportunity,
            "kind__in": filters.kind, "due_on__lte": filters.due_to}  # fmt: skip
    rows = rows.filter(**{path: value for path, value in same.items() if value is not None})
    if filters.done is not None:
        rows = rows.filter(done_at__isnull=not filters.done)
    return page_answer(request, keyset(rows.values(*ROW), ("-id",), paging.cursor, paging.size))


@router.get("/activities/{activity_id}", response=ActivityOut, versioned=True)
def read_activity(request: ApiRequest, activity_id: Id) -> HttpResponse:
    """One activity."""
    activity = found(Activity.objects.visible_to(request.actor), activity_id)
    return answer(request, as_json(activity), version=activity.version)


@router.post("/activities", response={201: ActivityOut})
def create_activity(request: ApiRequest, data: ActivityIn) -> HttpResponse:
    """Log what was done (`done_at` and a next step), or plan what is to be done (`due_on` and a subject)."""
    require(can_log_activity(request.actor))
    if (data.done_at is None) == (data.due_on is None):
        raise DomainError(_("Say when it was done, or by when it is to be done."), field="done_at")
    about = _about(request, data)
    activity = _log(request, data, data.done_at, about) if data.done_at else _plan(request, data, about)
    return created(request, as_json(activity), f"/activities/{activity.pk}", version=activity.version)


def _about(request: ApiRequest, data: ActivityIn) -> dict[str, Any]:
    accounts = Account.objects.visible_to(request.actor).live()
    deals = Opportunity.objects.visible_to(request.actor).live().select_related("account")
    key, deal = data.account_id, data.opportunity_id
    return {
        "account": None if key is None else found(accounts, key, field="account_id"),
        "opportunity": None if deal is None else found(deals, deal, field="opportunity_id"),
        "owner": owner_of(data.owner_id),
    }


def _log(request: ApiRequest, data: ActivityIn, at: datetime, about: dict[str, Any]) -> Activity:
    contacts = list(Contact.objects.visible_to(request.actor).filter(pk__in=data.contact_ids))
    sent = data.model_dump(
        include={"kind", "subject", "purpose", "minutes", "result", "note", "next_step", "next_step_on"}
    )
    return log_activity(
        actor=request.actor,
        at=at,
        contacts=contacts,
        logged_at=timezone.now(),
        **about,
        **sent,
    )


def _plan(request: ApiRequest, data: ActivityIn, about: dict[str, Any]) -> Activity:
    sent = data.model_dump(include={"kind", "subject", "purpose", "note", "due_on"})
    return plan_task(actor=request.actor, at=timezone.now(), **about, **sent)


@router.post("/activities/{activity_id}/done", response=ActivityOut)
def finish_activity(request: ApiRequest, activity_id: Id, data: DoneIn) -> HttpResponse:
    """What was planned is done."""
    activity = found(Activity.objects.visible_to(request.actor), activity_id)
    done = complete_activity(actor=request.actor, activity=activity, at=timezone.now(), **data.model_dump())
    return answer(request, as_json(done), version=done.version)


@router.post("/activities/{activity_id}/postpone", response=ActivityOut)
def put_off_activity(request: ApiRequest, activity_id: Id, data: PostponeIn) -> HttpResponse:
    """Another day for something planned."""
    activity = found(Activity.objects.visible_to(request.actor), activity_id)
    later = postpone_activity(actor=request.actor, activity=activity, **data.model_dump())
    return answer(request, as_json(later), version=later.version)
