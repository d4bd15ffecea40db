"""Plans, whom they pay, and quotas."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.incentives.forms import AssignForm, EndForm
from tiji.apps.incentives.models import PayPlan, PlanAssignment
from tiji.apps.incentives.pages.plans import WITH, plan_card, plan_cards
from tiji.apps.incentives.permissions import can_edit_pay_plan
from tiji.apps.incentives.selectors.quotas import standing_quotas
from tiji.apps.incentives.services.documents import kept_as_yaml
from tiji.apps.incentives.services.plans import assign_plan, end_plan_assignment
from tiji.apps.incentives.views.doors import posted, require_planning, require_plans, today
from tiji.ui.forms import errors_on, form_response, page_response

SOME_QUOTAS = 12


@require_GET
@login_required
def pay_plans(request: HttpRequest) -> HttpResponse:
    require_plans(request)
    quotas = list(standing_quotas().order_by("-period", "person__sort_key")[:SOME_QUOTAS])
    context = {"cards": plan_cards(), "quotas": quotas, "can_edit": can_edit_pay_plan(request.user)}
    return render(request, "incentives/plans.html", context)


@require_GET
@login_required
def pay_plan(request: HttpRequest, pk: int) -> HttpResponse:
    require_plans(request)
    wanted = request.GET.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else None
    card = plan_card(get_object_or_404(PayPlan.objects.prefetch_related(*WITH), pk=pk), number)
    context = {"card": card, "yaml": kept_as_yaml(card.version.document), "can_edit": can_edit_pay_plan(request.user)}
    return render(request, "incentives/plan.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def pay_plan_assign(request: HttpRequest, pk: int) -> HttpResponse:
    require_planning(request)
    plan = get_object_or_404(PayPlan, pk=pk)
    form, context = AssignForm(posted(request), initial={"valid_from": today()}), {"plan": plan}
    if request.method != "POST":
        return page_response(request, "incentives/assign_form.html", "form", {**context, "form": form})
    if form.is_valid():
        with errors_on(form):
            actor: Any = request.user
            assign_plan(actor=actor, plan=plan, **form.cleaned_data)
    said = pgettext("pay", "Assigned")
    return form_response(request, form, "incentives/assign_form.html", "form", context, back=plan, message=said)


@require_http_methods(["GET", "POST"])
@login_required
def pay_plan_end(request: HttpRequest, pk: int) -> HttpResponse:
    require_planning(request)
    assignment = get_object_or_404(PlanAssignment.objects.select_related("plan", "person", "unit"), pk=pk)
    first = {"valid_until": today(), "version": assignment.version}
    form, context = EndForm(posted(request), initial=first), {"assignment": assignment}
    if request.method != "POST":
        return page_response(request, "incentives/end_form.html", "form", {**context, "form": form})
    if form.is_valid():
        with errors_on(form):
            actor: Any = request.user
            end_plan_assignment(actor=actor, assignment=assignment, **form.cleaned_data)
    plan, said = assignment.plan, _("Saved")
    return form_response(request, form, "incentives/end_form.html", "form", context, back=plan, message=said)
