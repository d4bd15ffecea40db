"""An API of one small room, made with the same parts as the real one."""

from decimal import Decimal

from django.db import transaction
from django.urls import include, path

from shared.tables import Deal
from tiji.api.root import make_api
from tiji.shared.errors import Conflict, DomainError, NotAllowed
from tiji.shared.paging import keyset
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
    answer,
    created,
    expected_version,
    found,
    page_answer,
)

router = Router("deals")
ROW = ("id", "title", "amount", "likes")
calls = []


class DealIn(In):
    title: str = Field(min_length=2, max_length=20)
    amount: Amount | None = None


class DealOut(Out):
    id: int
    title: str | None
    amount: Amount | None
    likes: int


def as_json(deal):
    return {name: getattr(deal, name) for name in ROW}


def version_of(deal):
    deal.version = deal.likes
    return deal


@router.get("/deals", response=PageOf[DealOut])
def list_deals(request: ApiRequest, paging: Query[Paging]):
    return page_answer(request, keyset(Deal.objects.values(*ROW), ("-amount", "-id"), paging.cursor, paging.size))


@router.post("/deals", response={201: DealOut})
def create_deal(request: ApiRequest, data: DealIn):
    calls.append(data.title)
    with transaction.atomic():
        deal = Deal.objects.create(**data.model_dump())
        if data.title == "refused":
            raise DomainError("No such title.", field="title", code="bad-title")
        if data.title == "forbidden":
            raise NotAllowed("Ask max.")
        if data.title == "broken":
            raise ZeroDivisionError
    return created(request, as_json(deal), f"/deals/{deal.pk}", version=deal.likes)


@router.get("/deals/{deal_id}", response=DealOut, versioned=True)
def read_deal(request: ApiRequest, deal_id: Id):
    deal = version_of(found(Deal.objects.all(), deal_id))
    return answer(request, as_json(deal), version=deal.version)


@router.patch("/deals/{deal_id}", response=DealOut, versioned=True)
def change_deal(request: ApiRequest, deal_id: Id, data: DealIn):
    deal = version_of(found(Deal.objects.all(), deal_id))
    expected_version(request, deal)
    if data.title == "late":
        raise Conflict("Somebody was faster.")
    deal.title, deal.likes = data.title, deal.likes + 1
    deal.save()
    return answer(request, as_json(deal), version=deal.likes)


@router.post("/plain", response=DealOut)
def plain(request: ApiRequest, data: DealIn):
    """Answers with what the schema turns it into, not by hand."""
    return {"id": 1, "title": data.title, "amount": data.amount or Decimal("1.50"), "likes": 0}


api = make_api([router], namespace="test-api")
urlpatterns = [path("api/test/", api.urls), path("", include("tiji.config.urls"))]
