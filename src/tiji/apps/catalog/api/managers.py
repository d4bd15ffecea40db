"""Who keeps which product line, over time, over REST."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.catalog.api.products import reader
from tiji.apps.catalog.models import ProductLine
from tiji.apps.catalog.permissions import can_assign_product_line
from tiji.apps.catalog.selectors.products import line_grants, possible_line_managers
from tiji.apps.catalog.services.lines import assign_product_line, end_product_line
from tiji.apps.organization.models import AccessGrant
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, Router, answer, created, found, no_content

router = Router("catalog", tag="Catalog")


class ManagerOut(Out):
    id: int
    person_id: int
    line_id: int
    may_change: bool
    valid_from: date
    valid_until: date | None


class ManagerIn(In):
    person_id: Id
    valid_from: date
    valid_until: date | None = None
    may_change: bool = Field(True, description="Whether he keeps the line's products and prices")


class ManagerEndIn(In):
    on: date = Field(description="The first day on which he keeps the line no longer")


def as_json(grant: AccessGrant) -> dict[str, Any]:
    names = ("id", "person_id", "may_change", "valid_from", "valid_until")
    return {**{name: getattr(grant, name) for name in names}, "line_id": grant.object_id}


@router.get("/product-lines/{line_id}/managers", response=list[ManagerOut])
def list_managers(request: ApiRequest, line_id: Id) -> HttpResponse:
    """Who keeps a line, kept it and will, the latest first."""
    reader(request)
    return answer(request, [as_json(grant) for grant in line_grants(found(ProductLine.objects.all(), line_id))])


@router.post("/product-lines/{line_id}/managers", response={201: ManagerOut})
def post_manager(request: ApiRequest, line_id: Id, data: ManagerIn) -> HttpResponse:
    """Give a product manager a line for a time."""
    require(can_assign_product_line(request.actor))
    line, people = found(ProductLine.objects.all(), line_id), possible_line_managers(timezone.localdate())
    person = found(people, data.person_id, field="person_id")
    facts = data.model_dump(exclude={"person_id"})
    grant = assign_product_line(actor=request.actor, person=person, line=line, **facts)
    return created(request, as_json(grant), f"/product-lines/{line.pk}/managers")


@router.post("/product-lines/{line_id}/managers/{grant_id}/end", response={204: None})
def post_manager_end(request: ApiRequest, line_id: Id, grant_id: Id, data: ManagerEndIn) -> HttpResponse:
    """Let a product manager keep a line no longer from a day on."""
    require(can_assign_product_line(request.actor))
    line = found(ProductLine.objects.all(), line_id)
    grant = found(line_grants(line), grant_id)
    end_product_line(actor=request.actor, line=line, grant=grant, on=data.on, today=timezone.localdate())
    return no_content(request)
