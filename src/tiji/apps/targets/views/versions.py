"""Plans and their versions: made, begun anew, activated, discarded, closed, compared."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.organization.selectors.company import business_date, fiscal_calendar
from tiji.apps.targets.changes import differences, history_of
from tiji.apps.targets.forms import PlanForm, VersionForm
from tiji.apps.targets.models import TargetPlan, TargetVersion
from tiji.apps.targets.permissions import (
    can_activate_target_version,
    can_create_target_plan,
    can_shape_targets,
    can_start_target_version,
)
from tiji.apps.targets.planning import GridPage
from tiji.apps.targets.selectors.seasons import season_of_last_year
from tiji.apps.targets.services.plans import (
    activate_target_version,
    create_target_plan,
    discard_target_version,
    lock_target_months,
    start_target_version,
)
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, page_response

either = require_http_methods(["GET", "POST"])


def version_or_404(pk: int) -> TargetVersion:
    """A version of a plan that is not archived."""
    rows = TargetVersion.objects.select_related("plan", "based_on")
    return get_object_or_404(rows, pk=pk, plan__archived_at__isnull=True)  # type: ignore[no-any-return]


def sent(request: HttpRequest) -> Any:
    """What was posted, if anything could have been: an empty post is a post."""
    return request.POST if request.method == "POST" else None


def grid_url(version: TargetVersion) -> str:
    plan = version.plan
    return f"{reverse('targets')}?year={plan.fiscal_year}&measure={plan.measure}&version={version.number}"


@either
@login_required
def target_plan_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_create_target_plan(actor))
    today = business_date(timezone.now())
    asked = request.GET
    year = asked.get("year", "") if asked.get("year", "").isdecimal() else fiscal_calendar().year_of(today)
    initial = {"fiscal_year": year, "measure": asked.get("measure") or "signed", "tree_on": today, "like": "even"}
    form = PlanForm(sent(request), initial=initial)
    template = "targets/plan_form.html"
    if request.method == "GET":
        return page_response(request, template, "form", {"form": form})
    then = None
    if form.is_valid():
        with errors_on(form):
            data = dict(form.cleaned_data)
            like = data.pop("like")
            season = season_of_last_year(data["fiscal_year"], data["measure"]) if like == "last" else {}
            then = grid_url(create_target_plan(actor=actor, at=timezone.now(), season=season, **data))
    return form_response(request, form, template, "form", then=then, message=_("Plan created."))


@either
@login_required
def target_version_new(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    plan = get_object_or_404(TargetPlan, pk=pk, archived_at__isnull=True)
    require(can_start_target_version(actor, plan))
    form, template, then = VersionForm(sent(request)), "targets/version_form.html", None
    if request.method == "GET":
        return page_response(request, template, "form", {"form": form, "plan": plan})
    if form.is_valid():
        with errors_on(form):
            tree_on = business_date(timezone.now()) if form.cleaned_data["regrow"] else None
            reason = form.cleaned_data["reason"]
            made = start_target_version(actor=actor, plan=plan, reason=reason, at=timezone.now(), tree_on=tree_on)
            then = grid_url(made)
    return form_response(request, form, template, "form", {"plan": plan}, then=then, message=_("New version begun."))


@either
@login_required
def target_version_activate(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    version = version_or_404(pk)
    require(can_activate_target_version(actor, version.plan))
    form, template = Form(sent(request)), "targets/activate.html"
    context = {"form": form, "version": version}
    if request.method == "GET":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            activate_target_version(actor=actor, version=version, at=timezone.now())
    return form_response(
        request, form, template, "form", context, then=grid_url(version), message=_("The version counts now.")
    )


@either
@login_required
def target_version_discard(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    version = version_or_404(pk)
    require(can_start_target_version(actor, version.plan))
    form, template = Form(sent(request)), "targets/discard.html"
    context = {"form": form, "version": version}
    if request.method == "GET":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            discard_target_version(actor=actor, version=version)
    then = f"{reverse('targets')}?year={version.plan.fiscal_year}&measure={version.plan.measure}"
    return form_response(request, form, template, "form", context, then=then, message=_("Draft discarded."))


@either
@login_required
def target_lock(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    version = version_or_404(pk)
    require(can_shape_targets(actor))
    today = business_date(timezone.now())
    months = fiscal_calendar().months(version.plan.fiscal_year)
    locked = set(version.locked_months)
    choices = [(one, one.key in locked, one.end <= today) for one in months]
    form, template = Form(sent(request)), "targets/lock.html"
    context = {"form": form, "version": version, "months": choices}
    if request.method == "GET":
        return page_response(request, template, "form", context)
    chosen = request.POST.getlist("months")
    if form.is_valid():
        with errors_on(form):
            if not chosen:
                raise DomainError(_("Choose the months to close."))
            lock_target_months(actor=actor, version=version, months=chosen)
    return form_response(request, form, template, "form", context, then=grid_url(version), message=_("Months closed."))


@require_GET
@login_required
def target_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """A version against the one it was begun from, row by row."""
    version = version_or_404(pk)
    page = GridPage(request, version)
    other = version.based_on
    rows = differences(page, other) if other else []
    return render(request, "targets/compare.html", {"page": page, "version": version, "other": other, "rows": rows})


@require_GET
@login_required
def target_history(request: HttpRequest, pk: int) -> HttpResponse:
    version = version_or_404(pk)
    page = GridPage(request, version)
    context = {"version": version, "edits": history_of(page), "page": page}
    return page_response(request, "targets/history.html", "history", context)
