"""Oneself: what I choose, and the demo's one-click sign-in."""

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.organization.forms import PreferencesForm
from tiji.apps.organization.selectors.demo import demo_user, is_demo
from tiji.apps.organization.selectors.people import person_page
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.organization.selectors.tree import role_label
from tiji.apps.organization.services.users import set_preferences
from tiji.apps.organization.views.requests import ActorRequest
from tiji.shared import audit
from tiji.ui.forms import errors_on, form_response
from tiji.ui.preferences import SESSION_LANGUAGE, THEME_COOKIE, remember

PAGE = "organization/me.html"


def me_context(request: ActorRequest) -> dict[str, object]:
    """What the page shows beside the form."""
    user = request.user
    page = person_page(user.person, timezone.localdate()) if user.person else None
    return {"page": page, "roles": [role_label(role) for role in sorted(scope_of(user).roles)]}


def choices_of(user: object) -> dict[str, object]:
    """What the user has chosen so far."""
    names = ("language", "theme", "single_key_shortcuts")
    return {name: getattr(user, name) for name in names}


@login_required
@require_GET
def me(request: ActorRequest) -> HttpResponse:
    form = PreferencesForm(initial=choices_of(request.user))
    return render(request, PAGE, {"form": form, **me_context(request)})


@login_required
@require_POST
def preferences_save(request: ActorRequest) -> HttpResponse:
    form = PreferencesForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            set_preferences(user=request.user, **form.cleaned_data)
    response = form_response(request, form, PAGE, "preferences", me_context(request), then="me", message=_("Saved"))
    if form.is_valid():
        request.session[SESSION_LANGUAGE] = form.cleaned_data["language"]
        remember(response, THEME_COOKIE, form.cleaned_data["theme"])
    return response


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    user = demo_user(request.POST.get("role", ""), timezone.localdate()) if is_demo() else None
    if user is None:
        raise Http404
    adapter = get_adapter(request)
    adapter.login(request, user)
    audit.record("sign_in.demo", user, None, {"role": request.POST["role"]}, actor=user)
    return redirect(adapter.get_login_redirect_url(request))


def closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs himself up or changes his own address: administrators do."""
    raise Http404
