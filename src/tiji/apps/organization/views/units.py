"""The unit tree and one unit."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.organization.forms import DayForm, UnitEditForm, UnitForm, UnitMoveForm
from tiji.apps.organization.models import Unit
from tiji.apps.organization.permissions import can_manage_units, can_view_organization
from tiji.apps.organization.selectors.moves import preview_of_move
from tiji.apps.organization.selectors.people import people_in_unit, unit_history
from tiji.apps.organization.selectors.tree import unit_tree
from tiji.apps.organization.services.units import archive_unit, create_unit, edit_unit, move_unit
from tiji.apps.organization.views.dialogs import dialog, posted
from tiji.apps.organization.views.requests import ActorRequest
from tiji.shared.permissions import require
from tiji.ui.forms import DateField

get_or_post = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def units(request: ActorRequest) -> HttpResponse:
    require(can_view_organization(request.user))
    day = DateField(required=False).clean(request.GET.get("on", "")) or timezone.localdate()
    context = {"tree": unit_tree(day), "day": day, "today": timezone.localdate()}
    return render(request, "organization/units.html", {**context, "may_change": can_manage_units(request.user)})


@login_required
@require_GET
def unit(request: ActorRequest, unit_id: int) -> HttpResponse:
    require(can_view_organization(request.user))
    found = get_object_or_404(Unit, pk=unit_id)
    today = timezone.localdate()
    context = {"unit": found, "people": people_in_unit(found, today), "history": unit_history(found), "today": today}
    return render(request, "organization/unit.html", {**context, "may_change": can_manage_units(request.user)})


@login_required
@get_or_post
def unit_new(request: ActorRequest) -> HttpResponse:
    form = UnitForm(posted(request), initial=request.GET.dict())
    return dialog(
        request,
        form,
        lambda **fields: create_unit(actor=request.user, **fields),
        allowed=can_manage_units(request.user),
        title=_("New unit"),
        submit=_("Add"),
        done=_("Unit added"),
        back="units",
    )


@login_required
@get_or_post
def unit_edit(request: ActorRequest, unit_id: int) -> HttpResponse:
    found = get_object_or_404(Unit, pk=unit_id)
    values = {name: getattr(found, name) for name in UnitEditForm.base_fields}
    return dialog(
        request,
        UnitEditForm(posted(request), initial=values),
        lambda **fields: edit_unit(actor=request.user, unit=found, **fields),
        allowed=can_manage_units(request.user),
        title=_("Edit %(unit)s") % {"unit": found},
        submit=_("Save"),
        done=_("Saved"),
        back="units",
    )


@login_required
@get_or_post
def unit_move(request: ActorRequest, unit_id: int) -> HttpResponse:
    found = get_object_or_404(Unit, pk=unit_id)
    return dialog(
        request,
        UnitMoveForm(posted(request)),
        lambda **fields: move_unit(actor=request.user, unit=found, **fields),
        allowed=can_manage_units(request.user),
        title=_("Move %(unit)s") % {"unit": found},
        submit=pgettext("unit", "Move"),
        done=_("Moved"),
        back="units",
        preview="unit_move_preview",
        thing=found,
    )


@login_required
@require_GET
def unit_move_preview(request: ActorRequest, unit_id: int) -> HttpResponse:
    require(can_manage_units(request.user))
    found = get_object_or_404(Unit, pk=unit_id)
    form = UnitMoveForm(request.GET)
    preview = preview_of_move(found, **form.cleaned_data) if form.is_valid() else None
    return render(request, "organization/move_preview.html", {"unit": found, "preview": preview})


@login_required
@get_or_post
def unit_archive(request: ActorRequest, unit_id: int) -> HttpResponse:
    found = get_object_or_404(Unit, pk=unit_id)
    return dialog(
        request,
        DayForm(posted(request)),
        lambda on: archive_unit(actor=request.user, unit=found, on=on),
        allowed=can_manage_units(request.user),
        title=_("Archive %(unit)s") % {"unit": found},
        submit=_("Archive"),
        done=_("Archived"),
        back="units",
        note=_("The unit leaves the lists from that day and stays in the figures of its time."),
        kind="destructive",
    )
