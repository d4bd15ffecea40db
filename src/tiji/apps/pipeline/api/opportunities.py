"""Deals over REST: the twin of the list and the deal's page."""

from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.pipeline.api.router import router
from tiji.apps.pipeline.api.schemas import (
    ROW,
    OpportunityDetail,
    OpportunityFilters,
    OpportunityIn,
    OpportunityOut,
    OpportunityPatch,
    detail,
    facts_of,
    owner_of,
    stage_of,
)
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.permissions import can_create_opportunity, can_edit_opportunity
from tiji.apps.pipeline.selectors.filters import opportunities
from tiji.apps.pipeline.selectors.summary import summary_rows
from tiji.apps.pipeline.services.opportunities import create_opportunity, edit_opportunity, refusal
from tiji.kernel.money import round_half_away
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    Amount,
    ApiRequest,
    Id,
    Out,
    PageOf,
    Paging,
    Query,
    answer,
    created,
    expected_version,
    found,
    page_answer,
)

ORDER = ("expected_on", "id")


class StageSummary(Out):
    stage_id: int
    percent: int
    currency: str
    count: int
    amount: Amount
    weighted: Amount
    stalled: int
    stalled_amount: Amount


def changeable(request: ApiRequest, opportunity_id: int) -> Opportunity:
    """The deal, if the caller may change it; asked before the body, so that the answer is 403 and not 422.

    Only what says who may is read: the service reads the row again when it has locked it.
    """
    rows = Opportunity.objects.visible_to(request.actor).only("owner_id", "account_id", "process_id", "version")
    deal: Opportunity = found(rows, opportunity_id)
    require(can_edit_opportunity(request.actor, deal), refusal(deal))
    return deal


@router.get("/opportunities", response=PageOf[OpportunityOut])
def list_opportunities(request: ApiRequest, filters: Query[OpportunityFilters], paging: Query[Paging]) -> HttpResponse:
    """Opportunities the caller may see, earliest expected signing first, those without a date last."""
    rows = opportunities(viewer=request.actor, on=timezone.localdate(), filters=filters.asked()).values(*ROW)
    return page_answer(request, keyset(rows, ORDER, paging.cursor, paging.size))


@router.get("/opportunities/summary", response=list[StageSummary])
def summarise_opportunities(request: ApiRequest, filters: Query[OpportunityFilters]) -> HttpResponse:
    """Open opportunities by stage and currency: count, amount, weighted amount, stalled ones."""
    on = timezone.localdate()
    groups = summary_rows(opportunities(viewer=request.actor, on=on, filters=filters.asked()), on)
    body = [
        {
            **group._asdict(),
            "amount": group.amount or 0,
            "stalled_amount": group.stalled_amount or 0,
            "weighted": round_half_away((group.amount or Decimal(0)) * group.percent / 100, 2),
        }
        for group in groups
    ]
    return answer(request, body)


@router.get("/opportunities/{opportunity_id}", response=OpportunityDetail, versioned=True)
def read_opportunity(request: ApiRequest, opportunity_id: Id) -> HttpResponse:
    """One opportunity with its lines."""
    deal = found(Opportunity.objects.visible_to(request.actor), opportunity_id)
    return answer(request, detail(deal), version=deal.version)


@router.post("/opportunities", response={201: OpportunityDetail})
def open_opportunity(request: ApiRequest, data: OpportunityIn) -> HttpResponse:
    """Open an opportunity in the first stage of its process, or in a stage."""
    require(can_create_opportunity(request.actor))
    facts = facts_of(request, data)
    owner, stage = owner_of(facts.pop("owner_id", None)), stage_of(facts.pop("stage_id", None))
    deal = create_opportunity(actor=request.actor, at=timezone.now(), owner=owner, stage=stage, **facts)
    return created(
        request, detail(deal, has_lines=bool(facts.get("lines"))), f"/opportunities/{deal.pk}", version=deal.version
    )


@router.patch("/opportunities/{opportunity_id}", response=OpportunityDetail, versioned=True)
def change_opportunity(request: ApiRequest, opportunity_id: Id, data: OpportunityPatch) -> HttpResponse:
    """Change some of an opportunity's facts; its lines are replaced when they are sent."""
    deal = changeable(request, opportunity_id)
    version = expected_version(request, deal)
    facts = facts_of(request, data)
    deal = edit_opportunity(actor=request.actor, opportunity=deal, expected_version=version, **facts)
    return answer(request, detail(deal), version=deal.version)
