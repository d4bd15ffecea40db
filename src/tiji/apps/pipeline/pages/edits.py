"""The form of a deal with its table of products: what its page shows, what it saves, two versions side by side."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tiji.apps.pipeline.forms.deals import DealForm
from tiji.apps.pipeline.forms.lines import typed_lines
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.pages.lists import today
from tiji.apps.pipeline.services.opportunities import edit_opportunity
from tiji.kernel.money import minor_units
from tiji.shared.errors import Conflict
from tiji.ui.rows import Rows

EDIT = "pipeline/opportunity_edit.html"


def table_context(rows: Rows, currency: str, on: date) -> dict[str, Any]:
    """What the table of products needs beside its rows."""
    url = f"{reverse('opportunity_price')}?currency={currency}&on={on}"
    return {"rows": rows, "currency": currency, "places": minor_units(currency), "price_url": url}


def with_lines(form: DealForm, rows: Rows) -> dict[str, Any]:
    """The facts with the lines; while there are lines the amount is theirs."""
    facts, lines = form.facts(), typed_lines(rows)
    if lines:
        del facts["amount"]
    return {**facts, "lines": lines}


def save_deal(request: HttpRequest, deal: Opportunity, form: DealForm, rows: Rows) -> Opportunity:
    """Write what was typed over the version that was read."""
    version = form.cleaned_data.get("version") or 0
    actor: Any = request.user
    saved = edit_opportunity(
        actor=actor, opportunity=deal, expected_version=version, on=today(), **with_lines(form, rows)
    )
    messages.success(request, _("Saved"))
    return saved


def edit_page(
    request: HttpRequest, deal: Opportunity, form: DealForm, rows: Rows, *, status: int, **more: Any
) -> HttpResponse:
    """The page of the form, with everything that was typed."""
    context = {"deal": deal, "form": form, **table_context(rows, deal.currency, today()), **more}
    return render(request, EDIT, context, status=status)


def both_versions(form: DealForm, clash: Conflict) -> dict[str, Any]:
    """What is stored beside what was typed, and the form ready to be saved over the newer version."""
    data: Any = form.data
    form.data = data = data.copy()
    data["version"] = clash.extra["version"]
    rows = [
        (label, stored, clash.attempted[label])
        for label, stored in clash.current.items()
        if stored != clash.attempted[label]
    ]
    return {"differences": rows, "message": clash.message}
