"""What is known of payees over REST: read, and set one or many at a time."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import PayFact
from tiji.apps.incentives.permissions import can_see_pay_plans, can_set_quota
from tiji.apps.incentives.selectors.facts import standing_facts
from tiji.apps.incentives.services.facts import FactValue, set_pay_facts
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import ApiRequest, Field, Id, In, Out, PageOf, Paging, Query, Schema, answer, page_answer

ROW = ("id", "person_id", "name", "valid_from", "value", "number", "reason", "created_at")
MOST = 10_000


class PayFactFilters(Schema):
    person: Id | None = None
    name: str | None = Field(None, max_length=60)


class PayFactOut(Out):
    id: int
    person_id: int
    name: str
    valid_from: date
    value: str = Field(description="As typed; empty says that nothing is known from that day on")
    number: int
    reason: str
    created_at: datetime


class PayFactIn(In):
    person_id: Id
    name: str = Field(max_length=60)
    valid_from: date
    value: str = Field(max_length=200)


class PayFactsIn(In):
    facts: list[PayFactIn] = Field(max_length=MOST, min_length=1)
    reason: str = Field("", max_length=250)


class PayFactsOut(Out):
    written: int = Field(description="How many were new; those that stood already are not written again")


def _row(row: PayFact) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ROW}


@router.get("/pay-facts", response=PageOf[PayFactOut])
def list_pay_facts(request: ApiRequest, filters: Query[PayFactFilters], paging: Query[Paging]) -> HttpResponse:
    """Every value that counts, the last typed first."""
    require(can_see_pay_plans(request.actor), _("Facts of payees are open to those who look after pay. Ask them."))
    rows = standing_facts()
    if filters.person:
        rows = rows.filter(person_id=filters.person)
    if filters.name:
        rows = rows.filter(name=filters.name)
    return page_answer(request, keyset(rows, ("-id",), paging.cursor, paging.size), convert=_row)


@router.post("/pay-facts", response={201: PayFactsOut})
def set_facts(request: ApiRequest, data: PayFactsIn) -> HttpResponse:
    """Say what is known of payees from a day on; all of it is taken, or none."""
    require(can_set_quota(request.actor), _("Only sales operations and the director set what is known of payees."))
    rows = [FactValue(row.person_id, row.name, row.valid_from, row.value) for row in data.facts]
    written = set_pay_facts(actor=request.actor, rows=rows, at=timezone.now(), reason=data.reason)
    return answer(request, {"written": written}, status=201)
