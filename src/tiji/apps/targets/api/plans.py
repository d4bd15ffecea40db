"""Target plans, their versions and cells."""

from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.organization.selectors.company import business_date
from tiji.apps.targets.models import TargetCell, TargetNode, TargetPlan, TargetVersion
from tiji.apps.targets.permissions import (
    can_activate_target_version,
    can_create_target_plan,
    can_see_target_node,
    can_shape_targets,
    can_start_target_version,
    can_type_targets,
    versions_seen_by,
)
from tiji.apps.targets.services.plans import (
    activate_target_version,
    create_target_plan,
    lock_target_months,
    start_target_version,
)
from tiji.apps.targets.services.typing import type_targets
from tiji.apps.targets.services.undo import undo_typing
from tiji.kernel.targets import Cell
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
    Router,
    Schema,
    answer,
    created,
    expected_version,
    found,
    page_answer,
)

router = Router("targets", tag="Targets")
PLAN = ("id", "fiscal_year", "measure", "name", "currency")
VERSION = (
    "id",
    "number",
    "status",
    "reason",
    "tree_on",
    "locked_months",
    "season",
    "created_at",
    "shared_at",
    "activated_at",
    "version",
)
MOST_CELLS = 2000


class PlanFilters(Schema):
    fiscal_year: int | None = Field(None, ge=2000, le=2100)
    measure: Measure | None = None


class TargetPlanOut(Out):
    id: int
    fiscal_year: int
    measure: str
    name: str
    currency: str


class TargetVersionOut(Out):
    id: int
    number: int
    status: str
    reason: str
    tree_on: date
    locked_months: list[str]
    season: dict[str, list[str]] = Field(description="Kind → the twelve weights of the year; without one it is even")
    created_at: datetime
    shared_at: datetime | None
    activated_at: datetime | None
    version: int


class PlanDetail(TargetPlanOut):
    versions: list[TargetVersionOut]


class TargetPlanIn(In):
    fiscal_year: int = Field(ge=2000, le=2100)
    measure: Measure
    tree_on: date | None = None
    name: str = Field("", max_length=120, pattern=r"^[^\x00]*$")


class TargetVersionIn(In):
    reason: str = Field(min_length=1, max_length=250, pattern=r"^[^\x00]*$")
    tree_on: date | None = None


class MonthsIn(In):
    months: list[str] = Field(min_length=1, max_length=12)


class CellFilters(Schema):
    period: str | None = Field(None, max_length=8, pattern=r"^[0-9QM-]*$")
    kind: BusinessKind | None = None


class CellOut(Out):
    node: str
    period: str
    kind: str
    amount: Amount
    origin: str


class CellIn(In):
    node: str = Field(max_length=20, pattern=r"^[up][0-9]+$")
    period: str = Field(max_length=8)
    kind: BusinessKind | None = None
    amount: Amount | None


class CellsIn(In):
    cells: list[CellIn] = Field(min_length=1, max_length=MOST_CELLS)


def version_row(version: TargetVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in VERSION}


def plan_row(plan: TargetPlan) -> dict[str, Any]:
    versions = [version_row(one) for one in plan.versions.all()]
    return {name: getattr(plan, name) for name in PLAN} | {"versions": versions}


def live_plans() -> Any:
    return TargetPlan.objects.filter(archived_at__isnull=True)


def seen_plans(request: ApiRequest) -> Any:
    """Plans with the versions the caller may see."""
    versions = TargetVersion.objects.filter(versions_seen_by(request.actor))
    return live_plans().prefetch_related(Prefetch("versions", versions))


def live_version(request: ApiRequest, version_id: int) -> TargetVersion:
    """A version that the caller may see. Raises: NotFound."""
    rows = TargetVersion.objects.filter(versions_seen_by(request.actor), plan__archived_at__isnull=True)
    return found(rows.select_related("plan"), version_id)  # type: ignore[no-any-return]


def visible_nodes(request: ApiRequest, version: TargetVersion) -> dict[int, str]:
    """Node id → key of the rows the caller may see."""
    nodes = TargetNode.objects.filter(version=version).select_related("parent")
    for node in nodes:
        node.version = version
    return {node.pk: node.key for node in nodes if can_see_target_node(request.actor, node)}


@router.get("/target-plans", response=PageOf[TargetPlanOut])
def list_target_plans(request: ApiRequest, filters: Query[PlanFilters], paging: Query[Paging]) -> HttpResponse:
    """Target plans, latest year first."""
    rows = live_plans().filter(**filters.model_dump(exclude_none=True)).values(*PLAN)
    return page_answer(request, keyset(rows, ("-fiscal_year", "-id"), paging.cursor, paging.size))


@router.post("/target-plans", response={201: PlanDetail})
def make_target_plan(request: ApiRequest, data: TargetPlanIn) -> HttpResponse:
    """Make a plan with its first draft, for the units and people of a day."""
    require(can_create_target_plan(request.actor))
    facts = data.model_dump(exclude={"tree_on"})
    tree_on = data.tree_on or business_date(timezone.now())
    version = create_target_plan(actor=request.actor, at=timezone.now(), tree_on=tree_on, **facts)
    plan = version.plan
    return created(request, plan_row(plan), f"/target-plans/{plan.pk}")


@router.get("/target-plans/{plan_id}", response=PlanDetail)
def read_target_plan(request: ApiRequest, plan_id: Id) -> HttpResponse:
    """One plan with its versions, the latest first."""
    return answer(request, plan_row(found(seen_plans(request), plan_id)))


@router.post("/target-plans/{plan_id}/versions", response={201: TargetVersionOut})
def begin_target_version(request: ApiRequest, plan_id: Id, data: TargetVersionIn) -> HttpResponse:
    """Begin a draft as a copy of the version that counts."""
    plan = found(live_plans(), plan_id)
    require(can_start_target_version(request.actor, plan))
    made = start_target_version(
        actor=request.actor, plan=plan, reason=data.reason, at=timezone.now(), tree_on=data.tree_on
    )
    return created(request, version_row(made), f"/target-versions/{made.pk}", version=made.version)


@router.get("/target-versions/{version_id}", response=TargetVersionOut, versioned=True)
def read_target_version(request: ApiRequest, version_id: Id) -> HttpResponse:
    """One version."""
    version = live_version(request, version_id)
    return answer(request, version_row(version), version=version.version)


@router.get("/target-versions/{version_id}/cells", response=PageOf[CellOut])
def list_target_cells(
    request: ApiRequest, version_id: Id, filters: Query[CellFilters], paging: Query[Paging]
) -> HttpResponse:
    """The amounts of the rows the caller may see: u… for units, p… for people."""
    keys = visible_nodes(request, live_version(request, version_id))
    rows = TargetCell.objects.filter(node_id__in=keys, **filters.model_dump(exclude_none=True))
    page = keyset(
        rows.values("id", "node_id", "period", "kind", "amount", "origin"), ("id",), paging.cursor, paging.size
    )
    return page_answer(request, page, lambda row: {**row, "node": keys[row["node_id"]]})


@router.patch("/target-versions/{version_id}/cells", response=TargetVersionOut, versioned=True)
def type_target_cells(request: ApiRequest, version_id: Id, data: CellsIn) -> HttpResponse:
    """Type cells together; null clears one. Without a kind: all kinds together, in today's proportions."""
    require(can_type_targets(request.actor))
    version = live_version(request, version_id)
    expected = expected_version(request, version)
    amounts = {Cell(one.node, one.period, str(one.kind or "")): one.amount for one in data.cells}
    opened = type_targets(
        actor=request.actor, version=version, amounts=amounts, at=timezone.now(), expected_version=expected
    )
    return answer(request, version_row(opened.version), version=opened.version.version)


@router.post("/target-versions/{version_id}/undo", response=TargetVersionOut)
def undo_target_typing(request: ApiRequest, version_id: Id) -> HttpResponse:
    """Take back the last act of typing."""
    require(can_type_targets(request.actor))
    opened = undo_typing(actor=request.actor, version=live_version(request, version_id), at=timezone.now())
    return answer(request, version_row(opened.version), version=opened.version.version)


@router.post("/target-versions/{version_id}/activate", response=TargetVersionOut)
def activate_target(request: ApiRequest, version_id: Id) -> HttpResponse:
    """Make a draft the version that counts."""
    version = live_version(request, version_id)
    require(can_activate_target_version(request.actor, version.plan))
    version = activate_target_version(actor=request.actor, version=version, at=timezone.now())
    return answer(request, version_row(version), version=version.version)


@router.post("/target-versions/{version_id}/lock", response=TargetVersionOut)
def lock_target(request: ApiRequest, version_id: Id, data: MonthsIn) -> HttpResponse:
    """Close months: their targets stand whatever is typed later."""
    require(can_shape_targets(request.actor))
    version = lock_target_months(actor=request.actor, version=live_version(request, version_id), months=data.months)
    return answer(request, version_row(version), version=version.version)
