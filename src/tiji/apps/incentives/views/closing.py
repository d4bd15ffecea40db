"""A month's way from calculated to finalised, and back by two persons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from tiji.apps.incentives.forms import AnswerForm, ReopenForm
from tiji.apps.incentives.models import PayPeriod, Reopening, Run
from tiji.apps.incentives.permissions import can_approve_pay, can_post_pay, can_reopen_pay, can_run_pay
from tiji.apps.incentives.services.closing import (
    answer_reopening,
    approve_run,
    ask_reopening,
    finalise_month,
    post_run,
    submit_run,
)
from tiji.apps.incentives.views.doors import posted, run_or_404
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, page_response


@dataclass(frozen=True)
class _Step:
    allowed: Callable[[Any], bool]
    act: Callable[[Any, Run], Any]
    template: str
    message: Any
    denied: Any


_FINANCE = gettext_lazy("Only finance approves and posts pay. Ask them.")
SUBMIT = _Step(
    can_run_pay,
    lambda actor, run: submit_run(actor=actor, run=run, at=timezone.now()),
    "incentives/submit.html",
    gettext_lazy("Handed in for review"),
    gettext_lazy("Only sales operations hand in a month. Ask them."),
)
APPROVE = _Step(
    can_approve_pay,
    lambda actor, run: approve_run(actor=actor, run=run, at=timezone.now()),
    "incentives/approve.html",
    pgettext_lazy("pay", "Approved"),
    _FINANCE,
)
POST = _Step(
    can_post_pay,
    lambda actor, run: post_run(actor=actor, run=run, at=timezone.now()),
    "incentives/post.html",
    pgettext_lazy("pay", "Posted"),
    _FINANCE,
)
FINALISE = _Step(
    can_post_pay,
    lambda actor, run: finalise_month(actor=actor, period=run.pay_period, at=timezone.now()),
    "incentives/finalise.html",
    pgettext_lazy("pay", "Finalised"),
    _FINANCE,
)


def _board(period: PayPeriod) -> str:
    return f"{reverse('payouts')}?month={period.key}"


def _take(request: HttpRequest, pk: int, step: _Step) -> HttpResponse:
    """Ask for one step of the month, or take it."""
    run = run_or_404(pk)
    require(step.allowed(request.user), step.denied)
    form = Form(posted(request))
    context = {"run": run, "form": form}
    if request.method != "POST":
        return page_response(request, step.template, "form", context)
    if form.is_valid():
        with errors_on(form):
            step.act(request.user, run)
    message = str(step.message)
    return form_response(request, form, step.template, "form", context, then=_board(run.pay_period), message=message)


@require_http_methods(["GET", "POST"])
@login_required
def pay_submit(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, SUBMIT)


@require_http_methods(["GET", "POST"])
@login_required
def pay_approve(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, APPROVE)


@require_http_methods(["GET", "POST"])
@login_required
def pay_post(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, POST)


@require_http_methods(["GET", "POST"])
@login_required
def pay_finalise(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, FINALISE)


def _may_reopen(request: HttpRequest) -> Any:
    require(can_reopen_pay(request.user), _("Only sales operations and finance open a month again. Ask them."))
    return request.user


@require_http_methods(["GET", "POST"])
@login_required
def pay_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a month to be opened again."""
    actor, run, form = _may_reopen(request), run_or_404(pk), ReopenForm(posted(request))
    template, context = "incentives/reopen.html", {"run": run, "form": form}
    if request.method != "POST":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            ask_reopening(actor=actor, run=run, reason=form.cleaned_data["reason"], at=timezone.now())
    message = _("Asked. Somebody else of sales operations or finance has to agree.")
    return form_response(request, form, template, "form", context, then=_board(run.pay_period), message=message)


@require_http_methods(["GET", "POST"])
@login_required
def pay_reopen_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to it, or decline."""
    actor, form = _may_reopen(request), AnswerForm(posted(request))
    asked = get_object_or_404(Reopening.objects.select_related("pay_period", "asked_by"), pk=pk)
    template, context = "incentives/reopen_answer.html", {"asked": asked, "form": form, "own": asked.asked_by == actor}
    if request.method != "POST":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            answer_reopening(actor=actor, asked=asked, agreed=form.cleaned_data["agreed"], at=timezone.now())
    return form_response(request, form, template, "form", context, then=_board(asked.pay_period), message=_("Answered"))
