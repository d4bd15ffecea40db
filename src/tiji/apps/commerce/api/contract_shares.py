"""Whose a contract is, over time, over REST."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.commerce.api.contracts import visible
from tiji.apps.commerce.models import ContractShare
from tiji.apps.commerce.permissions import can_share_contract
from tiji.apps.commerce.services.shares import AgreedShare, share_contract
from tiji.apps.organization.models import Person
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, Rate, Router, answer, as_written, created, found

router = Router("commerce", tag="Contracts")


class ShareOut(Out):
    id: int
    number: int = Field(description="The agreement; the highest one that has begun counts")
    position: int
    person_id: int
    share_rate: Rate
    valid_from: date
    reason: str
    created_at: datetime


class ContractShareIn(In):
    person_id: Id
    share_rate: Rate = Field(description="0.8 is 80%")


class SharesIn(In):
    shares: list[ContractShareIn] = Field(min_length=1, max_length=50, description="Everybody's, at most 1 together")
    valid_from: date
    reason: str = Field(min_length=1, max_length=250)


NAMES = ("id", "number", "position", "person_id", "share_rate", "valid_from", "reason", "created_at")


def as_json(row: ContractShare) -> dict[str, Any]:
    return {name: as_written(getattr(row, name)) for name in NAMES}


def agreed(rows: list[ContractShareIn]) -> list[AgreedShare]:
    """The people named with their shares. Raises: DomainError for somebody who is not there."""
    people = Person.objects.filter(archived_at__isnull=True)
    return [AgreedShare(found(people, row.person_id, field="shares"), row.share_rate) for row in rows]


@router.get("/contracts/{contract_id}/shares", response=list[ShareOut])
def list_shares(request: ApiRequest, contract_id: Id) -> HttpResponse:
    """Who shares a contract, every agreement of it, the latest first. None: it is its owner's alone."""
    rows = ContractShare.objects.filter(contract=visible(request, contract_id))
    return answer(request, [as_json(row) for row in rows])


@router.post("/contracts/{contract_id}/shares", response={201: list[ShareOut]})
def post_shares(request: ApiRequest, contract_id: Id, data: SharesIn) -> HttpResponse:
    """Agree whose a contract is from a day on; what was agreed before stays for the days before."""
    contract = visible(request, contract_id)
    require(can_share_contract(request.actor, contract))
    facts: Any = {"valid_from": data.valid_from, "reason": data.reason, "at": timezone.now()}
    rows = share_contract(actor=request.actor, contract=contract, shares=agreed(data.shares), **facts)
    return created(request, [as_json(row) for row in rows], f"/contracts/{contract_id}/shares")
