"""Doors of the ui: preferences, counts, saved views, the components page, error pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiji.shared.models import SavedView
from tiji.ui import preview
from tiji.ui.counts import counts_for
from tiji.ui.errors import error_page, generic_message, message_response
from tiji.ui.forms import close_dialog, errors_on, form_response, is_htmx, page_response
from tiji.ui.preferences import LANGUAGES, SESSION_LANGUAGE, THEME_COOKIE, THEMES, preference_changed, remember
from tiji.ui.saved_view_form import SavedViewForm
from tiji.ui.saved_views import delete_view, save_view


def safe_next(request: HttpRequest) -> str:
    """Where to go back to, if it is a page of ours."""
    url = request.POST.get("next") or request.headers.get("Referer") or "/"
    return url if url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure()) else "/"


@require_POST
def set_preference(request: HttpRequest) -> HttpResponse:
    """Language or theme of the browser and, when signed in, of the user."""
    changes = read_preferences(request)
    response: HttpResponse = HttpResponse(status=204) if request.POST.get("quiet") else redirect(safe_next(request))
    if "language" in changes:
        if request.user.is_authenticated:
            request.session[SESSION_LANGUAGE] = changes["language"]
        remember(response, settings.LANGUAGE_COOKIE_NAME, changes["language"])
    if "theme" in changes:
        remember(response, THEME_COOKIE, changes["theme"])
    if changes and request.user.is_authenticated:
        preference_changed.send(sender=type(request.user), user=request.user, changes=changes)
    return response


def read_preferences(request: HttpRequest) -> dict[str, Any]:
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    changes: dict[str, Any] = {"language": language} if language in LANGUAGES else {}
    if theme in THEMES:
        changes["theme"] = theme
    if "single_key_shortcuts" in request.POST:
        changes["single_key_shortcuts"] = request.POST["single_key_shortcuts"] == "1"
    return changes


@require_GET
@login_required
def nav_counts(request: HttpRequest) -> HttpResponse:
    """The counts of the navigation, each swapped into its place."""
    response = render(request, "ui/counts.html", {"counts": counts_for(request.user)})
    response["Cache-Control"] = "private, max-age=30"
    return response


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component in each of its states."""
    return render(request, "ui/components.html", preview.context())


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html", {"base": "ui/bare.html"})


@login_required
def saved_view_new(request: HttpRequest) -> HttpResponse:
    """Name the filters and order of a list; the dialog of “Save view”."""
    form = SavedViewForm(request.POST or None, initial=request.GET.dict())
    if request.method != "POST":
        return page_response(request, "ui/saved_view.html", "form", {"form": form})
    view = None
    if form.is_valid():
        with errors_on(form):
            view = save_view(actor=request.user, **form.view_fields())
    then = f"{form.cleaned_data['path']}?{view.query}" if view else None
    return form_response(request, form, "ui/saved_view.html", "form", then=then, message=_("View saved"))


@login_required
@require_POST
def saved_view_delete(request: HttpRequest, view_id: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=view_id)
    delete_view(actor=request.user, view=view)
    if is_htmx(request):
        return close_dialog(request, message=_("View deleted"))
    return redirect(safe_next(request))


# What Django calls when something fails


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failure(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    given = str(exception) if isinstance(exception, PermissionDenied) and exception.args else ""
    return failure(request, 403, given)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failure(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return failure(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from another site."""
    text = _("This form has expired for your safety. Nothing was saved; reload the page and send it again.")
    return failure(request, 403, text)


def failure(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    message = message or generic_message(status)
    if is_htmx(request):
        return message_response(request, message, status)
    return error_page(request, status, {"message": message})
