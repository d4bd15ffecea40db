"""What is known of payees: the list of values that count, typed one by one with their history."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tiji.apps.incentives.forms import FactForm, FactValueForm
from tiji.apps.incentives.models import PayFact
from tiji.apps.incentives.pages.facts import FactList
from tiji.apps.incentives.permissions import can_set_quota
from tiji.apps.incentives.selectors.facts import history_of
from tiji.apps.incentives.services.facts import set_pay_fact
from tiji.apps.incentives.views.doors import posted, require_planning, require_plans, today
from tiji.ui.forms import errors_on, form_response, page_response


@require_http_methods(["GET", "HEAD"])
@login_required
def pay_fact_list(request: HttpRequest) -> HttpResponseBase:
    require_plans(request)
    return FactList(request).response()


@require_http_methods(["GET", "POST"])
@login_required
def pay_fact_new(request: HttpRequest) -> HttpResponse:
    require_planning(request)
    form, template = FactForm(posted(request), initial={"valid_from": today()}), "incentives/fact_new.html"
    if request.method != "POST":
        return page_response(request, template, "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            actor: Any = request.user
            set_pay_fact(actor=actor, at=timezone.now(), **form.cleaned_data)
    return form_response(request, form, template, "form", then="pay_fact_list", message=_("Saved"))


@require_http_methods(["GET", "POST"])
@login_required
def pay_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """One fact of a person with all its values; who may set them types the next one."""
    (require_plans if request.method == "GET" else require_planning)(request)
    fact = get_object_or_404(PayFact.objects.select_related("person"), pk=pk)
    form = FactValueForm(posted(request), initial={"valid_from": today()})
    context = {"fact": fact, "values": history_of(fact), "can_edit": can_set_quota(request.user), "form": form}
    if request.method != "POST":
        return page_response(request, "incentives/fact.html", "", context)
    if form.is_valid():
        _type_again(request, fact, form)
    then = reverse("pay_fact", args=[fact.pk])
    return form_response(request, form, "incentives/fact.html", "", context, then=then, message=_("Saved"))


def _type_again(request: HttpRequest, fact: PayFact, form: FactValueForm) -> None:
    actor: Any = request.user
    with errors_on(form):
        set_pay_fact(actor=actor, person=fact.person, name=fact.name, at=timezone.now(), **form.cleaned_data)
