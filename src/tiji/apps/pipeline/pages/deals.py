"""What the pages of one deal share."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.pages.lists import today, url_or_nothing
from tiji.apps.pipeline.selectors.activities import done_for_deal, planned_for_deal
from tiji.apps.pipeline.selectors.deal_page import deal_page, sharers, timeline

FORM_FIELDS = (
    *("name", "account_id", "amount", "expected_on", "gross_profit", "forecast_category", "rival_id", "source"),
    *("next_step", "next_step_on", "note", "version"),
)


def deal_context(request: HttpRequest, deal: Opportunity, tab: str) -> dict[str, Any]:
    """The head, the tabs and the side column of every tab."""
    viewer: Any = request.user
    on = today()
    page = deal_page(viewer=viewer, deal=deal, on=on)
    activities = done_for_deal(viewer=viewer, deal=deal)
    return {
        "viewer": viewer,
        "deal": deal,
        "page": page,
        "today": on,
        "tab": tab,
        "tabs": tabs(deal, tab),
        "planned": planned_for_deal(deal=deal),
        "moments": timeline(page.events, activities),
        "sharers": sharers(deal, on),
        "cash_url": url_or_nothing("opportunity_cash", deal.pk),
        "pay_url": url_or_nothing("opportunity_estimate", deal.pk) if deal.status == deal.Status.OPEN else "",
    }


def tabs(deal: Opportunity, current: str) -> list[dict[str, Any]]:
    """Each tab is an address of its own."""
    places = (
        ("overview", _("Overview"), "opportunity"),
        ("activities", _("Visits and activities"), "opportunity_activities"),
        ("steps", _("Stage ledger"), "opportunity_steps"),
        ("changes", _("Changes"), "opportunity_changes"),
    )
    return [
        {"key": key, "label": label, "url": reverse(name, args=[deal.pk]), "on": key == current}
        for key, label, name in places
    ]


def initial_of(deal: Opportunity) -> dict[str, Any]:
    """The form of a deal as it stands."""
    return {name.removesuffix("_id"): getattr(deal, name) for name in FORM_FIELDS}


def open_with(request: HttpRequest) -> dict[str, Any]:
    """What a link to the new form already knows: the customer, the stage."""
    return {name: request.GET[name] for name in ("account", "stage") if request.GET.get(name, "").isdecimal()}
