"""Plans and their versions: made, begun anew, activated, discarded, closed, compared."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.organization.selectors.company import business_date
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.forms import LockForm, PlanForm, VersionForm
from tiji.apps.targets.models import TargetPlan, TargetVersion
from tiji.apps.targets.pages.changes import differences, history_of
from tiji.apps.targets.permissions import (
    can_activate_target_version,
    can_create_target_plan,
    can_see_target_version,
    can_shape_targets,
    can_share_target_draft,
    can_start_target_version,
)
from tiji.apps.targets.selectors.seasons import season_of_last_year
from tiji.apps.targets.services.plans import (
    activate_target_version,
    create_target_plan,
    discard_target_version,
    lock_target_months,
    start_target_version,
)
from tiji.apps.targets.services.sharing import share_target_draft, withdraw_target_draft
from tiji.apps.targets.views.common import either, grid_url, sent, version_or_404
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, page_response


@either
@login_required
def target_plan_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_create_target_plan(actor))
    form, template, then = PlanForm.of(request.GET, sent(request)), "targets/plan_form.html", None
    if request.method == "GET":
        return page_response(request, template, "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            then = grid_url(_create(actor, form.cleaned_data))
    return form_response(request, form, template, "form", then=then, message=_("Plan created."))


def _create(actor: Any, data: dict[str, Any]) -> TargetVersion:
    facts = {name: data[name] for name in ("fiscal_year", "measure", "tree_on")}
    season = season_of_last_year(data["fiscal_year"], data["measure"]) if data["like"] == "last" else {}
    return create_target_plan(actor=actor, at=timezone.now(), season=season, **facts)


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
    version = version_or_404(request, pk)
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
    version = version_or_404(request, pk)
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
    version = version_or_404(request, pk)
    require(can_shape_targets(actor))
    form, template = LockForm(sent(request), version=version), "targets/lock.html"
    context = {"form": form, "version": version}
    if request.method == "GET":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            lock_target_months(actor=actor, version=version, months=form.cleaned_data["months"])
    return form_response(request, form, template, "form", context, then=grid_url(version), message=_("Months closed."))


@either
@login_required
def target_share(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a draft for discussion with those it is about, or close it again."""
    actor: Any = request.user
    version = version_or_404(request, pk)
    require(can_share_target_draft(actor))
    form, template, was_shared = Form(sent(request)), "targets/share.html", version.shared_at is not None
    context = {"form": form, "version": version}
    if request.method == "GET":
        return page_response(request, template, "form", context)
    if form.is_valid():
        with errors_on(form):
            _share(actor, version, share=not was_shared)
    message = _("The draft is closed again.") if was_shared else _("The draft is open for discussion.")
    return form_response(request, form, template, "form", context, then=grid_url(version), message=message)


def _share(actor: Any, version: TargetVersion, *, share: bool) -> None:
    if share:
        share_target_draft(actor=actor, version=version, at=timezone.now())
    else:
        withdraw_target_draft(actor=actor, version=version)


@require_GET
@login_required
def target_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """A version against the one it was begun from, row by row."""
    version = version_or_404(request, pk)
    page = GridPage(request, version)
    other = version.based_on if version.based_on and can_see_target_version(page.viewer, version.based_on) else None
    rows = differences(page, other) if other else []
    return render(request, "targets/compare.html", {"page": page, "version": version, "other": other, "rows": rows})


@require_GET
@login_required
def target_history(request: HttpRequest, pk: int) -> HttpResponse:
    version = version_or_404(request, pk)
    page = GridPage(request, version)
    context = {"version": version, "edits": history_of(page), "page": page}
    return page_response(request, "targets/history.html", "history", context)
