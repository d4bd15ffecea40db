"""One form in one dialog: what most doors of administration are."""

from collections.abc import Callable
from typing import Any, Required, TypedDict, Unpack

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.utils.functional import Promise

from tiji.apps.organization.models import Assignment, Person
from tiji.apps.organization.permissions import can_manage_people
from tiji.apps.organization.views.requests import ActorRequest
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, page_response

Text = str | Promise
TEMPLATE = "organization/form.html"


class Words(TypedDict, total=False):
    """What a dialog says: `kind` is the look of its button, `preview` and `thing` ask what would follow."""

    title: Required[Text]
    submit: Required[Text]
    done: Required[Text]
    note: Text
    kind: str
    preview: str
    thing: Any


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: a post without a single field is one too."""
    return request.POST if request.method == "POST" else None


def dialog(
    request: HttpRequest, form: Form, act: Callable[..., Any], *, allowed: bool, back: Any, **words: Unpack[Words]
) -> HttpResponse:
    """GET shows the form, POST hands what was typed to `act`. Raises: NotAllowed before anything is looked at."""
    require(allowed)
    shown = {"note": "", "kind": "primary", "back": resolve_url(back), **words}
    if request.method != "POST":
        return page_response(request, TEMPLATE, "form", {**shown, "form": form})
    if form.is_valid():
        with errors_on(form):
            act(**form.cleaned_data)
    return form_response(request, form, TEMPLATE, "form", shown, back=back, message=words["done"])


def person_dialog(
    request: ActorRequest, person: Person, form: type[Form], act: Callable[..., Any], **words: Unpack[Words]
) -> HttpResponse:
    """A dialog about somebody: what is typed goes to `act` with him; his page is shown anew."""
    initial = {name: getattr(person, name) for name in form.base_fields if hasattr(person, name)}

    def done(**typed: Any) -> None:
        act(actor=request.user, person=person, **typed)

    allowed = can_manage_people(request.user, person)
    return dialog(request, form(posted(request), initial=initial), done, allowed=allowed, back=person, **words)


def assignment_dialog(
    request: ActorRequest, row: Assignment, form: type[Form], act: Callable[..., Any], **words: Unpack[Words]
) -> HttpResponse:
    """A dialog about a position that somebody holds; his page is shown anew."""

    def done(**typed: Any) -> None:
        act(actor=request.user, assignment=row, **typed)

    allowed = can_manage_people(request.user, row.person)
    return dialog(request, form(posted(request)), done, allowed=allowed, back=row.person, **words)
