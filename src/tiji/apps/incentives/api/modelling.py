"""Models of pay over REST: make one, watch it, read what it says. Nobody is ever paid by one."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.plans import require_reading, require_writing
from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.display.model_watching import cancel_model
from tiji.apps.incentives.models import PayModel, PayPlan, PlanVersion
from tiji.apps.incentives.permissions import can_see_sums_of_pay, sees_all_pay
from tiji.apps.incentives.selectors.model_figures import growths_of, same_cost
from tiji.apps.incentives.selectors.modelling import months_in, pay_models, people_of_model
from tiji.apps.incentives.services.model_work import KIND
from tiji.apps.incentives.services.modelling import make_model
from tiji.apps.incentives.services.progress import called_off_by, running
from tiji.apps.organization.models import Person, Unit, User
from tiji.shared.errors import DomainError
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    Amount,
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Rate,
    answer,
    found,
    page_answer,
)

ROW = (
    *("id", "name", "first", "last", "growth", "person_id", "unit_id", "role", "digest", "state", "people"),
    *("made_at", "made_by_id", "begun_at", "ended_at", "cancelled_by_id", "currency"),
)


class PayModelIn(In):
    plan_id: Id
    version: Id | None = Field(None, description="The version it begins with; the newest without")
    name: str = Field(min_length=1, max_length=120)
    document: dict[str, Any] | str = Field(description="The changed document, as JSON or as YAML text")
    first: str = Field(max_length=8, examples=["2026-M01"])
    last: str = Field(max_length=8, examples=["2026-M06"])
    growth: Rate = Field(Decimal(0), description="By how much every event is larger, as a share of 1")
    person_id: Id | None = Field(None, description="Pay one person instead of those whom the plan paid")
    unit_id: Id | None = Field(None, description="Pay everybody of a unit and below instead")
    role: str = Field("", description="Pay everybody of a role instead")


class PayModelSumsOut(Out):
    amount: Amount = Field(description="By the model")
    then_amount: Amount = Field(description="As the runs that count earned it")
    replayed_amount: Amount = Field(description="By the plan of then, over what was known when it was computed")
    credit: Amount = Field(description="What the model credits, each event once for each person")


class PayModelMonthOut(Out):
    period: str
    people: int
    sums: PayModelSumsOut | None = Field(description="Missing for months with too few people for the caller")


class PayModelGrowthOut(Out):
    growth: Rate
    amount: Amount
    replayed_amount: Amount | None
    credit: Amount


class PayModelSameCostOut(Out):
    low: Rate
    high: Rate = Field(description="The same as `low` where it was met exactly")


class PayModelOut(Out):
    id: int
    plan_id: int
    version: int
    name: str
    first: str
    last: str
    growth: Rate
    person_id: int | None
    unit_id: int | None
    role: str
    digest: str
    state: str = Field(description="waiting, running, done, failed or cancelled")
    message: str = Field(description="Why it stopped, in the caller's language")
    stages: list[str] = Field(description="Those begun so far, while it is computed")
    stopping: bool
    people: int
    currency: str
    sums: PayModelSumsOut | None = Field(description="Once it is done; missing with too few people for the caller")
    made_at: datetime
    made_by_id: int
    begun_at: datetime | None
    ended_at: datetime | None
    cancelled_by_id: int | None


class PayModelReadOut(PayModelOut):
    document: dict[str, Any]
    months: list[PayModelMonthOut]
    growths: list[PayModelGrowthOut]
    break_even: PayModelSameCostOut | None = Field(
        description="Growths, computed, between which it costs what was earned then"
    )


class PayModelPersonOut(Out):
    person_id: int
    unit_id: int | None
    amount: Amount
    then_amount: Amount
    change: Amount
    credit: Amount
    attainment: Rate | None


def _sums(row: Any) -> dict[str, Decimal]:
    return {name: getattr(row, name) for name in ("amount", "then_amount", "replayed_amount", "credit")}


def _row(actor: User, model: PayModel) -> dict[str, Any]:
    told = running(f"{KIND}-{model.pk}") if model.is_open else {}
    shown = model.state == PayModel.State.DONE and can_see_sums_of_pay(actor, model.people)
    return {
        **{name: getattr(model, name) for name in ROW},
        "plan_id": model.version.plan_id,
        "version": model.version.number,
        "message": model.refusal,
        "stages": [one["name"] for one in told.get("stages", ())],
        "stopping": model.is_open and called_off_by(model.pk, KIND) is not None,
        "sums": _sums(model) if shown else None,
    }


def _whole(actor: User, model: PayModel) -> dict[str, Any]:
    row = _row(actor, model)
    growths = growths_of(model) if row["sums"] else []
    met = same_cost(model, growths)
    return {
        **row,
        "document": model.document,
        "months": [
            {
                "period": one.period,
                "people": one.people,
                "sums": _sums(one) if can_see_sums_of_pay(actor, one.people) else None,
            }
            for one in months_in(model)
        ],
        "growths": [{name: getattr(one, name) for name in PayModelGrowthOut.model_fields} for one in growths],
        "break_even": {"low": met.low.growth, "high": met.high.growth} if met else None,
    }


def _one(request: ApiRequest, model_id: int) -> PayModel:
    require_reading(request)
    return found(pay_models(), model_id)  # type: ignore[no-any-return]


@router.get("/pay-models", response=PageOf[PayModelOut])
def list_pay_models(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Models, latest first."""
    require_reading(request)
    page = keyset(pay_models(), ("-id",), paging.cursor, paging.size)
    return page_answer(request, page, convert=lambda model: _row(request.actor, model))


@router.get("/pay-models/{model_id}", response=PayModelReadOut)
def read_pay_model(request: ApiRequest, model_id: Id) -> HttpResponse:
    """How far a model is, and once it is done what it says over all its people."""
    return answer(request, _whole(request.actor, _one(request, model_id)))


@router.get("/pay-models/{model_id}/people", response=PageOf[PayModelPersonOut])
def list_pay_model_people(request: ApiRequest, model_id: Id, paging: Query[Paging]) -> HttpResponse:
    """Everybody in the model, from who gains most to who loses most; for those who see everybody's pay."""
    require(sees_all_pay(request.actor), _("Who gains and who loses is open to those who see everybody's pay."))
    rows = people_of_model(_one(request, model_id)).values("id", *PayModelPersonOut.model_fields)
    return page_answer(request, keyset(rows, ("-change", "-id"), paging.cursor, paging.size))


@router.post("/pay-models", response={202: PayModelReadOut})
def create_pay_model(request: ApiRequest, data: PayModelIn) -> HttpResponse:
    """Have a changed plan computed over months that were run; the answer's `Location` is the model to look at."""
    require_writing(request)
    model = make_model(actor=request.actor, at=timezone.now(), **_given(data))
    response = answer(request, _whole(request.actor, _one(request, model.pk)), status=202)
    response.headers["Location"] = f"/api/v1/pay-models/{model.pk}"
    return response


def _given(data: PayModelIn) -> dict[str, Any]:
    """What the service takes, with the rows that the ids name. Raises: NotFound at its field."""
    given = data.model_dump(exclude={"plan_id", "version", "person_id", "unit_id"})
    versions = PlanVersion.objects.filter(plan=found(PayPlan.objects.all(), data.plan_id, field="plan_id"))
    if data.version is not None:
        versions = versions.filter(number=data.version)
    version = versions.select_related("plan").order_by("-number").first()
    if version is None:
        raise DomainError(_("The plan has no such version."), field="version")
    person = found(Person.objects.all(), data.person_id, field="person_id") if data.person_id else None
    unit = found(Unit.objects.all(), data.unit_id, field="unit_id") if data.unit_id else None
    return {**given, "version": version, "person": person, "unit": unit}


@router.post("/pay-models/{model_id}/cancel", response=PayModelReadOut)
def cancel_pay_model(request: ApiRequest, model_id: Id) -> HttpResponse:
    """Call a model off: it stops before its next month and leaves nothing behind; 422 when it is over already."""
    model = cancel_model(actor=request.actor, model=_one(request, model_id), at=timezone.now())
    return answer(request, _whole(request.actor, model))
