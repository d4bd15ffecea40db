"""People, and one person with history, reports and positions."""

from functools import partial
from typing import Any

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
from tiji.apps.organization.models import Assignment, Person
from tiji.apps.organization.pages.lists import PeopleList
from tiji.apps.organization.permissions import can_manage_people, can_view_person
from tiji.apps.organization.selectors.people import find_people, person_page
from tiji.apps.organization.services.assignments import assign_person, cancel_assignment, end_assignment, move_person
from tiji.apps.organization.services.people import edit_person, hire_person, let_go, take_back
from tiji.apps.organization.services.reporting import set_reporting_line
from tiji.apps.organization.views.dialogs import Words, assignment_dialog, dialog, person_dialog, posted
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
        HireForm(posted(request), initial=request.GET.dict()),
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
    title = _("Edit %(person)s") % {"person": found}
    return person_dialog(request, found, PersonForm, edit_person, title=title, submit=_("Save"), done=_("Saved"))


@login_required
@get_or_post
def person_move(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    title = _("Move %(person)s") % {"person": found}
    return person_dialog(request, found, PersonMoveForm, move_person, title=title, submit=_("Move"), done=_("Moved"))


@login_required
@get_or_post
def person_assign(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    title = _("A further position for %(person)s") % {"person": found}
    words: Words = {"title": title, "submit": _("Assign"), "done": _("Assigned")}
    return person_dialog(request, found, AssignForm, assign_person, **words)


@login_required
@get_or_post
def person_leave(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    words: Words = {
        "title": _("%(person)s leaves") % {"person": found},
        "submit": _("Record the leave"),
        "done": _("Recorded"),
        "note": _("The day is the first one away. Positions end, sign-in closes, history and figures stay."),
        "kind": "destructive",
    }
    return person_dialog(request, found, DayForm, let_go, **words)


@login_required
@get_or_post
def person_return(request: ActorRequest, person_id: int) -> HttpResponse:
    found = person_for(request, person_id)
    title = _("Take %(person)s back") % {"person": found}
    return person_dialog(request, found, ReturnForm, take_back, title=title, submit=_("Take back"), done=_("Recorded"))


def assignment_for(assignment_id: int) -> Assignment:
    """Raises: Http404."""
    found: Assignment = get_object_or_404(Assignment.objects.select_related("person", "position"), pk=assignment_id)
    return found


@login_required
@get_or_post
def assignment_end(request: ActorRequest, assignment_id: int) -> HttpResponse:
    row = assignment_for(assignment_id)
    title = _("End %(position)s") % {"position": row.position}
    return assignment_dialog(request, row, DayForm, end_assignment, title=title, submit=_("End"), done=_("Recorded"))


@login_required
@get_or_post
def assignment_cancel(request: ActorRequest, assignment_id: int) -> HttpResponse:
    row = assignment_for(assignment_id)
    words: Words = {
        "title": _("Call off %(position)s") % {"position": row.position},
        "submit": _("Call off"),
        "done": _("Called off"),
        "note": _("It has not begun. What would have ended for it goes on."),
        "kind": "destructive",
    }
    return assignment_dialog(request, row, EmptyForm, partial(cancel_assignment, today=timezone.localdate()), **words)


@login_required
@get_or_post
def position_line(request: ActorRequest, assignment_id: int) -> HttpResponse:
    row = assignment_for(assignment_id)

    def answer_to(assignment: Assignment, **typed: Any) -> None:
        set_reporting_line(position=assignment.position, **typed)

    title = _("To whom %(person)s answers") % {"person": row.person}
    return assignment_dialog(request, row, LineForm, answer_to, title=title, submit=_("Save"), done=_("Saved"))
