"""Positions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.organization.forms import EmptyForm, PositionEditForm, PositionForm
from tiji.apps.organization.models import Position
from tiji.apps.organization.pages.lists import PositionList
from tiji.apps.organization.permissions import can_manage_people, can_view_organization
from tiji.apps.organization.selectors.people import find_positions
from tiji.apps.organization.services.positions import archive_position, edit_position, open_position
from tiji.apps.organization.views.dialogs import dialog, posted
from tiji.apps.organization.views.requests import ActorRequest
from tiji.apps.organization.views.units import get_or_post
from tiji.shared.permissions import require
from tiji.ui.forms import lookup_response


@login_required
@require_GET
def positions(request: ActorRequest) -> HttpResponseBase:
    require(can_view_organization(request.user))
    return PositionList(request).response()


@login_required
@require_GET
def position_lookup(request: ActorRequest) -> HttpResponse:
    found: Any = find_positions(request.GET.get("q", ""), timezone.localdate())[:20]
    return lookup_response(
        request, [{"value": seat.pk, "label": f"{seat} · {seat.unit}", "detail": seat.holder or ""} for seat in found]
    )


@login_required
@get_or_post
def position_new(request: ActorRequest) -> HttpResponse:
    return dialog(
        request,
        PositionForm(posted(request), initial=request.GET.dict()),
        lambda **fields: open_position(actor=request.user, **fields),
        allowed=can_manage_people(request.user),
        title=_("New position"),
        submit=_("Add"),
        done=_("Position added"),
        back="positions",
    )


@login_required
@get_or_post
def position_edit(request: ActorRequest, position_id: int) -> HttpResponse:
    found = get_object_or_404(Position, pk=position_id)
    values = {name: getattr(found, name) for name in PositionEditForm.base_fields}
    return dialog(
        request,
        PositionEditForm(posted(request), initial=values),
        lambda **fields: edit_position(actor=request.user, position=found, **fields),
        allowed=can_manage_people(request.user),
        title=_("Edit %(position)s") % {"position": found},
        submit=_("Save"),
        done=_("Saved"),
        back="positions",
    )


@login_required
@get_or_post
def position_archive(request: ActorRequest, position_id: int) -> HttpResponse:
    found = get_object_or_404(Position, pk=position_id)
    return dialog(
        request,
        EmptyForm(posted(request)),
        lambda: archive_position(actor=request.user, position=found),
        allowed=can_manage_people(request.user),
        title=_("Archive %(position)s") % {"position": found},
        submit=_("Archive"),
        done=_("Archived"),
        back="positions",
        kind="destructive",
    )
