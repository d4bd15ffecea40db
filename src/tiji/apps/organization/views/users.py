"""Who may sign in, and with which roles."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from tiji.apps.organization.forms import DayForm, EmptyForm, InviteForm, PasswordForm, RoleForm, UserForm
from tiji.apps.organization.models import RoleGrant, User
from tiji.apps.organization.pages.lists import UserList
from tiji.apps.organization.permissions import can_manage_roles, can_manage_users, can_revoke_role, can_view_users
from tiji.apps.organization.selectors.access import role_overview
from tiji.apps.organization.selectors.people import find_users
from tiji.apps.organization.services.access import grant_role, revoke_role
from tiji.apps.organization.services.users import (
    deactivate_user,
    edit_user,
    invite_user,
    reactivate_user,
    set_password,
)
from tiji.apps.organization.sign_in import send_invitation
from tiji.apps.organization.views.dialogs import dialog, posted
from tiji.apps.organization.views.requests import ActorRequest
from tiji.apps.organization.views.units import get_or_post
from tiji.shared.permissions import require
from tiji.ui.forms import lookup_response


@login_required
@require_GET
def users(request: ActorRequest) -> HttpResponseBase:
    require(can_view_users(request.user))
    return UserList(request).response()


@login_required
@require_GET
def user_lookup(request: ActorRequest) -> HttpResponse:
    require(can_view_users(request.user))
    found = find_users(request.GET.get("q", ""))[:20]
    return lookup_response(request, [{"value": one.pk, "label": str(one), "detail": one.email} for one in found])


@login_required
@get_or_post
def user_invite(request: ActorRequest) -> HttpResponse:
    return dialog(
        request,
        InviteForm(posted(request), initial=request.GET.dict()),
        lambda **fields: send_invitation(request, invite_user(actor=request.user, **fields)),
        allowed=can_manage_users(request.user),
        title=_("Invite somebody"),
        submit=_("Invite"),
        done=_("Invited: a mail with a link is on its way"),
        back="users",
    )


@login_required
@get_or_post
def user_edit(request: ActorRequest, user_id: int) -> HttpResponse:
    found = get_object_or_404(User, pk=user_id)
    return dialog(
        request,
        UserForm(posted(request), initial={"name": found.name, "email": found.email}),
        lambda **fields: edit_user(actor=request.user, user=found, **fields),
        allowed=can_manage_users(request.user),
        title=_("Edit %(user)s") % {"user": found},
        submit=_("Save"),
        done=_("Saved"),
        back="users",
    )


@login_required
@get_or_post
def user_password(request: ActorRequest, user_id: int) -> HttpResponse:
    found = get_object_or_404(User, pk=user_id)
    return dialog(
        request,
        PasswordForm(posted(request)),
        lambda password: set_password(actor=request.user, user=found, password=password),
        allowed=can_manage_users(request.user),
        title=_("New password for %(user)s") % {"user": found},
        submit=_("Set"),
        done=_("Password set"),
        back="users",
        note=_("Every session of this user ends."),
    )


@login_required
@get_or_post
def user_deactivate(request: ActorRequest, user_id: int) -> HttpResponse:
    found = get_object_or_404(User, pk=user_id)
    return dialog(
        request,
        EmptyForm(posted(request)),
        lambda: deactivate_user(actor=request.user, user=found),
        allowed=can_manage_users(request.user),
        title=_("Close the sign-in of %(user)s") % {"user": found},
        submit=_("Close"),
        done=_("Closed"),
        back="users",
        note=_("Sessions and access tokens end now. What the user did stays."),
        kind="destructive",
    )


@login_required
@get_or_post
def user_reactivate(request: ActorRequest, user_id: int) -> HttpResponse:
    found = get_object_or_404(User, pk=user_id)
    return dialog(
        request,
        EmptyForm(posted(request)),
        lambda: reactivate_user(actor=request.user, user=found),
        allowed=can_manage_users(request.user),
        title=_("Open the sign-in of %(user)s again") % {"user": found},
        submit=pgettext("sign-in", "Open"),
        done=_("Opened"),
        back="users",
    )


@login_required
@require_GET
def access(request: ActorRequest) -> HttpResponse:
    require(can_view_users(request.user))
    context = {"access": role_overview(timezone.localdate()), "may_change": can_manage_roles(request.user)}
    return render(request, "organization/access.html", context)


@login_required
@get_or_post
def role_grant(request: ActorRequest) -> HttpResponse:
    return dialog(
        request,
        RoleForm(posted(request), initial=request.GET.dict()),
        lambda **fields: grant_role(actor=request.user, **fields),
        allowed=can_manage_roles(request.user),
        title=_("Give a role"),
        submit=_("Give"),
        done=_("Role given"),
        back="access",
    )


@login_required
@get_or_post
def role_revoke(request: ActorRequest, grant_id: int) -> HttpResponse:
    grant = get_object_or_404(RoleGrant.objects.select_related("user"), pk=grant_id)
    return dialog(
        request,
        DayForm(posted(request)),
        lambda on: revoke_role(actor=request.user, grant=grant, on=on),
        allowed=can_revoke_role(request.user, grant),
        title=_("Take a role from %(user)s") % {"user": grant.user},
        submit=_("Take away"),
        done=_("Role taken away"),
        back="access",
        kind="destructive",
    )
