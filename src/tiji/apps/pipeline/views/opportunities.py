"""Pages of deals: the list, one deal with its tabs, opening and editing."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.customers.models import Account
from tiji.apps.pipeline.forms.deals import DealForm, posted
from tiji.apps.pipeline.forms.lines import both_valid, line_table, refusals_at
from tiji.apps.pipeline.models import Activity, Opportunity
from tiji.apps.pipeline.pages.changes import deal_changes
from tiji.apps.pipeline.pages.deals import deal_context, initial_of, open_with
from tiji.apps.pipeline.pages.edits import both_versions, edit_page, save_deal, table_context, with_lines
from tiji.apps.pipeline.pages.lists import OpportunityList, today, url_or_nothing
from tiji.apps.pipeline.permissions import can_create_opportunity
from tiji.apps.pipeline.selectors.activities import done_for_deal, for_account, planned_for_deal
from tiji.apps.pipeline.selectors.filters import OPEN_FIRST, search
from tiji.apps.pipeline.services.opportunities import create_opportunity
from tiji.apps.pipeline.views.doors import editable_deal, require_lists, visible_deal
from tiji.shared.errors import Conflict
from tiji.shared.permissions import require
from tiji.ui.formats import company_currency
from tiji.ui.forms import form_response, lookup_response, page_response

LATEST = 100
NEW = "pipeline/opportunity_new.html"


@require_http_methods(["GET", "HEAD"])
@login_required
def opportunities(request: HttpRequest) -> HttpResponseBase:
    require_lists(request)
    return OpportunityList(request).response()


@require_GET
@login_required
def opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    context = deal_context(request, visible_deal(request, pk), "overview")
    return render(request, "pipeline/opportunity.html", context)


@require_GET
@login_required
def opportunity_activities(request: HttpRequest, pk: int) -> HttpResponse:
    deal = visible_deal(request, pk)
    context = deal_context(request, deal, "activities")
    context |= {"done": done_for_deal(viewer=context["viewer"], deal=deal, limit=LATEST),
                "planned": planned_for_deal(deal=deal)}  # fmt: skip
    return render(request, "pipeline/opportunity_activities.html", context)


@require_GET
@login_required
def opportunity_steps(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "pipeline/opportunity_steps.html", deal_context(request, visible_deal(request, pk), "steps"))


@require_GET
@login_required
def opportunity_changes(request: HttpRequest, pk: int) -> HttpResponse:
    deal = visible_deal(request, pk)
    context = deal_context(request, deal, "changes")
    context["deeds"] = deal_changes(deal, LATEST)
    return render(request, "pipeline/opportunity_changes.html", context)


@login_required
def opportunity_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_create_opportunity(actor), _("You may not open opportunities. Ask your sales operations team."))
    form = DealForm(posted(request), actor=actor, initial=open_with(request))
    context = table_context(line_table(posted(request)), company_currency(), today())
    if request.method != "POST":
        return page_response(request, NEW, "form", {"form": form, **context})
    made = None
    if both_valid(form, context["rows"]):
        with refusals_at(form, context["rows"]):
            made = create_opportunity(actor=actor, at=timezone.now(), **with_lines(form, context["rows"]))
    return form_response(request, form, NEW, "form", context, then=made, message=_("Opportunity opened"))


@login_required
def opportunity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    deal = editable_deal(request, pk)
    form = DealForm(posted(request), actor=request.user, deal=deal, initial=initial_of(deal))  # type: ignore[arg-type]
    rows = line_table(posted(request), deal)
    if form.is_bound and both_valid(form, rows):
        try:
            with refusals_at(form, rows):
                save_deal(request, deal, form, rows)
        except Conflict as clash:
            return edit_page(request, deal, form, rows, status=409, **both_versions(form, clash))
    if form.is_bound and not form.errors:
        return redirect(deal)
    return edit_page(request, deal, form, rows, status=422 if form.is_bound else 200)


@require_GET
@login_required
def opportunity_lookup(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    rows: Any = Opportunity.objects.visible_to(request.user).live().open()
    rows = search(rows, text) if text else rows
    found = rows.select_related("account", "stage").order_by("-id")[:12]
    return lookup_response(
        request,
        [{"value": row.pk, "label": row.name, "detail": f"{row.account or '—'} · {row.stage}"} for row in found],
    )


@require_GET
@login_required
def account_opportunities(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    rows: Any = Opportunity.objects.visible_to(request.user).live().filter(account=account)
    rows = rows.select_related("stage", "owner").order_by(OPEN_FIRST, "-id")[:20]
    context = {"account": account, "deals": rows, "today": today(), "new_url": url_or_nothing("opportunity_new")}
    return render(request, "pipeline/account_opportunities.html", context)


@require_GET
@login_required
def account_activities(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    viewer: Any = request.user
    found: list[Activity] = for_account(viewer=viewer, account=account)
    context = {"account": account, "activities": found, "today": today()}
    return render(request, "pipeline/account_activities.html", context)
