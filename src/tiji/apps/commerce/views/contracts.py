"""Pages of contracts: the list, one contract, drafting, signing, taking back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.commerce.forms import ContractForm, SignForm, plan_rows, planned, posted
from tiji.apps.commerce.models import Contract
from tiji.apps.commerce.pages.contracts import both_versions, contract_page, draft_initial, form_of
from tiji.apps.commerce.pages.lists import ContractList
from tiji.apps.commerce.permissions import can_edit_contract, can_reverse_contract, can_sign_contract, can_write_any
from tiji.apps.commerce.services.contracts import draft_contract, edit_contract, reverse_contract, sign_contract
from tiji.apps.commerce.services.drafts import drop_contract
from tiji.apps.commerce.views.doors import (
    act,
    drop_dialog,
    edit_draft,
    listing,
    reverse_dialog,
    today,
    visible,
)
from tiji.shared.permissions import require

EDIT = "commerce/contract_edit.html"

contracts = listing(ContractList)


@require_GET
@login_required
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Contract, pk)
    return render(request, "commerce/contract.html", contract_page(found, request.user, today()))  # type: ignore[arg-type]


@login_required
def contract_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_write_any(actor), _("You may not draft contracts. Ask whoever sells to this customer."))
    form = ContractForm(posted(request), actor=actor, initial=draft_initial(request))
    rows = plan_rows(posted(request))

    def draft(form: Any) -> Contract:
        return draft_contract(actor=actor, on=today(), instalments=planned(rows), **form.cleaned_data)

    message = _("Contract drafted")
    return act(request, form, "commerce/contract_new.html", {"rows": rows}, draft, message)


@login_required
def contract_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    found = visible(request, Contract, pk)
    require(can_edit_contract(actor, found), _("Only the owner and those above him change a draft."))
    form = ContractForm(posted(request), actor=actor, contract=found, initial=form_of(found))
    rows = plan_rows(posted(request), found)

    def save(form: Any) -> Contract:
        facts = {name: form.cleaned_data[name] for name in ("name", "amount", "cost")}
        version = form.cleaned_data.get("version") or 0
        return edit_contract(actor=actor, contract=found, expected_version=version, instalments=planned(rows), **facts)

    return edit_draft(request, found, EDIT, {"contract": found, "form": form, "rows": rows}, save, both_versions)


@login_required
def contract_drop(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Contract, pk)
    actor: Any = request.user
    require(can_edit_contract(actor, found), _("Only the owner and those above him drop a draft."))

    def drop(**said: Any) -> Contract:
        return drop_contract(contract=found, **said)

    return drop_dialog(request, found, _("Drop draft %(n)s") % {"n": found.number}, drop)


@login_required
def contract_sign(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Contract, pk)
    actor: Any = request.user
    require(can_sign_contract(actor, found), _("Only the owner and those above him sign a contract."))
    form = SignForm(posted(request), today=today())

    def sign(form: Any) -> Contract:
        return sign_contract(actor=actor, contract=found, **form.cleaned_data)

    return act(request, form, "commerce/contract_sign.html", {"contract": found}, sign, _("Contract signed"))


@login_required
def contract_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Contract, pk)
    actor: Any = request.user
    require(can_reverse_contract(actor, found), _("Ask the owner's manager or finance to take a contract back."))

    def take_back(**typed: Any) -> Contract:
        return reverse_contract(contract=found, **typed)

    consequence = _("A second contract with the negated amount counts on that day. Months before it stay as they are.")
    return reverse_dialog(request, found, _("Take contract %(n)s back") % {"n": found.number}, consequence, take_back)
