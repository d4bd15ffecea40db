"""People, and one person with history, reports and positions."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.organization.forms import (
    AssignForm,
    DayForm,
    EmptyForm,
    HireForm,
    LineForm,
    PersonForm,
    PersonMoveForm,
    ReturnForm,
)
from tiji.apps.organization.lists import PeopleList
from tiji.apps.organization.models import Assignment, Person
from tiji.apps.organization.permissions import can_manage_people, can_view_person
from tiji.apps.organization.selectors.people import find_people, person_page
from tiji.apps.organization.services.assignments import assign_person, cancel_assignment, end_assignment, move_person
from tiji.apps.organization.services.people import edit_person, hire_person, let_go, take_back
from tiji.apps.organization.services.reporting import set_reporting_line
from tiji.apps.organization.views.dialogs import dialog
from tiji.apps.organization.views.requests import ActorRequest
from tiji.apps.organization.views.units import get_or_post
from tiji.ui.forms import lookup_response


def person_for(request: ActorRequest, person_id: int) -> Person:
    """Raises: Http404 for somebody the viewer may not see."""
    found = get_object_or_404(Person, pk=person_id)
    if not can_view_person(request.user, found):
        raise Http404
    return found


@login_required
@require_GET
def people(request: ActorRequest) -> HttpResponseBase:
    return PeopleList(request).response()


@login_required
@require_GET
def person(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    context = {"page": person_page(found, timezone.localdate()), "may_change": can_manage_people(request.user, found)}
    return render(request, "organization/person.html", {"person": found, **context})


@login_required
@require_GET
def person_lookup(request: ActorRequest) -> HttpResponse:
    found = find_people(viewer=request.user, text=request.GET.get("q", ""))[:20]
    return lookup_response(request, [{"value": one.pk, "label": str(one), "detail": one.number} for one in found])


@login_required
@get_or_post
def person_new(request: ActorRequest) -> HttpResponse:
    return dialog(
        request,
        HireForm(request.POST or None, initial=request.GET.dict()),
        lambda **fields: hire_person(actor=request.user, **fields),
        allowed=can_manage_people(request.user),
        title=_("Hire somebody"),
        submit=_("Hire"),
        done=_("Hired"),
        back="people",
    )


@login_required
@get_or_post
def person_edit(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    values = {name: getattr(found, name) for name in PersonForm.base_fields}
    return dialog(
        request,
        PersonForm(request.POST or None, initial=values),
        lambda **fields: edit_person(actor=request.user, person=found, **fields),
        allowed=can_manage_people(request.user, found),
        title=_("Edit %(person)s") % {"person": found},
        submit=_("Save"),
        done=_("Saved"),
        back=found,
    )


@login_required
@get_or_post
def person_move(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    return dialog(
        request,
        PersonMoveForm(request.POST or None),
        lambda **fields: move_person(actor=request.user, person=found, **fields),
        allowed=can_manage_people(request.user, found),
        title=_("Move %(person)s") % {"person": found},
        submit=_("Move"),
        done=_("Moved"),
        back=found,
    )


@login_required
@get_or_post
def person_assign(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    return dialog(
        request,
        AssignForm(request.POST or None),
        lambda **fields: assign_person(actor=request.user, person=found, **fields),
        allowed=can_manage_people(request.user, found),
        title=_("A further position for %(person)s") % {"person": found},
        submit=_("Assign"),
        done=_("Assigned"),
        back=found,
    )


@login_required
@get_or_post
def person_leave(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    return dialog(
        request,
        DayForm(request.POST or None),
        lambda on: let_go(actor=request.user, person=found, on=on),
        allowed=can_manage_people(request.user, found),
        title=_("%(person)s leaves") % {"person": found},
        submit=_("Record the leave"),
        done=_("Recorded"),
        back=found,
        note=_("The day is the first one away. Positions end, sign-in closes, history and figures stay."),
        kind="destructive",
    )


@login_required
@get_or_post
def person_return(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    return dialog(
        request,
        ReturnForm(request.POST or None),
        lambda **fields: take_back(actor=request.user, person=found, **fields),
        allowed=can_manage_people(request.user, found),
        title=_("Take %(person)s back") % {"person": found},
        submit=_("Take back"),
        done=_("Recorded"),
        back=found,
    )


@login_required
@get_or_post
def assignment_end(request: ActorRequest, assignment_id: int) -> HttpResponse:
    row = get_object_or_404(Assignment.objects.select_related("person", "position"), pk=assignment_id)
    return dialog(
        request,
        DayForm(request.POST or None),
        lambda on: end_assignment(actor=request.user, assignment=row, on=on),
        allowed=can_manage_people(request.user, row.person),
        title=_("End %(position)s") % {"position": row.position},
        submit=_("End"),
        done=_("Recorded"),
        back=row.person,
    )


@login_required
@get_or_post
def assignment_cancel(request: ActorRequest, assignment_id: int) -> HttpResponse:
    row = get_object_or_404(Assignment.objects.select_related("person", "position"), pk=assignment_id)
    return dialog(
        request,
        EmptyForm(request.POST if request.method == "POST" else None),
        lambda: cancel_assignment(actor=request.user, assignment=row, today=timezone.localdate()),
        allowed=can_manage_people(request.user, row.person),
        title=_("Call off %(position)s") % {"position": row.position},
        submit=_("Call off"),
        done=_("Called off"),
        back=row.person,
        note=_("It has not begun. What would have ended for it goes on."),
        kind="destructive",
    )


@login_required
@get_or_post
def position_line(request: ActorRequest, assignment_id: int) -> HttpResponse:
    row = get_object_or_404(Assignment.objects.select_related("person", "position"), pk=assignment_id)
    return dialog(
        request,
        LineForm(request.POST or None),
        lambda **fields: set_reporting_line(actor=request.user, position=row.position, **fields),
        allowed=can_manage_people(request.user, row.person),
        title=_("To whom %(person)s answers") % {"person": row.person},
        submit=_("Save"),
        done=_("Saved"),
        back=row.person,
    )
