"""Statements over REST, with every line and what it is made of."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import Statement
from tiji.apps.incentives.selectors.statements import all_versions, statements
from tiji.apps.incentives.selectors.traces import Line, lines_of
from tiji.shared.paging import keyset
from tiji.shared.rest import (
    Amount,
    ApiRequest,
    Field,
    Id,
    Out,
    PageOf,
    Paging,
    Query,
    Rate,
    Schema,
    answer,
    found,
    page_answer,
)


class StatementFilters(Schema):
    period: str | None = Field(None, max_length=8, description="A month such as 2026-M10")
    person: Id | None = None


class StatementOut(Out):
    id: int
    period: str
    version: int
    state: str
    person_id: int
    unit_id: int | None
    amount: Amount
    corrections: Amount = Field(description="What closed months turned out to earn otherwise, paid by this one")
    adjustments: Amount
    due: Amount
    paid: Amount = Field(description="What is left of `due` after the plan's steps of payment")
    credit: Amount
    currency: str
    lines: int


class PartOut(Out):
    kind: str
    from_total: Amount
    to_total: Amount
    rate: Rate
    amount: Amount


class DocumentOut(Out):
    kind: str
    id: int
    number: str
    on: date | None


class EarningLineOut(Out):
    key: str
    component: str
    on: date
    kind: str
    business: str
    customer: str
    event_amount: Amount
    share: Rate
    credit: Amount
    before: Amount
    after: Amount
    quota: Amount | None
    amount: Amount
    is_reversal: bool
    documents: list[DocumentOut]
    parts: list[PartOut]


class StatementReadOut(StatementOut):
    items: list[EarningLineOut]


COLUMNS = (
    *("id", "person_id", "unit_id", "amount", "corrections", "adjustments", "due", "paid", "credit", "currency"),
    "lines",
)
FACTS = ("key", "component", "kind", "business", "customer", "event_amount", "share", "credit")
TOTALS = ("before", "after", "quota", "amount", "is_reversal")
PARTS = ("kind", "from_total", "to_total", "rate", "amount")


def _row(row: Statement) -> dict[str, Any]:
    run = row.run
    head = {"period": run.pay_period.key, "version": run.number, "state": run.state}
    return {**head, **{name: getattr(row, name) for name in COLUMNS}}


def _line(line: Line) -> dict[str, Any]:
    documents = line.documents.values()
    facts: dict[str, Any] = {name: getattr(line, name) for name in (*FACTS, *TOTALS)}
    return {
        **facts,
        "on": line.event_on,
        "documents": [{"kind": one.kind, "id": one.pk, "number": one.number, "on": one.on} for one in documents],
        "parts": [{name: _plain(getattr(part, name)) for name in PARTS} for part in line.parts],
    }


def _plain(value: Any) -> Any:
    """Zero with decimals is written as digits and not with an exponent."""
    return Decimal(format(value, "f")) if isinstance(value, Decimal) else value


@router.get("/statements", response=PageOf[StatementOut])
def list_statements(request: ApiRequest, filters: Query[StatementFilters], paging: Query[Paging]) -> HttpResponse:
    """The statements that count and whose pay is open to the caller, latest month first."""
    rows = statements(request.actor)
    if filters.period:
        rows = rows.filter(run__pay_period__key=filters.period)
    if filters.person:
        rows = rows.filter(person_id=filters.person)
    return page_answer(request, keyset(rows, ("-starts_on", "-id"), paging.cursor, paging.size), convert=_row)


@router.get("/statements/{statement_id}", response=StatementReadOut)
def read_statement(request: ApiRequest, statement_id: Id) -> HttpResponse:
    """One statement with its lines, each with its documents and the slices that add up to it."""
    row = found(all_versions(request.actor), statement_id)
    return answer(request, {**_row(row), "items": [_line(line) for line in lines_of(row)]})
