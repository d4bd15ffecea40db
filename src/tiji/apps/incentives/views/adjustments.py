"""Adjustments of pay: the list, one of them, and what is done about it."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.incentives.models import PayAdjustment
from tiji.apps.incentives.pages.adjustment_forms import AdjustmentForm, AnswerForm, RefusalForm, ReversalForm
from tiji.apps.incentives.pages.adjustments import AdjustmentList, adjustment_page
from tiji.apps.incentives.permissions import can_approve_pay, can_propose_adjustment
from tiji.apps.incentives.selectors.adjustments import adjustments
from tiji.apps.incentives.services.adjustments import (
    approve_adjustment,
    propose_adjustment,
    reject_adjustment,
    reverse_adjustment,
    withdraw_adjustment,
)
from tiji.apps.incentives.views.doors import today
from tiji.apps.incentives.views.pay_dialogs import dialog, sent
from tiji.shared.permissions import require


def _one(request: HttpRequest, pk: int) -> PayAdjustment:
    rows = adjustments(request.user).select_related("reverses", "inquiry")  # type: ignore[arg-type]
    found: PayAdjustment = get_object_or_404(rows, pk=pk)
    return found


def _about(row: PayAdjustment) -> str:
    return f"{row.person} · {row.period} · {row.amount:,.2f} {row.currency}"


def _act(service: Any, request: HttpRequest, row: PayAdjustment) -> Any:
    return partial(service, actor=request.user, adjustment=row, at=timezone.now())


@require_http_methods(["GET", "HEAD"])
@login_required
def pay_adjustments(request: HttpRequest) -> HttpResponseBase:
    return AdjustmentList(request).response()


@require_http_methods(["GET", "POST"])
@login_required
def pay_adjustment_new(request: HttpRequest) -> HttpResponse:
    require(can_propose_adjustment(request.user), _("Only sales operations and finance propose adjustments. Ask them."))
    actor: Any = request.user
    form = AdjustmentForm(*sent(request), on=today())
    act = partial(propose_adjustment, actor=actor, at=timezone.now())
    told = {"title": _("Propose an adjustment"), "submit": pgettext("pay", "Propose")}
    return dialog(request, form, act, **told, sub=_("Finance decides on it."), message=pgettext("pay", "Proposed"))


@require_GET
@login_required
def pay_adjustment(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "incentives/adjustment.html", adjustment_page(_one(request, pk), request.user))


@require_http_methods(["GET", "POST"])
@login_required
def pay_adjustment_approve(request: HttpRequest, pk: int) -> HttpResponse:
    row = _one(request, pk)
    require(can_approve_pay(request.user), _("Only finance decides on adjustments. Ask them."))
    told = {"title": _("Approve the adjustment"), "submit": _("Approve"), "message": pgettext("pay", "Approved")}
    return dialog(request, AnswerForm(*sent(request)), _act(approve_adjustment, request, row), **told, sub=_about(row))


@require_http_methods(["GET", "POST"])
@login_required
def pay_adjustment_reject(request: HttpRequest, pk: int) -> HttpResponse:
    row = _one(request, pk)
    require(can_approve_pay(request.user), _("Only finance decides on adjustments. Ask them."))
    told = {"title": _("Reject the adjustment"), "submit": pgettext("pay", "Reject"), "message": _("Rejected")}
    return dialog(request, RefusalForm(*sent(request)), _act(reject_adjustment, request, row), **told, sub=_about(row))


@require_http_methods(["GET", "POST"])
@login_required
def pay_adjustment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _one(request, pk)
    require(row.proposed_by_id == request.user.pk, _("Only who proposed it takes it back. Finance may reject it."))
    told = {"title": _("Withdraw the proposal"), "submit": pgettext("pay", "Withdraw"), "message": _("Withdrawn")}
    return dialog(request, AnswerForm(*sent(request)), _act(withdraw_adjustment, request, row), **told, sub=_about(row))


@require_http_methods(["GET", "POST"])
@login_required
def pay_adjustment_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    row = _one(request, pk)
    require(can_propose_adjustment(request.user), _("Only sales operations and finance propose adjustments. Ask them."))
    form = ReversalForm(*sent(request), on=today())
    told = {"title": _("Take the adjustment back"), "submit": pgettext("pay", "Propose"), "sub": _about(row)}
    return dialog(request, form, _act(reverse_adjustment, request, row), **told, message=pgettext("pay", "Proposed"))
