"""Pages of activities: the list, the one-minute log, tasks."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.customers.models import Account
from tiji.apps.pipeline.forms.deals import DoneForm, LogForm, PostponeForm, TaskForm, posted
from tiji.apps.pipeline.models import Activity, Opportunity
from tiji.apps.pipeline.pages.lists import ActivityList, today
from tiji.apps.pipeline.permissions import can_edit_activity, can_log_activity
from tiji.apps.pipeline.services.activities import complete_activity, log_activity, plan_task, postpone_activity
from tiji.apps.pipeline.views.doors import require_lists, visible_activity
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, page_response


@require_http_methods(["GET", "HEAD"])
@login_required
def activities(request: HttpRequest) -> HttpResponseBase:
    require_lists(request)
    return ActivityList(request).response()


@require_GET
@login_required
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    found, viewer = visible_activity(request, pk), request.user
    context = {
        "activity": found,
        "contacts": found.contacts.all(),
        "may_edit": can_edit_activity(viewer, found),  # type: ignore[arg-type]
        "today": today(),
    }
    return render(request, "pipeline/activity.html", context)


@login_required
def quick_log(request: HttpRequest) -> HttpResponse:
    """The one-minute form, as a dialog from everywhere and as a page on a phone."""
    actor: Any = request.user
    require(can_log_activity(actor), _("Activities are logged by those who sell."))
    first, account = _known(request)
    form = LogForm(posted(request), actor=actor, on=today(), account=account, initial=first)
    context = {"form": form, "account": account}
    if request.method != "POST":
        return page_response(request, "pipeline/quick_log.html", "form", context)
    if form.is_valid():
        with errors_on(form):
            log_activity(actor=actor, **form.facts(timezone.now()))
    return form_response(
        request, form, "pipeline/quick_log.html", "form", context, back="activities", message=_("Logged")
    )


@login_required
def task_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_log_activity(actor), _("Activities are logged by those who sell."))
    first, _account = _known(request)
    form = TaskForm(posted(request), actor=actor, initial=first)
    if request.method != "POST":
        return page_response(request, "pipeline/task.html", "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            plan_task(actor=actor, at=timezone.now(), **form.cleaned_data)
    return form_response(request, form, "pipeline/task.html", "form", back="activities", message=_("Task planned"))


@login_required
def activity_done(request: HttpRequest, pk: int) -> HttpResponse:
    found, actor = _editable(request, pk)
    form = DoneForm(posted(request))
    context = {"activity": found, "form": form}
    if request.method != "POST":
        return page_response(request, "pipeline/activity_done.html", "form", context)
    if form.is_valid():
        with errors_on(form):
            complete_activity(actor=actor, activity=found, at=timezone.now(), **form.cleaned_data)
    return form_response(
        request, form, "pipeline/activity_done.html", "form", context, back="activities", message=_("Done")
    )


@login_required
def activity_postpone(request: HttpRequest, pk: int) -> HttpResponse:
    found, actor = _editable(request, pk)
    form = PostponeForm(posted(request), initial={"due_on": found.due_on})
    context = {"activity": found, "form": form}
    if request.method != "POST":
        return page_response(request, "pipeline/postpone.html", "form", context)
    if form.is_valid():
        with errors_on(form):
            postpone_activity(actor=actor, activity=found, **form.cleaned_data)
    return form_response(
        request, form, "pipeline/postpone.html", "form", context, back="activities", message=_("Postponed")
    )


def _editable(request: HttpRequest, pk: int) -> tuple[Activity, Any]:
    found = visible_activity(request, pk)
    actor: Any = request.user
    require(can_edit_activity(actor, found), _("Only its owner and those above him change an activity."))
    return found, actor


def _known(request: HttpRequest) -> tuple[dict[str, Any], Account | None]:
    """What the link already knows: the deal, the customer, the kind."""
    first: dict[str, Any] = {"kind": request.GET.get("kind") or Activity.Kind.VISIT}
    account: Account | None = None
    deal_key, account_key = request.GET.get("opportunity", ""), request.GET.get("account", "")
    if deal_key.isdecimal():
        rows: Any = Opportunity.objects.visible_to(request.user).select_related("account")
        deal = rows.filter(pk=deal_key).first()
        if deal:
            first["opportunity"], account = deal.pk, deal.account
    elif account_key.isdecimal():
        account = Account.objects.visible_to(request.user).filter(pk=account_key).first()
    if account is not None:
        first["account"] = account.pk
    return first, account
