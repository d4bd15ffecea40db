"""Pages of customers: the list, one customer, entering and editing."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiji.apps.customers.forms import AccountForm, posted
from tiji.apps.customers.models import Account
from tiji.apps.customers.pages.accounts import account_page, initial_of
from tiji.apps.customers.pages.changes import account_history
from tiji.apps.customers.pages.differences import differences
from tiji.apps.customers.pages.lists import AccountList
from tiji.apps.customers.permissions import can_create_account, can_edit_account, can_list_accounts, can_set_tier
from tiji.apps.customers.selectors.accounts import possible_owners, tier_counts
from tiji.apps.customers.selectors.duplicates import similar_accounts
from tiji.apps.customers.services.accounts import create_account, edit_account, restore_account
from tiji.shared.errors import Conflict
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, lookup_response, page_response


@require_http_methods(["GET", "HEAD"])
@login_required
def accounts(request: HttpRequest) -> HttpResponseBase:
    require(can_list_accounts(request.user))  # type: ignore[arg-type]
    return AccountList(request).response()


@require_GET
@login_required
def account_tiers(request: HttpRequest) -> HttpResponse:
    counts = tier_counts(viewer=request.user, on=timezone.localdate())  # type: ignore[arg-type]
    return render(request, "customers/tiers.html", {"tiers": counts})


def visible(request: HttpRequest, pk: int) -> Account:
    rows = Account.objects.visible_to(request.user).select_related("industry__parent", "division", "owner", "parent")
    account: Account = get_object_or_404(rows, pk=pk)
    return account


@require_GET
@login_required
def account(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, pk)
    return render(request, "customers/account.html", account_page(found, request.user))  # type: ignore[arg-type]


@require_GET
@login_required
def account_changes(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "ui/changes.html", {"deeds": account_history(visible(request, pk), 50)})


@login_required
def account_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_create_account(actor), _("You may not enter customers. Ask your sales operations team."))
    form = AccountForm(posted(request), actor=actor, on=timezone.localdate(), grades=can_set_tier(actor))
    if request.method != "POST":
        return page_response(request, "customers/account_new.html", "form", {"form": form})
    made = None
    if form.is_valid():
        with errors_on(form):
            made = create_account(actor=actor, at=timezone.now(), **form.cleaned_data)
    return form_response(request, form, "customers/account_new.html", "form", then=made, message=_("Customer entered"))


@login_required
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found, actor = visible(request, pk), request.user
    require(can_edit_account(actor, found), _("Only the owner, his managers and sales operations change a customer."))  # type: ignore[arg-type]
    typed: dict[str, Any] = {"actor": actor, "on": timezone.localdate(), "editing": True}
    form: Any = AccountForm(posted(request), initial=initial_of(found), **typed)
    context = {"account": found, "form": form}
    if not (form.is_bound and form.is_valid()):
        return render(request, "customers/account_edit.html", context, status=422 if form.is_bound else 200)
    try:
        with errors_on(form):
            edit_account(actor=actor, account=found, at=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
    except Conflict as clash:
        return conflict(request, form, clash)
    return form_response(request, form, "customers/account_edit.html", "", context, then=found, message=_("Saved"))


def conflict(request: HttpRequest, form: Any, clash: Conflict) -> HttpResponse:
    """Both versions side by side, and the form with what was typed, ready to be saved over the newer version."""
    form.data = form.data.copy()
    form.data["version"] = clash.current.version
    rows = differences(clash.current, clash.attempted, form)
    context = {"account": clash.current, "form": form, "differences": rows, "message": clash.message}
    return render(request, "customers/account_edit.html", context, status=409)


@require_POST
@login_required
def account_restore(request: HttpRequest, pk: int) -> HttpResponse:
    restored = restore_account(actor=request.user, account=visible(request, pk), at=timezone.now())  # type: ignore[arg-type]
    return redirect(restored)


@require_GET
@login_required
def account_similar(request: HttpRequest) -> HttpResponse:
    name = request.GET.get("name", "")[:200]
    found = similar_accounts(viewer=request.user, name=name) if name.strip() else []  # type: ignore[arg-type]
    return render(request, "customers/similar.html", {"similar": found, "name": name})


@require_GET
@login_required
def account_check(request: HttpRequest) -> HttpResponse:
    return page_response(request, "customers/account_check.html", "form", {})


@require_GET
@login_required
def account_lookup(request: HttpRequest) -> HttpResponse:
    rows = AccountList(request).filtered().select_related(None).select_related("owner").order_by("sort_key", "pk")[:12]
    return lookup_response(
        request, [{"value": row.pk, "label": row.name, "detail": row.owner.name if row.owner else ""} for row in rows]
    )


@require_GET
@login_required
def owner_lookup(request: HttpRequest) -> HttpResponse:
    people = possible_owners(actor=request.user, on=timezone.localdate(), q=request.GET.get("q", "")[:60], limit=12)  # type: ignore[arg-type]
    return lookup_response(
        request, [{"value": person.pk, "label": person.name, "detail": person.number} for person in people]
    )
