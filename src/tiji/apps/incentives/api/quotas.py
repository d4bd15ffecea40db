"""Quotas over REST: those that count, every version of one, and another amount as the next version."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.incentives.api.plans import require_reading, require_writing
from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import Quota
from tiji.apps.incentives.selectors.quotas import standing_quotas, versions_of_quota
from tiji.apps.incentives.services.quotas import set_quota
from tiji.apps.organization.models import Person
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
    Schema,
    answer,
    created,
    expected_version,
    found,
    page_answer,
)

ROW = ("id", "person_id", "measure", "period", "number", "amount", "currency", "source", "reason", "set_on")


class QuotaFilters(Schema):
    person: Id | None = None
    measure: str | None = Field(None, max_length=15)
    period: str | None = Field(None, max_length=8, examples=["2026-Q4"])


class QuotaOut(Out):
    id: int
    person_id: int
    measure: str
    period: str
    number: int = Field(description="The version; the highest counts")
    amount: Amount
    currency: str
    source: str
    reason: str
    set_on: date
    created_at: datetime


class QuotaReadOut(QuotaOut):
    versions: list[QuotaOut]


class QuotaAmountIn(In):
    amount: Amount = Field(ge=0)
    reason: str = Field("", max_length=250)


class QuotaIn(QuotaAmountIn):
    person_id: Id
    measure: str = Field(max_length=15, examples=["cash"])
    period: str = Field(max_length=8, examples=["2026-Q4"], description="A fiscal year, quarter or month")


def _row(quota: Quota) -> dict[str, Any]:
    return {name: getattr(quota, name) for name in (*ROW, "created_at")}


def _all(quota: Quota) -> dict[str, Any]:
    versions = versions_of_quota(quota)
    return {**_row(versions[0]), "versions": [_row(one) for one in versions]}


def _standing(quota_id: int) -> Quota:
    """The version that counts of the quota that any of its versions names."""
    return versions_of_quota(found(Quota.objects.all(), quota_id))[0]


@router.get("/pay-quotas", response=PageOf[QuotaOut])
def list_quotas(request: ApiRequest, filters: Query[QuotaFilters], paging: Query[Paging]) -> HttpResponse:
    """The quotas that count, last set first."""
    require_reading(request)
    rows = standing_quotas(**filters.model_dump(exclude_none=True))
    return page_answer(request, keyset(rows, ("-id",), paging.cursor, paging.size), convert=_row)


@router.get("/pay-quotas/{quota_id}", response=QuotaReadOut, versioned=True)
def read_quota(request: ApiRequest, quota_id: Id) -> HttpResponse:
    """The version that counts of a quota, with all the versions before it."""
    require_reading(request)
    quota = _standing(quota_id)
    return answer(request, _all(quota), version=quota.number)


@router.post("/pay-quotas", response={201: QuotaReadOut})
def type_quota(request: ApiRequest, data: QuotaIn) -> HttpResponse:
    """A person's quota of a period that has none yet; one that stands is changed with PATCH."""
    require_writing(request)
    facts = data.model_dump(exclude={"person_id"})
    person = found(Person.objects.all(), data.person_id, field="person_id")
    now = timezone.now()
    quota = set_quota(actor=request.actor, person=person, on=timezone.localdate(), at=now, expected=0, **facts)
    return created(request, _all(quota), f"/pay-quotas/{quota.pk}", version=quota.number)


@router.patch("/pay-quotas/{quota_id}", response=QuotaReadOut, versioned=True)
def change_quota(request: ApiRequest, quota_id: Id, data: QuotaAmountIn) -> HttpResponse:
    """Another amount as the next version; runs keep the version they used."""
    require_writing(request)
    old = _standing(quota_id)
    key: dict[str, Any] = {"person": old.person, "measure": old.measure, "period": old.period}
    seen, now = expected_version(request, old), timezone.now()
    on, facts = timezone.localdate(), data.model_dump()
    quota = set_quota(actor=request.actor, on=on, at=now, expected=seen, **key, **facts)
    return answer(request, _all(quota), version=quota.number)
