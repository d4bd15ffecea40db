"""Pages of contacts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tiji.apps.customers.forms import ContactForm, ReasonForm, posted
from tiji.apps.customers.models import Contact
from tiji.apps.customers.pages.differences import differences
from tiji.apps.customers.pages.lists import ContactList
from tiji.apps.customers.permissions import can_edit_account, can_list_accounts
from tiji.apps.customers.services.contacts import EDITABLE, archive_contact, create_contact, edit_contact
from tiji.apps.customers.views.accounts import visible
from tiji.shared.errors import Conflict
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, page_response

FORM = "customers/contact_form.html"


@require_http_methods(["GET", "HEAD"])
@login_required
def contacts(request: HttpRequest) -> HttpResponseBase:
    require(can_list_accounts(request.user))  # type: ignore[arg-type]
    return ContactList(request).response()


def editable_contact(request: HttpRequest, pk: int) -> Contact:
    """One that the viewer sees (404) and may change (403)."""
    contact: Contact = get_object_or_404(Contact.objects.visible_to(request.user).select_related("account"), pk=pk)
    require(can_edit_account(request.user, contact.account))  # type: ignore[arg-type]
    return contact


@login_required
def contact_new(request: HttpRequest, account_pk: int) -> HttpResponse:
    account, form = visible(request, account_pk), ContactForm(posted(request))
    require(can_edit_account(request.user, account))  # type: ignore[arg-type]
    context = {"account": account, "form": form}
    if request.method != "POST":
        return page_response(request, FORM, "form", context)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in EDITABLE}
        with errors_on(form):
            create_contact(actor=request.user, account=account, at=timezone.now(), **facts)  # type: ignore[arg-type]
    return form_response(request, form, FORM, "form", context, then=account, message=_("Saved"))


def contact_initial(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in (*EDITABLE, "version")}


@login_required
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    contact = editable_contact(request, pk)
    form: Any = ContactForm(posted(request), initial=contact_initial(contact))
    context = {"account": contact.account, "contact": contact, "form": form}
    if request.method != "POST":
        return page_response(request, FORM, "form", context)
    try:
        with errors_on(form):
            if form.is_valid():
                edit_contact(actor=request.user, contact=contact, at=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
    except Conflict as clash:
        return contact_conflict(request, form, clash)
    return form_response(request, form, FORM, "form", context, then=contact.account, message=_("Saved"))


def contact_conflict(request: HttpRequest, form: Any, clash: Conflict) -> HttpResponse:
    """Both versions side by side, ready to be saved over the newer one."""
    form.data = form.data.copy()
    form.data["version"] = clash.current.version
    rows = differences(clash.current, clash.attempted, form)
    context = {"account": clash.current.account, "contact": clash.current, "form": form, "differences": rows}
    return render(request, FORM, {**context, "message": clash.message}, status=409)


@login_required
def contact_archive(request: HttpRequest, pk: int) -> HttpResponse:
    contact, form = editable_contact(request, pk), ReasonForm(posted(request))
    context = {"account": contact.account, "contact": contact, "form": form}
    if request.method != "POST":
        return page_response(request, "customers/contact_archive.html", "form", context)
    if form.is_valid():
        with errors_on(form):
            archive_contact(actor=request.user, contact=contact, at=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
    template = "customers/contact_archive.html"
    return form_response(request, form, template, "form", context, then=contact.account, message=_("Archived"))
