"""Running, approving and posting a month's pay."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.incentives.display.runs import run_progress
from tiji.apps.incentives.display.watching import run_pay_openly
from tiji.apps.incentives.forms import RunForm
from tiji.apps.incentives.models import Run
from tiji.apps.incentives.permissions import can_approve_pay, can_post_pay, can_run_pay
from tiji.apps.incentives.services.runs import approve_run, post_run
from tiji.apps.incentives.views.doors import posted, run_or_404, today
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, page_response


@require_http_methods(["GET", "POST"])
@login_required
def pay_run(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_run_pay(actor), _("Only sales operations run pay. Ask them."))
    form = RunForm(posted(request), on=today(), initial={"period": request.GET.get("period")})
    message, then = "", reverse("payouts")
    if request.method != "POST":
        return page_response(request, "incentives/run.html", "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            done = run_pay_openly(actor=actor, period=form.cleaned_data["period"], on=today())
            then = f"{then}?month={done.run.pay_period.key}"
            message = done_text(done.run, done.written)
    return form_response(request, form, "incentives/run.html", "form", then=then, message=message)


@require_GET
@login_required
def pay_run_progress(request: HttpRequest) -> HttpResponse:
    """How far the run under way is; nothing while none is."""
    require(can_run_pay(request.user), _("Only sales operations run pay. Ask them."))
    return render(request, "incentives/run_progress.html", {"progress": run_progress()})


def done_text(run: Run, written: bool) -> str:
    """What came of it, in a sentence."""
    if not written:
        return _("Nothing has changed since version %(number)s: nothing was written.") % {"number": run.number}
    return _("Version %(number)s: %(lines)s lines of %(people)s people in %(seconds)s s") % {
        "number": run.number,
        "lines": run.lines,
        "people": run.people,
        "seconds": f"{(run.finished_at - run.started_at).total_seconds():.1f}",
    }


def _step(request: HttpRequest, pk: int, allowed: Any, act: Any, template: str, message: str) -> HttpResponse:
    run, actor = run_or_404(pk), request.user
    require(allowed(actor, run), _("Only finance approves and posts pay. Ask them."))
    form = Form(posted(request))
    context = {"run": run, "form": form}
    if request.method != "POST":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            act(actor=actor, run=run, at=timezone.now())
    then = f"{reverse('payouts')}?month={run.pay_period.key}"
    return form_response(request, form, template, "form", context, then=then, message=message)


@require_http_methods(["GET", "POST"])
@login_required
def pay_approve(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, can_approve_pay, approve_run, "incentives/approve.html", pgettext("pay", "Approved"))


@require_http_methods(["GET", "POST"])
@login_required
def pay_post(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, can_post_pay, post_run, "incentives/post.html", pgettext("pay", "Posted"))
