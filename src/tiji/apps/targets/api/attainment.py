"""Attainment and the facts behind it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.targets.display.frames import Frame, frame_of
from tiji.apps.targets.selectors.actuals import facts_of
from tiji.apps.targets.selectors.attainment import Standing, forecast
from tiji.apps.targets.selectors.evidence import Seen, SeenDocument, seen_beside
from tiji.shared.errors import NotFound
from tiji.shared.paging import keyset
from tiji.shared.rest import (
    Amount,
    ApiRequest,
    Field,
    Out,
    PageOf,
    Paging,
    Query,
    Rate,
    Router,
    Schema,
    answer,
    page_answer,
)

router = Router("targets", tag="Attainment")
FACT = ("id", "on", "kind", "amount", "currency", "owner_id", "unit_id", "source", "source_id")
READ = (*FACT, "account_id")


class Asked(Schema):
    """Whose numbers: u12 or p34, else one's own; 2026, 2026-Q4 or 2026-M11, else this quarter."""

    subject: str = Field("", max_length=20)
    measure: Measure = Measure.SIGNED
    period: str = Field("", max_length=8)


class FactsAsked(Asked):
    kind: BusinessKind | None = None


class StandingOut(Out):
    kind: str
    actual: Amount
    target: Amount | None
    completion: Rate | None
    pace_gap: Rate | None
    status: str | None
    days_ahead: Amount | None
    gap: Amount | None


class AttainmentOut(Out):
    subject: str
    label: str
    measure: str
    period: str
    currency: str
    as_of: date
    elapsed_days: int
    working_days: int
    standings: list[StandingOut]
    landing: Amount
    uncovered: Amount | None
    pipeline: Amount
    coverage: Rate | None


class FactAccountOut(Out):
    id: int
    name: str


class FactDocumentOut(Out):
    kind: str = Field(description="contract, order or receipt")
    id: int
    number: str
    link: str = Field(description="The address of its page")


class FactOut(Out):
    id: int
    on: date
    kind: str
    amount: Amount
    currency: str
    owner_id: int
    unit_id: int | None
    source: str
    source_id: int
    account: FactAccountOut | None = Field(description="The customer, if the caller may see it")
    document: FactDocumentOut | None = Field(description="What was posted, if the caller may see it")


def frame_for(request: ApiRequest, asked: Asked) -> Frame:
    """The question. Raises: NotFound, NotAllowed."""
    frame = frame_of(request.actor, subject=asked.subject, measure=str(asked.measure), period=asked.period)
    if frame is None:
        raise NotFound(_("There are no numbers to show for you here."))
    return frame


def share(value: Any) -> Any:
    """An exact share as a decimal of eight places."""
    return None if value is None else (Decimal(value.numerator) / value.denominator).quantize(Decimal("1e-8"))


def standing_row(standing: Standing) -> dict[str, Any]:
    done = standing.attainment
    return {
        "kind": standing.kind,
        "actual": done.actual,
        "target": done.target,
        "completion": share(done.completion),
        "pace_gap": share(done.pace_gap),
        "status": None if done.status is None else str(done.status),
        "days_ahead": done.days_ahead,
        "gap": done.gap,
    }


def attainment_row(frame: Frame) -> dict[str, Any]:
    seen = forecast(
        frame.subject,
        frame.measure,
        frame.period,
        as_of=frame.as_of,
        calendar=frame.calendar,
        currency=frame.currency,
    )
    return {
        "subject": frame.subject.key,
        "label": frame.subject.label,
        "measure": frame.measure,
        "period": frame.period.key,
        "currency": frame.currency,
        "as_of": frame.as_of,
        "elapsed_days": seen.progress.elapsed,
        "working_days": seen.progress.total,
        "standings": [standing_row(one) for one in (seen.standing, *seen.by_kind.values())],
        "landing": seen.outlook.amount,
        "uncovered": seen.uncovered,
        "pipeline": seen.outlook.pipeline,
        "coverage": share(seen.coverage),
    }


def document_row(document: SeenDocument) -> dict[str, Any]:
    return {"kind": document.kind, "id": document.pk, "number": document.number, "link": document.url}


def fact_row(fact: dict[str, Any], seen: Seen) -> dict[str, Any]:
    name = seen.accounts.get(fact["account_id"])
    document = seen.documents.get((fact["source"], fact["source_id"]))
    return {
        **{column: fact[column] for column in FACT},
        "account": None if name is None else {"id": fact["account_id"], "name": name},
        "document": document_row(document) if document else None,
    }


@router.get("/attainment", response=AttainmentOut, problems=(404,))
def read_attainment(request: ApiRequest, asked: Query[Asked]) -> HttpResponse:
    """Actual, target, pace, landing and coverage of a unit or person; the first standing is of all kinds together."""
    return answer(request, attainment_row(frame_for(request, asked)))


@router.get("/attainment/facts", response=PageOf[FactOut], problems=(404,))
def list_attainment_facts(request: ApiRequest, asked: Query[FactsAsked], paging: Query[Paging]) -> HttpResponse:
    """The facts whose sum is the actual, latest first."""
    frame = frame_for(request, asked)
    rows = facts_of(
        frame.subject,
        frame.measure,
        frame.period.start,
        frame.until,
        currency=frame.currency,
        kind=str(asked.kind or ""),
    )
    page = keyset(rows.values(*READ), ("-on", "-id"), paging.cursor, paging.size)
    seen = seen_beside(request.actor, page.rows)
    return page_answer(request, page, convert=lambda fact: fact_row(fact, seen))
