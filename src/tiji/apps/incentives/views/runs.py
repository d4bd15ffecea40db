"""Running a month's pay, and watching it run."""

from contextlib import suppress
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiji.apps.incentives.display.watching import cancel_run
from tiji.apps.incentives.forms import RunForm
from tiji.apps.incentives.pages.runs import asked_page
from tiji.apps.incentives.permissions import can_run_pay
from tiji.apps.incentives.services.asking import ask_run, deny, work_off
from tiji.apps.incentives.views.doors import asked_or_404, posted, today
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, is_htmx, page_response


@require_http_methods(["GET", "POST"])
@login_required
def pay_run(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_run_pay(actor), deny())
    form, asked = RunForm(posted(request), on=today(), initial={"period": request.GET.get("period")}), None
    if request.method != "POST":
        return page_response(request, "incentives/run.html", "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            asked = ask_run(actor=actor, period=form.cleaned_data["period"], on=today(), at=timezone.now())
    return form_response(request, form, "incentives/run.html", "form", then=asked)


@require_GET
@login_required
def pay_run_asked(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and in the end what came of it."""
    return page_response(request, "incentives/run_asked.html", "state", asked_page(asked_or_404(request, pk)))


@require_POST
@login_required
def pay_run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    asked = asked_or_404(request, pk)
    with suppress(DomainError):  # it ended in the meantime, and the page says how
        cancel_run(actor=actor, asked=asked, at=timezone.now())
    if not is_htmx(request):
        return redirect(asked)
    return page_response(request, "incentives/run_asked.html", "state", asked_page(asked))


@require_POST
@login_required
def pay_run_here(request: HttpRequest, pk: int) -> HttpResponse:
    """Run it in this very request, since no worker took it up."""
    asked = asked_or_404(request, pk)
    work_off(asked.pk)
    return redirect(asked)
