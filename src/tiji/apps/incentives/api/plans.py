"""Pay plans over REST: documents with versions, and whom they pay."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import PayPlan, PlanVersion
from tiji.apps.incentives.permissions import can_edit_pay_plan, can_see_pay_plans
from tiji.apps.incentives.services.plans import add_plan_version, create_pay_plan
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, PageOf, Paging, Query, answer, created, found, page_answer


class PayPlanOut(Out):
    id: int
    code: str
    name: str
    name_en: str


class PayPlanVersionOut(Out):
    number: int
    valid_from: date
    reason: str
    digest: str
    document: dict[str, Any]


class PlanReadOut(PayPlanOut):
    versions: list[PayPlanVersionOut]


class PayPlanVersionIn(In):
    document: dict[str, Any] | str = Field(description="The plan's document, as JSON or as YAML text")
    valid_from: date
    reason: str = Field("", max_length=250)


class PayPlanIn(PayPlanVersionIn):
    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field("", max_length=120)


def require_reading(request: ApiRequest) -> None:
    require(can_see_pay_plans(request.actor), _("Plans as a whole are open to sales operations and finance. Ask them."))


def require_writing(request: ApiRequest) -> None:
    require(can_edit_pay_plan(request.actor), _("Only sales operations and the director write plans. Ask them."))


def _version(row: PlanVersion) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("number", "valid_from", "reason", "digest", "document")}


def _plan(plan: PayPlan) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(plan, name) for name in ("id", "code", "name", "name_en")}
    return {**row, "versions": [_version(one) for one in plan.versions.order_by("-number")]}


@router.get("/pay-plans", response=PageOf[PayPlanOut])
def list_pay_plans(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Pay plans by code."""
    require_reading(request)
    rows = PayPlan.objects.filter(archived_at__isnull=True).values("id", "code", "name", "name_en")
    return page_answer(request, keyset(rows, ("code",), paging.cursor, paging.size))


@router.get("/pay-plans/{plan_id}", response=PlanReadOut)
def read_pay_plan(request: ApiRequest, plan_id: Id) -> HttpResponse:
    """One plan with everything it ever said."""
    require_reading(request)
    return answer(request, _plan(found(PayPlan.objects.all(), plan_id)))


@router.post("/pay-plans", response={201: PlanReadOut})
def create_plan(request: ApiRequest, data: PayPlanIn) -> HttpResponse:
    """A new plan with its first version."""
    version = create_pay_plan(actor=request.actor, at=timezone.now(), **data.model_dump())
    return created(request, _plan(version.plan), f"/pay-plans/{version.plan_id}")


@router.post("/pay-plans/{plan_id}/versions", response={201: PlanReadOut})
def add_version(request: ApiRequest, plan_id: Id, data: PayPlanVersionIn) -> HttpResponse:
    """What the plan says from a date on."""
    require_writing(request)
    plan = found(PayPlan.objects.all(), plan_id)
    add_plan_version(actor=request.actor, plan=plan, at=timezone.now(), **data.model_dump())
    return created(request, _plan(plan), f"/pay-plans/{plan.pk}")
