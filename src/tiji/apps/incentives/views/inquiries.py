"""Questions about pay: asked at a statement, worked on at the desk, answered."""

import csv
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.incentives.models import Inquiry
from tiji.apps.incentives.pages.inquiries import InquiryDesk, InquiryPage, OwnInquiries
from tiji.apps.incentives.pages.inquiry_forms import (
    AcceptForm,
    AskForm,
    ClosingForm,
    GoingForm,
    ReplyForm,
    TakeForm,
    WaitForm,
)
from tiji.apps.incentives.pages.inquiry_report import report_page, report_rows
from tiji.apps.incentives.permissions import can_answer_inquiry, can_see_inquiry_report, can_withdraw_inquiry
from tiji.apps.incentives.selectors.inquiries import inquiries, inquiry_read
from tiji.apps.incentives.services.inquiries import (
    accept_inquiry,
    ask_about_pay,
    assign_inquiry,
    reject_inquiry,
    reply_to_inquiry,
    wait_inquiry,
    withdraw_inquiry,
)
from tiji.apps.incentives.views.doors import today, visible_statement
from tiji.apps.incentives.views.pay_dialogs import dialog, sent
from tiji.shared.permissions import require
from tiji.ui.export import Echo, csv_cell, safe


@require_http_methods(["GET", "HEAD"])
@login_required
def pay_inquiries(request: HttpRequest) -> HttpResponseBase:
    return InquiryDesk(request).response()


@require_http_methods(["GET", "HEAD"])
@login_required
def pay_inquiries_mine(request: HttpRequest) -> HttpResponseBase:
    return OwnInquiries(request).response()


@require_http_methods(["GET", "POST"])
@login_required
def pay_inquiry_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask about a statement, or about the line that the address names."""
    key = request.GET.get("line", "")
    facts: dict[str, Any] = {"actor": request.user, "statement": visible_statement(request, pk), "line_key": key}
    form = AskForm(*sent(request), initial={"kind": Inquiry.Kind.PAYMENT if key else Inquiry.Kind.MISSING})
    act = partial(ask_about_pay, at=timezone.now(), **facts)
    title = _("Ask about this line") if key else _("Ask about this statement")
    sub = _("Sales operations answer. What the statement says now is kept with the question.")
    return dialog(request, form, act, title=title, sub=sub, submit=_("Ask"), message=_("Asked"))


@require_GET
@login_required
def pay_inquiry(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    row = get_object_or_404(inquiry_read(actor), pk=pk)
    return render(request, "incentives/inquiry.html", InquiryPage(row, actor, today()).context())


def _one(request: HttpRequest, pk: int) -> Inquiry:
    found: Inquiry = get_object_or_404(inquiries(request.user), pk=pk)  # type: ignore[arg-type]
    return found


def _answered(request: HttpRequest, pk: int) -> Inquiry:
    row = _one(request, pk)
    message = _("Sales operations and finance answer questions about pay, and nobody his own. Ask them.")
    require(can_answer_inquiry(request.user, row), message)
    return row


def _act(service: Any, request: HttpRequest, row: Inquiry) -> Any:
    return partial(service, actor=request.user, inquiry=row, at=timezone.now())


def _seen(row: Inquiry, **more: Any) -> dict[str, Any]:
    return {"initial": {"version": row.version, **more}}


@require_http_methods(["GET", "POST"])
@login_required
def pay_inquiry_reply(request: HttpRequest, pk: int) -> HttpResponse:
    row = _one(request, pk)
    form = ReplyForm(*sent(request), **_seen(row))
    told = {"title": _("Write"), "submit": pgettext("inquiry", "Send")}
    return dialog(request, form, _act(reply_to_inquiry, request, row), **told, then=row)


@require_http_methods(["GET", "POST"])
@login_required
def pay_inquiry_assign(request: HttpRequest, pk: int) -> HttpResponse:
    row = _answered(request, pk)
    form = TakeForm(*sent(request), inquiry=row, on=today(), **_seen(row, assignee=request.user.pk))
    told = {"title": _("Who answers it?"), "submit": pgettext("inquiry", "Assign")}
    return dialog(request, form, _act(assign_inquiry, request, row), **told, message=pgettext("inquiry", "Assigned"))


@require_http_methods(["GET", "POST"])
@login_required
def pay_inquiry_wait(request: HttpRequest, pk: int) -> HttpResponse:
    row = _answered(request, pk)
    form = WaitForm(*sent(request), **_seen(row))
    told = {"title": _("Ask back, or wait for data"), "submit": pgettext("inquiry", "Send")}
    return dialog(request, form, _act(wait_inquiry, request, row), **told, message=_("It waits now"))


@require_http_methods(["GET", "POST"])
@login_required
def pay_inquiry_accept(request: HttpRequest, pk: int) -> HttpResponse:
    row = _answered(request, pk)
    form = AcceptForm(*sent(request), inquiry=row, on=today(), **_seen(row))
    told = {"title": _("Accept: something is wrong"), "submit": pgettext("inquiry", "Accept")}
    message = pgettext("inquiry", "Accepted")
    return dialog(request, form, _act(accept_inquiry, request, row), **told, message=message)


@require_http_methods(["GET", "POST"])
@login_required
def pay_inquiry_reject(request: HttpRequest, pk: int) -> HttpResponse:
    row = _answered(request, pk)
    form = ClosingForm(*sent(request), **_seen(row))
    told = {"title": _("Reject: the statement is right"), "submit": pgettext("inquiry", "Reject")}
    message = pgettext("inquiry", "Rejected")
    return dialog(request, form, _act(reject_inquiry, request, row), **told, message=message)


@require_http_methods(["GET", "POST"])
@login_required
def pay_inquiry_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _one(request, pk)
    require(can_withdraw_inquiry(request.user, row), _("Only who asked, or whose pay it is, takes a question back."))
    form = GoingForm(*sent(request), **_seen(row))
    told = {"title": _("Withdraw the question"), "submit": pgettext("pay", "Withdraw")}
    return dialog(request, form, _act(withdraw_inquiry, request, row), **told, message=_("Withdrawn"))


@require_GET
@login_required
def pay_inquiry_report(request: HttpRequest) -> HttpResponse:
    require(can_see_inquiry_report(request.user), _("The report is open to those who see everybody's pay."))
    months = request.GET.get("months", "")
    if request.GET.get("export") == "csv":
        return _csv(months)
    return render(request, "incentives/inquiry_report.html", report_page(today(), months))


def _csv(months: str) -> HttpResponse:
    writer = csv.writer(Echo())
    lines = [
        writer.writerow([safe(one) if isinstance(one, str) else csv_cell(one) for one in row])
        for row in report_rows(today(), months)
    ]
    response = HttpResponse("\ufeff" + "".join(map(str, lines)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pay-inquiries.csv"'
    return response
