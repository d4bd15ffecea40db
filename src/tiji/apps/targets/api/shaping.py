"""Shaping a draft over REST: weights, moves, giving out, opening it for discussion."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.commerce.models import BusinessKind
from tiji.apps.targets.api.plans import TargetVersionOut, live_version, version_row, visible_nodes
from tiji.apps.targets.models import TargetNode, TargetVersion
from tiji.apps.targets.permissions import can_shape_targets, can_share_target_draft, can_type_targets
from tiji.apps.targets.selectors.gaps import able_below
from tiji.apps.targets.selectors.grids import PlanGrid, from_units, kinds_of, open_version
from tiji.apps.targets.services.moves import GivenOut, move_target, rebalance_target
from tiji.apps.targets.services.shaping import set_target_season, set_target_weights
from tiji.apps.targets.services.sharing import share_target_draft, withdraw_target_draft
from tiji.kernel.targets import Why
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
    Router,
    answer,
    expected_version,
    page_answer,
)

router = Router("targets", tag="Targets")
NODE = r"^[up][0-9]{1,18}$"
MOST_ROWS = 2000


class WeightOut(Out):
    id: int
    node: str
    parent: str | None
    weight: Rate


class WeightIn(In):
    node: str = Field(max_length=20, pattern=NODE)
    weight: Rate = Field(ge=0, le=1000)


class WeightsIn(In):
    weights: list[WeightIn] = Field(min_length=1, max_length=MOST_ROWS)


class SeasonIn(In):
    weights: list[Annotated[Rate, Field(ge=0, le=1000)]] = Field(
        min_length=12, max_length=12, description="Of the twelve months of the fiscal year, in their order"
    )
    kind: BusinessKind | None = Field(None, description="The kind whose season it is; none: all kinds")


class TargetMoveIn(In):
    node: str = Field(max_length=20, pattern=NODE)
    period: str = Field(max_length=8)
    to_node: str = Field(max_length=20, pattern=NODE)
    to_period: str = Field(max_length=8)
    kind: BusinessKind | None = None
    amount: Amount


class RebalanceIn(In):
    """`weights` decide the parts; without them the rows' own weights do.

    Each kind is closed in every month; with `keep_mix` their sum is, and each row keeps its own proportion. Months
    typed as such stand unless `typed_too`.
    """

    node: str = Field(max_length=20, pattern=NODE)
    weights: list[WeightIn] | None = Field(None, max_length=MOST_ROWS)
    keep_mix: bool = False
    typed_too: bool = False


class LeftOut(Out):
    """What a month still has more than its rows below, and why: it is closed, carries a closed one's part, is typed
    for the rows named, or is held by others.
    """

    period: str
    kind: BusinessKind | None
    amount: Amount
    why: Why
    rows: list[str]


class RebalanceOut(TargetVersionOut):
    left: list[LeftOut]


class TargetShareIn(In):
    shared: bool


def shaped(request: ApiRequest, opened: PlanGrid) -> HttpResponse:
    return answer(request, version_row(opened.version), version=opened.version.version)


@router.get("/target-versions/{version_id}/weights", response=PageOf[WeightOut])
def list_target_weights(request: ApiRequest, version_id: Id, paging: Query[Paging]) -> HttpResponse:
    """The weight of each row the caller may see among the rows beside it."""
    keys = visible_nodes(request, live_version(request, version_id))
    rows = TargetNode.objects.filter(pk__in=keys).values("id", "parent_id", "weight")
    page = keyset(rows, ("id",), paging.cursor, paging.size)
    return page_answer(
        request, page, lambda row: {**row, "node": keys[row["id"]], "parent": keys.get(row["parent_id"])}
    )


@router.patch("/target-versions/{version_id}/weights", response=TargetVersionOut, versioned=True)
def set_weights(request: ApiRequest, version_id: Id, data: WeightsIn) -> HttpResponse:
    """Set weights together; what was not typed is shared out anew."""
    require(can_type_targets(request.actor))
    version = live_version(request, version_id)
    expected = expected_version(request, version)
    weights = {one.node: Decimal(one.weight) for one in data.weights}
    opened = set_target_weights(
        actor=request.actor, version=version, weights=weights, at=timezone.now(), expected_version=expected
    )
    return shaped(request, opened)


@router.patch("/target-versions/{version_id}/season", response=TargetVersionOut, versioned=True)
def set_season(request: ApiRequest, version_id: Id, data: SeasonIn) -> HttpResponse:
    """Set the twelve weights of the year for one kind of customers or for all; what was not typed follows them."""
    require(can_shape_targets(request.actor))
    version = live_version(request, version_id)
    expected = expected_version(request, version)
    kinds = kinds_of(version.plan) if data.kind is None else (str(data.kind),)
    weights = [Decimal(weight) for weight in data.weights]
    opened = set_target_season(
        actor=request.actor,
        version=version,
        season=dict.fromkeys(kinds, weights),
        at=timezone.now(),
        expected_version=expected,
    )
    return shaped(request, opened)


@router.post("/target-versions/{version_id}/move", response=TargetVersionOut)
def move_amount(request: ApiRequest, version_id: Id, data: TargetMoveIn) -> HttpResponse:
    """Take an amount from a cell and give it to a row beside it, or to another period of the row."""
    require(can_type_targets(request.actor))
    opened = move_target(
        actor=request.actor,
        version=live_version(request, version_id),
        source=(data.node, data.period),
        target=(data.to_node, data.to_period),
        amount=data.amount,
        kind=str(data.kind or ""),
        at=timezone.now(),
    )
    return shaped(request, opened)


@router.post("/target-versions/{version_id}/rebalance", response=RebalanceOut, problems=(404,))
def rebalance(request: ApiRequest, version_id: Id, data: RebalanceIn) -> HttpResponse:
    """Give out what a row has more, or take back what it has less, than the rows below it, month by month."""
    require(can_type_targets(request.actor))
    version = live_version(request, version_id)
    given = rebalance_target(
        actor=request.actor,
        version=version,
        node=data.node,
        weights=weights_of(request, version, data),
        keep_mix=data.keep_mix,
        typed_too=data.typed_too,
        at=timezone.now(),
    )
    row = {**version_row(given.opened.version), "left": left_rows(given)}
    return answer(request, row, version=given.opened.version.version)


def left_rows(given: GivenOut) -> list[dict[str, Any]]:
    plan = given.opened.version.plan
    return [{**asdict(one), "amount": from_units(plan, one.amount), "rows": list(one.rows)} for one in given.left]


def weights_of(request: ApiRequest, version: TargetVersion, data: RebalanceIn) -> dict[str, Decimal]:
    """The weights that were sent, or those of the rows below that can change."""
    if data.weights is not None:
        return {one.node: Decimal(one.weight) for one in data.weights}
    opened = open_version(version)
    able = able_below(request.actor, opened, data.node, typed_too=data.typed_too)
    return {key: opened.by_key[key].weight for key in able}


@router.post("/target-versions/{version_id}/share", response=TargetVersionOut)
def share_draft(request: ApiRequest, version_id: Id, data: TargetShareIn) -> HttpResponse:
    """Open a draft for discussion with those it is about, or close it again."""
    require(can_share_target_draft(request.actor))
    version = live_version(request, version_id)
    if data.shared:
        version = share_target_draft(actor=request.actor, version=version, at=timezone.now())
    else:
        version = withdraw_target_draft(actor=request.actor, version=version)
    return answer(request, version_row(version), version=version.version)
