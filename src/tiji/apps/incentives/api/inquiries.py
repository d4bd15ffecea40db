"""Questions about pay over REST: asked, worked on, answered, and what they tell."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.models import Inquiry, InquiryStep
from tiji.apps.incentives.permissions import can_answer_inquiry, can_see_inquiry_report, can_withdraw_inquiry
from tiji.apps.incentives.selectors.inquiries import (
    Asked,
    answering_users,
    inquiries,
    inquiry_report,
    newest_statement,
    steps_of,
)
from tiji.apps.incentives.selectors.statements import all_versions
from tiji.apps.incentives.services.inquiries import (
    accept_inquiry,
    ask_about_pay,
    assign_inquiry,
    reject_inquiry,
    reply_to_inquiry,
    wait_inquiry,
    withdraw_inquiry,
)
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
    Schema,
    answer,
    created,
    found,
    page_answer,
)

ROW = (
    *("id", "statement_id", "person_id", "line_key", "kind", "expected", "paid", "currency", "text", "state"),
    *("assignee_id", "due_on", "paused_on", "cause", "outcome", "opened_by_id", "opened_at", "closed_at", "version"),
)
STEP = ("id", "kind", "text", "state", "assignee_id", "due_on", "by_id", "at")
COUNTS = ("asked", "open", "overdue", "accepted", "rejected", "withdrawn", "mean_days")


class PayInquiryFilters(Schema):
    person: Id | None = None
    state: str | None = Field(None, max_length=15)
    period: str | None = Field(None, max_length=8, examples=["2026-M10"])
    overdue: bool | None = None


class PayInquiryOut(Out):
    id: int
    period: str
    statement_id: int
    person_id: int
    line_key: str = Field(description="The line's key in the statement; empty: about all of it")
    kind: str = Field(description="credit, payment, missing or other")
    expected: Amount | None
    paid: Amount = Field(description="What the statement said when it was asked")
    currency: str
    text: str
    state: str = Field(description="new, assigned, waiting_payee, waiting_data, accepted, rejected or withdrawn")
    assignee_id: int | None
    due_on: date
    paused_on: date | None = Field(description="The clock stands still since this day")
    cause: str
    outcome: str = Field(description="adjustment or rerun, once accepted")
    opened_by_id: int
    opened_at: datetime
    closed_at: datetime | None
    version: int


class InquiryFileOut(Out):
    name: str
    url: str


class InquiryStepOut(Out):
    id: int
    kind: str
    text: str
    state: str
    assignee_id: int | None
    due_on: date
    by_id: int
    at: datetime
    files: list[InquiryFileOut]


class PayInquiryReadOut(PayInquiryOut):
    frozen: dict[str, Any] = Field(description="The line with its documents and slices, the plan and the run, as asked")
    newest_statement_id: int | None = Field(description="The statement that counts for the month now")
    adjustment_id: int | None = Field(description="The adjustment that came of it, if the caller may see it")
    steps: list[InquiryStepOut]


class InquiryIn(In):
    kind: str = Field(max_length=10, examples=["payment"])
    text: str = Field(min_length=1, max_length=2000)
    line_key: str = Field("", max_length=160)
    expected: Amount | None = None


class SeenIn(In):
    version: int | None = Field(
        None, ge=1, le=2**31 - 1, description="What the caller saw; 409 if it is another by now"
    )


class InquiryTextIn(SeenIn):
    text: str = Field(min_length=1, max_length=2000)


class InquiryAssignIn(SeenIn):
    assignee_id: Id
    text: str = Field("", max_length=2000)


class InquiryWaitIn(InquiryTextIn):
    waits_for: str = Field(max_length=10, description="payee (the clock stands still) or data")


class InquiryRejectIn(InquiryTextIn):
    cause: str = Field(max_length=10, examples=["rule"])


class InquiryAcceptIn(InquiryRejectIn):
    outcome: str = Field(max_length=10, description="adjustment or rerun")
    amount: Amount | None = Field(None, description="By default expected less paid")
    period: str = Field("", max_length=8, description="By default the next month that is open")


class InquiryLeaveIn(SeenIn):
    text: str = Field("", max_length=2000)


class InquiryCountsOut(Out):
    asked: int
    open: int
    overdue: int
    accepted: int
    rejected: int
    withdrawn: int
    mean_days: Amount | None = Field(description="Working days from asking to the answer, or to today")


class InquiryMonthOut(InquiryCountsOut):
    period: str
    lines: int
    per_thousand: Amount | None = Field(description="Questions to 1,000 lines")


class InquiryCauseOut(InquiryCountsOut):
    cause: str = Field(description="Empty: not closed, or withdrawn")


class InquiryReportOut(Out):
    months: list[InquiryMonthOut]
    causes: list[InquiryCauseOut]


class ReportFilters(Schema):
    months: int = Field(12, ge=1, le=60)


def _row(row: Inquiry) -> dict[str, Any]:
    return {"period": row.pay_period.key, **{name: getattr(row, name) for name in ROW}}


def _step(step: InquiryStep) -> dict[str, Any]:
    files = [{"name": one.name, "url": reverse("file_download", args=[one.uuid])} for one in step.files]
    return {**{name: getattr(step, name) for name in STEP}, "files": files}


def _whole(request: ApiRequest, key: int) -> dict[str, Any]:
    row, actor = _one(request, key), request.actor
    newest = newest_statement(row)
    made = row.adjustment if row.adjustment_id else None
    seen = made is not None and type(made).objects.visible_to(actor).filter(pk=made.pk).exists()
    return {
        **_row(row),
        "frozen": row.frozen,
        "newest_statement_id": newest.pk if newest else None,
        "adjustment_id": row.adjustment_id if seen else None,
        "steps": [_step(step) for step in steps_of(row)],
    }


def _one(request: ApiRequest, key: int) -> Inquiry:
    return found(inquiries(request.actor), key)  # type: ignore[no-any-return]


def _answered(request: ApiRequest, key: int) -> Inquiry:
    row = _one(request, key)
    message = _("Sales operations and finance answer questions about pay, and nobody his own. Ask them.")
    require(can_answer_inquiry(request.actor, row), message)
    return row


@router.get("/pay-inquiries", response=PageOf[PayInquiryOut])
def list_pay_inquiries(request: ApiRequest, filters: Query[PayInquiryFilters], paging: Query[Paging]) -> HttpResponse:
    """Questions about pay that the caller may see, latest first."""
    rows: Any = inquiries(request.actor).select_related(None).select_related("pay_period")
    given = filters.model_dump(exclude_none=True)
    if given.pop("overdue", False):
        rows = rows.overdue(timezone.localdate())
    if "period" in given:
        given["pay_period__key"] = given.pop("period")
    return page_answer(request, keyset(rows.filter(**given), ("-id",), paging.cursor, paging.size), convert=_row)


@router.get("/pay-inquiries/report", response=InquiryReportOut)
def read_inquiry_report(request: ApiRequest, filters: Query[ReportFilters]) -> HttpResponse:
    """What was asked about the last months that were run, by month and by cause."""
    require(can_see_inquiry_report(request.actor), _("The report is open to those who see everybody's pay."))
    report = inquiry_report(timezone.localdate(), filters.months)
    months = [
        {"period": one.month.key, "lines": one.lines, "per_thousand": one.per_thousand, **_counts(one)}
        for one in report.months
        if one.month
    ]
    causes = [{"cause": cause, **_counts(one)} for cause, one in report.causes.items()]
    return answer(request, {"months": months, "causes": causes})


def _counts(one: Asked) -> dict[str, Any]:
    return {name: getattr(one, name) for name in COUNTS}


@router.get("/pay-inquiries/{inquiry_id}", response=PayInquiryReadOut)
def read_pay_inquiry(request: ApiRequest, inquiry_id: Id) -> HttpResponse:
    """One question with what was frozen and every step since."""
    return answer(request, _whole(request, inquiry_id))


@router.post("/statements/{statement_id}/inquiries", response={201: PayInquiryReadOut})
def ask_about_statement(request: ApiRequest, statement_id: Id, data: InquiryIn) -> HttpResponse:
    """Ask about a line of a statement, or about all of it; what it says now is kept with the question."""
    statement = found(all_versions(request.actor), statement_id)
    row = ask_about_pay(actor=request.actor, statement=statement, at=timezone.now(), **data.model_dump())
    return created(request, _whole(request, row.pk), f"/pay-inquiries/{row.pk}")


@router.post("/pay-inquiries/{inquiry_id}/reply", response=PayInquiryReadOut)
def reply_to_pay_inquiry(request: ApiRequest, inquiry_id: Id, data: InquiryTextIn) -> HttpResponse:
    """Write into it; an answer to what was asked back sets the clock going again."""
    row = _one(request, inquiry_id)
    reply_to_inquiry(actor=request.actor, inquiry=row, at=timezone.now(), **data.model_dump())
    return answer(request, _whole(request, inquiry_id))


@router.post("/pay-inquiries/{inquiry_id}/assign", response=PayInquiryReadOut)
def assign_pay_inquiry(request: ApiRequest, inquiry_id: Id, data: InquiryAssignIn) -> HttpResponse:
    """Give it to somebody of sales operations or finance."""
    row = _answered(request, inquiry_id)
    facts = data.model_dump(exclude={"assignee_id"})
    assignee = found(answering_users(timezone.localdate()), data.assignee_id, field="assignee_id")
    assign_inquiry(actor=request.actor, inquiry=row, assignee=assignee, at=timezone.now(), **facts)
    return answer(request, _whole(request, inquiry_id))


@router.post("/pay-inquiries/{inquiry_id}/wait", response=PayInquiryReadOut)
def let_pay_inquiry_wait(request: ApiRequest, inquiry_id: Id, data: InquiryWaitIn) -> HttpResponse:
    """Ask back, or wait for data."""
    row = _answered(request, inquiry_id)
    wait_inquiry(actor=request.actor, inquiry=row, at=timezone.now(), **data.model_dump())
    return answer(request, _whole(request, inquiry_id))


@router.post("/pay-inquiries/{inquiry_id}/accept", response=PayInquiryReadOut)
def accept_pay_inquiry(request: ApiRequest, inquiry_id: Id, data: InquiryAcceptIn) -> HttpResponse:
    """Agree: propose an adjustment, which finance decides on, or say that the data is mended."""
    row = _answered(request, inquiry_id)
    accept_inquiry(actor=request.actor, inquiry=row, at=timezone.now(), **data.model_dump())
    return answer(request, _whole(request, inquiry_id))


@router.post("/pay-inquiries/{inquiry_id}/reject", response=PayInquiryReadOut)
def reject_pay_inquiry(request: ApiRequest, inquiry_id: Id, data: InquiryRejectIn) -> HttpResponse:
    """Disagree, and say why."""
    row = _answered(request, inquiry_id)
    reject_inquiry(actor=request.actor, inquiry=row, at=timezone.now(), **data.model_dump())
    return answer(request, _whole(request, inquiry_id))


@router.post("/pay-inquiries/{inquiry_id}/withdraw", response=PayInquiryReadOut)
def withdraw_pay_inquiry(request: ApiRequest, inquiry_id: Id, data: InquiryLeaveIn) -> HttpResponse:
    """Take a question back."""
    row = _one(request, inquiry_id)
    require(can_withdraw_inquiry(request.actor, row), _("Only who asked, or whose pay it is, takes a question back."))
    withdraw_inquiry(actor=request.actor, inquiry=row, at=timezone.now(), **data.model_dump())
    return answer(request, _whole(request, inquiry_id))
