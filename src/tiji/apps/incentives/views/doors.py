"""What the doors of this room share."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.models import Run, RunRequest, Statement
from tiji.apps.incentives.permissions import can_edit_pay_plan, can_run_pay, can_see_pay_plans
from tiji.apps.incentives.selectors.statements import all_versions
from tiji.apps.incentives.services.asking import deny
from tiji.shared.permissions import require


def today() -> date:
    return timezone.localdate()


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def visible_statement(request: HttpRequest, pk: int) -> Statement:
    """The statement, if its pay is open to the viewer; else 404."""
    found: Statement = get_object_or_404(all_versions(request.user), pk=pk)  # type: ignore[arg-type]
    return found


def run_or_404(pk: int) -> Run:
    found: Run = get_object_or_404(Run.objects.select_related("pay_period"), pk=pk)
    return found


def asked_or_404(request: HttpRequest, pk: int) -> RunRequest:
    require(can_run_pay(request.user), deny())
    found: RunRequest = get_object_or_404(RunRequest.objects.select_related("run", "asked_by", "cancelled_by"), pk=pk)
    return found


def require_plans(request: HttpRequest) -> None:
    require(can_see_pay_plans(request.user), _("Plans as a whole are open to sales operations and finance. Ask them."))


def require_planning(request: HttpRequest) -> None:
    require(can_edit_pay_plan(request.user), _("Only sales operations and the director write plans. Ask them."))
