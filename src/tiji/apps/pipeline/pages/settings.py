"""What the pages of the sales settings show, and the dialogs that change them."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tiji.apps.pipeline.forms.settings import ASKED
from tiji.apps.pipeline.models import CloseReason, Rival, SalesProcess, Stage
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, page_response

DIALOG = "pipeline/settings_dialog.html"
STANDING = Q(opportunities__status__in=("open", "paused"))


def settings_context(request: HttpRequest, tab: str) -> dict[str, Any]:
    """The tabs, and whether the viewer may change what he reads."""
    tabs = (
        ("sales_settings", _("Sales processes"), "workflow"),
        ("sales_reasons", _("Reasons for closing"), "list-checks"),
        ("sales_rivals", _("Competitors"), "swords"),
    )
    shown = [{"url": reverse(name), "label": label, "icon": icon, "on": name == tab} for name, label, icon in tabs]
    return {"tabs": shown, "may_change": can_manage_pipeline(request.user)}  # type: ignore[arg-type]


def processes_shown() -> list[Any]:
    """Processes with their stages and how many deals stand in each, those in use first: two queries."""
    stages = Stage.objects.annotate(standing=Count("opportunities", filter=STANDING)).order_by("position")
    rows: list[Any] = list(
        SalesProcess.objects.prefetch_related(Prefetch("stages", queryset=stages)).order_by("-is_default", "code")
    )
    rows.sort(key=lambda row: row.archived_at is not None)
    for process in rows:
        every = list(process.stages.all())
        process.steps = [stage for stage in every if stage.archived_at is None]
        process.retired = [stage for stage in every if stage.archived_at is not None]
        last_open = sum(stage.outcome == Stage.Outcome.OPEN for stage in process.steps) - 1
        for at, stage in enumerate(process.steps):
            is_open = stage.outcome == Stage.Outcome.OPEN
            stage.may_rise, stage.may_fall = is_open and at > 0, is_open and at < last_open
            stage.asks = [str(ASKED[name]) for name in stage.requires if name in ASKED]
    return rows


def reasons_shown() -> list[dict[str, Any]]:
    """The reasons by what they are for, those in use first."""
    rows = list(CloseReason.objects.order_by("position", "pk"))
    return [
        {
            "key": key,
            "label": label,
            "rows": [one for one in rows if one.for_status == key and one.archived_at is None],
            "retired": [one for one in rows if one.for_status == key and one.archived_at is not None],
        }
        for key, label in CloseReason.For.choices
    ]


def rivals_shown() -> dict[str, Any]:
    """The competitors, those in use first."""
    rows = list(Rival.objects.order_by("sort_key", "pk"))
    return {
        "rivals": [one for one in rows if one.archived_at is None],
        "retired": [one for one in rows if one.archived_at is not None],
    }


def require_manage(request: HttpRequest) -> Any:
    """The actor, if he keeps the sales settings."""
    require(
        can_manage_pipeline(request.user),  # type: ignore[arg-type]
        _("Sales operations keep the sales settings. Ask them to change this."),
    )
    return request.user


def dialog(
    request: HttpRequest,
    form: Form,
    act: Callable[..., Any],
    *,
    back: str,
    title: str | Promise,
    submit: str | Promise = "",
    done: str | Promise = "",
    note: str = "",
    look: str = "",
) -> HttpResponse:
    """A form that changes a setting: asked with GET, done with POST, refusals at their field."""
    context = {
        "form": form,
        "title": title,
        "submit": submit or _("Save"),
        "note": note,
        "look": look,
        "back": reverse(back),
    }
    if request.method != "POST":
        return page_response(request, DIALOG, "form", context)
    if form.is_valid():
        with errors_on(form):
            act(**form.cleaned_data)
    return form_response(request, form, DIALOG, "form", context, then=back, message=done or _("Saved"))


def moved(request: HttpRequest, act: Callable[[], Any], back: str, anchor: str) -> HttpResponse:
    """A press on up or down: at either end nothing happens."""
    try:
        act()
    except DomainError as error:
        if error.status != 422:
            raise
    return redirect(f"{reverse(back)}#{anchor}")


def direction(request: HttpRequest) -> int:
    """Up unless down was asked."""
    return 1 if request.POST.get("to") == "down" else -1
