"""Sharing a contract among those who sell it together."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.commerce.forms import posted
from tiji.apps.commerce.models import Contract
from tiji.apps.commerce.pages.shares import ShareForm, shared, shares_of, sharing_begins
from tiji.apps.commerce.permissions import can_share_contract
from tiji.apps.commerce.services.shares import share_contract
from tiji.apps.commerce.views.doors import act, today, visible
from tiji.shared.permissions import require


@login_required
def contract_share(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    found: Contract = visible(request, Contract, pk)
    require(can_share_contract(actor, found), _("Ask the owner's manager or sales operations to share a contract."))
    form = ShareForm(posted(request), initial=sharing_begins(found, today()))
    rows = shares_of(posted(request), found, today())

    def share(form: Any) -> Contract:
        share_contract(actor=actor, contract=found, shares=shared(rows), at=timezone.now(), **form.cleaned_data)
        return found

    context = {"rows": rows, "contract": found}
    return act(request, form, "commerce/contract_share.html", context, share, _("The shares are agreed"))
