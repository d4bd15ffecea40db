"""Plans are written here: a new one, another version, and what either would do."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tiji.apps.incentives.models import PayPlan
from tiji.apps.incentives.pages.designer import Designer
from tiji.apps.incentives.services.plans import add_plan_version, create_pay_plan
from tiji.apps.incentives.views.doors import require_planning


@require_http_methods(["GET", "POST"])
@login_required
def pay_plan_new(request: HttpRequest) -> HttpResponse:
    require_planning(request)
    designer, actor = Designer(request), _actor(request)
    saved = designer.saved_by(lambda **typed: create_pay_plan(actor=actor, at=timezone.now(), **typed))
    return designer.done(saved) if saved else designer.response()


@require_http_methods(["GET", "POST"])
@login_required
def pay_plan_version(request: HttpRequest, pk: int) -> HttpResponse:
    require_planning(request)
    plan, actor = get_object_or_404(PayPlan, pk=pk), _actor(request)
    designer = Designer(request, plan)
    saved = designer.saved_by(lambda **typed: add_plan_version(actor=actor, plan=plan, at=timezone.now(), **typed))
    return designer.done(saved) if saved else designer.response()


@require_POST
@login_required
def pay_plan_preview(request: HttpRequest) -> HttpResponse:
    """What a draft would do, while it is typed."""
    require_planning(request)
    number = request.POST.get("plan", "")
    plan = PayPlan.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 10 else None
    return render(request, "incentives/designer_preview.html", Designer(request, plan, "preview").previewed())


def _actor(request: HttpRequest) -> Any:
    return request.user
