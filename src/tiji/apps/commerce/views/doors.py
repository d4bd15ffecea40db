"""What the doors of this room share: the document one may see, and dialogs that act on it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tiji.apps.commerce.forms import DropForm, ReverseForm, posted
from tiji.apps.commerce.models import Contract, Invoice, Order, Receipt
from tiji.apps.commerce.permissions import can_list_documents
from tiji.apps.commerce.services.drafts import check_draft
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, page_response
from tiji.ui.lists import ListPage

RELATED: dict[Any, tuple[str, ...]] = {
    Contract: ("account", "owner", "unit", "opportunity", "reverses", "reversed_by", "created_by"),
    Order: ("account", "owner", "unit", "contract", "opportunity", "reverses", "reversed_by"),
    Invoice: ("account", "owner", "unit", "contract", "order", "instalment"),
    Receipt: ("account", "owner", "unit", "reverses", "reversed_by"),
}

Context = dict[str, Any]
Save = Callable[[Any], Any]
Both = Callable[[Any, Conflict], dict[str, Any]]


def today() -> date:
    return timezone.localdate()


def visible(request: HttpRequest, model: Any, pk: Any) -> Any:
    """The document, if the viewer may see it; else 404."""
    rows = model.objects.visible_to(request.user).select_related(*RELATED[model])
    return get_object_or_404(rows, pk=pk)


def asked_for(request: HttpRequest, model: Any, name: str) -> Any:
    """The document that the address names, if it names one; 404 for one unseen."""
    key = request.GET.get(name, "")
    if not key:
        return None
    return visible(request, model, key if key.isdecimal() and len(key) < 19 else 0)


def require_lists(request: HttpRequest) -> None:
    """Whoever has nothing to do with selling or money is told whom to ask."""
    actor: Any = request.user
    require(can_list_documents(actor), _("Contracts and cash are open to sales and finance. Ask your administrator."))


def listing(page: type[ListPage]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The door of a list of documents."""

    @require_http_methods(["GET", "HEAD"])
    @login_required
    def door(request: HttpRequest) -> HttpResponseBase:
        require_lists(request)
        return page(request).response()

    return door


def act(
    request: HttpRequest, form: Any, template: str, context: dict[str, Any], done: Callable[..., Any], message: Any
) -> HttpResponse:
    """A form, with the table `rows` if there is one: shown, refused at its fields, or done and what was made shown."""
    if request.method != "POST":
        return page_response(request, template, "form", {**context, "form": form})
    made: Any = None
    if form.is_valid() & mark(form, context.get("rows")):
        with errors_on(form):
            made = done(form)
    return form_response(request, form, template, "form", context, then=made, message=message)


def edit_draft(
    request: HttpRequest, document: Any, template: str, context: Context, save: Save, both: Both
) -> HttpResponse:
    """A draft on a page of its own: shown, refused at its fields, saved, or both versions beside each other.

    What is no draft any more is shown instead, with what to do.
    """
    form = context["form"]
    try:
        check_draft(document)
        if form.is_bound and _saved(form, context["rows"], save):
            return redirect(document)
    except Conflict as clash:
        return render(request, template, context | both(form, clash), status=409)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
        return redirect(document)
    return render(request, template, context, status=422 if form.is_bound else 200)


def _saved(form: Any, rows: Any, save: Save) -> bool:
    """Whether the draft now is as typed; if not, the form says why. Raises: Conflict."""
    if form.is_valid() & mark(form, rows):
        with errors_on(form):
            save(form)
    return not form.errors


def drop_dialog(request: HttpRequest, document: Any, title: str, done: Callable[..., Any]) -> HttpResponse:
    """Drop a draft, of the version that was looked at."""
    form = DropForm(posted(request), initial={"version": document.version})

    def drop(form: Any) -> Any:
        return done(actor=request.user, expected_version=form.cleaned_data["version"])

    return act(request, form, "commerce/drop.html", {"document": document, "title": title}, drop, _("It is dropped"))


def mark(form: Any, rows: Any) -> bool:
    """Whether the rows are right; if not, the form says so, too."""
    if rows is None or rows.is_valid():
        return True
    form.add_error(None, _("Check the rows marked below."))
    return False


def reverse_dialog(
    request: HttpRequest, document: Any, title: str, consequence: str, done: Callable[..., Any]
) -> HttpResponse:
    """Take a posted document back: from which day, and why."""
    form = ReverseForm(posted(request), today=today())
    context = {"document": document, "title": title, "consequence": consequence}

    def take_back(form: Any) -> Any:
        done(actor=request.user, **form.cleaned_data)
        return document

    return act(request, form, "commerce/reverse.html", context, take_back, _("It is taken back"))
