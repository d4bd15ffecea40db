"""Actions on selected customers: who gets them, their letter, the archive."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiji.apps.customers.forms import ReasonForm, ReassignForm, TierForm, posted
from tiji.apps.customers.pages.lists import AccountList
from tiji.apps.customers.permissions import can_archive_account, can_change_owner, can_set_tier
from tiji.apps.customers.services.accounts import archive_accounts
from tiji.apps.customers.services.ownership import change_owner, set_tier
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, page_response

MOST = 20_000


def chosen(request: HttpRequest) -> dict[str, Any]:
    """The selection with its list; what an action may take at once is limited."""
    page = AccountList(request)
    rows = list(page.selected().select_related(None).only("pk", "name")[:MOST])
    return {"list": page, "rows": rows, "count": len(rows)}


def onward(context: dict[str, Any]) -> Any:
    """From a page of its own: to the one that was chosen, else to the list."""
    return context["rows"][0] if context["count"] == 1 else "accounts"


@login_required
def accounts_reassign(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_change_owner(actor))
    form, context = ReassignForm(posted(request), actor=actor, on=timezone.localdate()), chosen(request)
    if request.method != "POST":
        return page_response(request, "customers/bulk_reassign.html", "form", {**context, "form": form})
    done = 0
    if form.is_valid():
        with errors_on(form):
            done = change_owner(actor=actor, accounts=context["rows"], at=timezone.now(), **form.cleaned_data)
    said = ngettext("%(n)s customer handed over", "%(n)s customers handed over", done) % {"n": done}
    return form_response(
        request, form, "customers/bulk_reassign.html", "form", context, back=onward(context), message=said
    )


@login_required
def accounts_tier(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_set_tier(actor))
    form, context = TierForm(posted(request)), chosen(request)
    if request.method != "POST":
        return page_response(request, "customers/bulk_tier.html", "form", {**context, "form": form})
    done = 0
    if form.is_valid():
        with errors_on(form):
            done = set_tier(actor=actor, accounts=context["rows"], at=timezone.now(), **form.cleaned_data)
    said = ngettext("%(n)s customer graded", "%(n)s customers graded", done) % {"n": done}
    return form_response(request, form, "customers/bulk_tier.html", "form", context, back=onward(context), message=said)


@login_required
def accounts_archive(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_archive_account(actor))
    form, context = ReasonForm(posted(request)), chosen(request)
    if request.method != "POST":
        return page_response(request, "customers/bulk_archive.html", "form", {**context, "form": form})
    done = 0
    if form.is_valid():
        with errors_on(form):
            done = archive_accounts(actor=actor, accounts=context["rows"], at=timezone.now(), **form.cleaned_data)
    said = _("%(n)s archived") % {"n": done}
    return form_response(
        request, form, "customers/bulk_archive.html", "form", context, back=onward(context), message=said
    )
