"""Models of pay: made from a plan, watched, compared, taken over as a version."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiji.apps.incentives.display.model_watching import cancel_model
from tiji.apps.incentives.forms import ModelForm
from tiji.apps.incentives.models import PayModel, PayPlan, PlanVersion
from tiji.apps.incentives.pages.modelling import PayModelList, PayModelPeople, model_page
from tiji.apps.incentives.permissions import sees_all_pay
from tiji.apps.incentives.selectors.modelling import pay_models as all_models
from tiji.apps.incentives.selectors.modelling import run_months
from tiji.apps.incentives.services.documents import kept_as_yaml
from tiji.apps.incentives.services.model_work import work_off_model
from tiji.apps.incentives.services.modelling import make_model, run_model_again
from tiji.apps.incentives.views.doors import posted, require_planning, require_plans
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, is_htmx, page_response

USUAL_MONTHS = 6


def model_or_404(pk: int) -> PayModel:
    found: PayModel = get_object_or_404(all_models(), pk=pk)
    return found


@require_GET
@login_required
def pay_models(request: HttpRequest) -> HttpResponseBase:
    require_plans(request)
    return PayModelList(request).response()


@require_GET
@login_required
def pay_model(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and once it is done what it says."""
    require_plans(request)
    return page_response(request, "incentives/model.html", "state", model_page(request.user, model_or_404(pk)))


@require_GET
@login_required
def pay_model_people(request: HttpRequest, pk: int) -> HttpResponseBase:
    require(sees_all_pay(request.user), _("Who gains and who loses is open to those who see everybody's pay."))
    return PayModelPeople(request, model=model_or_404(pk)).response()


@require_http_methods(["GET", "POST"])
@login_required
def pay_model_new(request: HttpRequest, pk: int) -> HttpResponse:
    require_planning(request)
    plan = get_object_or_404(PayPlan, pk=pk)
    version: PlanVersion = plan.versions.order_by("-number")[0]
    form = ModelForm(posted(request), initial=_first(version), chooses=sees_all_pay(request.user))
    context, made = {"plan": plan, "version": version, "form": form}, None
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actor: Any = request.user
            made = make_model(actor=actor, version=version, at=timezone.now(), **form.cleaned_data)
    if request.method != "POST":
        return page_response(request, "incentives/model_form.html", "form", context)
    return form_response(request, form, "incentives/model_form.html", "form", context, then=made)


def _first(version: PlanVersion) -> dict[str, Any]:
    """What the form begins with: the newest version over the last months that were run."""
    months = run_months()[:USUAL_MONTHS]
    ends = {"first": months[-1], "last": months[0]} if months else {}
    return {**ends, "growth": Decimal(0), "document": kept_as_yaml(version.document)}


@require_POST
@login_required
def pay_model_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    require_planning(request)
    actor: Any = request.user
    model = model_or_404(pk)
    with suppress(DomainError):  # it ended in the meantime, and the page says how
        cancel_model(actor=actor, model=model, at=timezone.now())
    if not is_htmx(request):
        return redirect(model)
    return page_response(request, "incentives/model.html", "state", model_page(request.user, model))


@require_POST
@login_required
def pay_model_again(request: HttpRequest, pk: int) -> HttpResponse:
    require_planning(request)
    actor: Any = request.user
    model = model_or_404(pk)
    with suppress(DomainError):  # somebody else has asked for it, and the page shows how far it is
        run_model_again(actor=actor, model=model, at=timezone.now())
    return redirect(model)


@require_POST
@login_required
def pay_model_here(request: HttpRequest, pk: int) -> HttpResponse:
    """Compute it in this very request, since no worker took it up."""
    require_planning(request)
    model = model_or_404(pk)
    work_off_model(model.pk)
    return redirect(model)
