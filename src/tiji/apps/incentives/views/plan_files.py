"""A plan's versions beside each other, and as files."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from tiji.apps.incentives.models import PayPlan, PlanVersion
from tiji.apps.incentives.pages.plan_changes import compared
from tiji.apps.incentives.permissions import can_edit_pay_plan
from tiji.apps.incentives.services.documents import kept_as_yaml
from tiji.apps.incentives.views.doors import require_plans


@require_GET
@login_required
def pay_plan_changes(request: HttpRequest, pk: int) -> HttpResponse:
    require_plans(request)
    plan = get_object_or_404(PayPlan, pk=pk)
    both = compared(plan, request.GET.get("from"), request.GET.get("to"))
    context = {"plan": plan, "both": both, "can_edit": can_edit_pay_plan(request.user)}
    return render(request, "incentives/plan_changes.html", context)


@require_GET
@login_required
def pay_plan_yaml(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    require_plans(request)
    version = get_object_or_404(PlanVersion.objects.select_related("plan"), plan_id=pk, number=number)
    response = HttpResponse(kept_as_yaml(version.document), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{version.plan.code}-v{number}.yaml"'
    return response
