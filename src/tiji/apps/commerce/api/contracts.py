"""Contracts over REST."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.commerce.api.schemas import (
    Currency,
    DocumentFilters,
    ReverseIn,
    account_of,
    money_of,
    owner_of,
    plain,
)
from tiji.apps.commerce.models import Contract
from tiji.apps.commerce.permissions import can_write_any
from tiji.apps.commerce.selectors import documents
from tiji.apps.commerce.selectors.pages import plan_of
from tiji.apps.commerce.services.contracts import (
    PlannedInstalment,
    draft_contract,
    edit_contract,
    reverse_contract,
    sign_contract,
)
from tiji.apps.commerce.services.drafts import drop_contract
from tiji.apps.pipeline.models import Opportunity
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
    answer,
    as_written,
    created,
    expected_version,
    found,
    no_content,
    page_answer,
)

router = Router("commerce", tag="Contracts")

ROW = (
    *("id", "number", "name", "account_id", "opportunity_id", "owner_id", "unit_id", "status", "signed_on", "amount"),
    *("cost", "currency", "kind", "reverses_id", "reason", "created_at", "archived_at", "version"),
)
Status = Literal["draft", "signed", "reversed"]
Kind = Literal["existing", "new"]


class ContractFilters(DocumentFilters):
    status: list[Status] | None = Field(None, max_length=3)
    kind: Kind | None = None
    signed_from: date | None = None
    signed_to: date | None = None


class ContractOut(Out):
    id: int
    number: str
    name: str
    account_id: int
    opportunity_id: int | None
    owner_id: int
    unit_id: int | None
    status: Status
    signed_on: date | None
    amount: Amount
    cost: Amount | None
    currency: str
    kind: str
    reverses_id: int | None
    reason: str
    created_at: datetime
    archived_at: datetime | None = Field(description="When a draft was dropped, or a whole load was taken back")
    version: int


class InstalmentOut(Out):
    id: int
    position: int
    label: str
    due_on: date
    amount: Amount
    condition: str
    billed: Amount
    paid: Amount


class ContractDetail(ContractOut):
    instalments: list[InstalmentOut]


class InstalmentIn(In):
    label: str = Field(min_length=1, max_length=80)
    due_on: date
    amount: Amount
    condition: str = Field("", max_length=120)


class ContractIn(In):
    account_id: Id
    name: str = Field(min_length=1, max_length=200)
    amount: Amount
    currency: Currency | None = Field(None, description="The company's when left out")
    cost: Amount | None = None
    owner_id: Id | None = Field(None, description="The owner of the deal or of the customer when left out")
    opportunity_id: Id | None = None
    instalments: list[InstalmentIn] = Field([], max_length=200)


class ContractPatch(In):
    name: str | None = Field(None, min_length=1, max_length=200)
    amount: Amount | None = None
    cost: Amount | None = None
    instalments: list[InstalmentIn] | None = Field(None, max_length=200, description="The whole plan")


class SignIn(In):
    signed_on: date


def visible(request: ApiRequest, contract_id: int) -> Contract:
    rows = Contract.objects.visible_to(request.actor).select_related("account", "owner")
    return found(rows, contract_id)  # type: ignore[no-any-return]


def detail(contract: Contract) -> dict[str, Any]:
    names = ("id", "position", "label", "due_on", "amount", "condition")
    plan = [
        {
            **plain(line.row, names),
            "billed": as_written(line.billed.amount),
            "paid": as_written(line.paid.amount),
        }
        for line in plan_of(contract, timezone.localdate())
    ]
    return {**plain(contract, ROW), "instalments": plan}


def plan_in(rows: list[InstalmentIn]) -> list[PlannedInstalment]:
    return [PlannedInstalment(**row.model_dump()) for row in rows]


@router.get("/contracts", response=PageOf[ContractOut])
def list_contracts(request: ApiRequest, filters: Query[ContractFilters], paging: Query[Paging]) -> HttpResponse:
    """Contracts the caller may see, latest signing first, drafts last."""
    rows = filters.apply(documents.contracts(viewer=request.actor), documents.found_contracts)
    rows = documents.narrow(
        rows,
        status__in=filters.status,
        kind=filters.kind,
        signed_on__gte=filters.signed_from,
        signed_on__lte=filters.signed_to,
    )
    return page_answer(request, keyset(rows.values(*ROW), ("-signed_on", "-id"), paging.cursor, paging.size))


@router.get("/contracts/{contract_id}", response=ContractDetail, versioned=True)
def read_contract(request: ApiRequest, contract_id: Id) -> HttpResponse:
    """One contract with its plan: what is billed and paid of each instalment."""
    contract = visible(request, contract_id)
    return answer(request, detail(contract), version=contract.version)


@router.post("/contracts", response={201: ContractDetail})
def post_contract(request: ApiRequest, data: ContractIn) -> HttpResponse:
    """Draft a contract."""
    require(can_write_any(request.actor))
    deals = Opportunity.objects.visible_to(request.actor).select_related("owner")
    contract = draft_contract(
        actor=request.actor,
        account=account_of(request, data.account_id),
        name=data.name,
        amount=money_of(data.amount, data.currency),
        on=timezone.localdate(),
        cost=data.cost,
        owner=owner_of(data.owner_id),
        opportunity=found(deals, data.opportunity_id, field="opportunity_id") if data.opportunity_id else None,
        instalments=plan_in(data.instalments),
    )
    return created(request, detail(contract), f"/contracts/{contract.pk}", version=contract.version)


@router.patch("/contracts/{contract_id}", response=ContractDetail, versioned=True)
def patch_contract(request: ApiRequest, contract_id: Id, data: ContractPatch) -> HttpResponse:
    """Change a draft. Instalments, when sent, replace the plan."""
    contract = visible(request, contract_id)
    version, sent = expected_version(request, contract), data.model_fields_set
    plan = [PlannedInstalment(r.label, r.due_on, r.amount, r.condition) for r in contract.instalments.all()]
    contract = edit_contract(
        actor=request.actor,
        contract=contract,
        expected_version=version,
        name=contract.name if data.name is None else data.name,
        amount=money_of(contract.amount if data.amount is None else data.amount, contract.currency, "amount"),
        cost=data.cost if "cost" in sent else contract.cost,
        instalments=plan if data.instalments is None else plan_in(data.instalments),
    )
    return answer(request, detail(contract), version=contract.version)


@router.delete("/contracts/{contract_id}", response={204: None}, versioned=True)
def delete_contract(request: ApiRequest, contract_id: Id) -> HttpResponse:
    """Drop a draft: it leaves the lists. A signed contract is taken back with `reverse`."""
    contract = visible(request, contract_id)
    drop_contract(actor=request.actor, contract=contract, expected_version=expected_version(request, contract))
    return no_content(request)


@router.post("/contracts/{contract_id}/sign", response=ContractDetail)
def post_sign(request: ApiRequest, contract_id: Id, data: SignIn) -> HttpResponse:
    """Sign a draft: from that day its amount counts."""
    contract = sign_contract(actor=request.actor, contract=visible(request, contract_id), signed_on=data.signed_on)
    return answer(request, detail(contract), version=contract.version)


@router.post("/contracts/{contract_id}/reverse", response=ContractDetail)
def post_reverse(request: ApiRequest, contract_id: Id, data: ReverseIn) -> HttpResponse:
    """Take a signed contract back by a second one with the negated amount; answers that one."""
    reversal = reverse_contract(
        actor=request.actor, contract=visible(request, contract_id), on=data.on, reason=data.reason
    )
    return answer(request, detail(reversal), version=reversal.version)
