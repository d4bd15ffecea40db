"""Quotas: the list of those that count, typed one by one with their history, or taken over from targets."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tiji.apps.incentives.forms import QuotaAmountForm, QuotaForm, QuotaTypeForm
from tiji.apps.incentives.models import Quota
from tiji.apps.incentives.pages.lists import QuotaList
from tiji.apps.incentives.permissions import can_set_quota
from tiji.apps.incentives.selectors.quotas import versions_of_quota
from tiji.apps.incentives.services.quotas import set_quota, set_quotas_from_targets
from tiji.apps.incentives.views.doors import posted, require_planning, require_plans, today
from tiji.ui.forms import errors_on, form_response, page_response


@require_http_methods(["GET", "HEAD"])
@login_required
def pay_quota_list(request: HttpRequest) -> HttpResponseBase:
    require_plans(request)
    return QuotaList(request).response()


@require_http_methods(["GET", "POST"])
@login_required
def pay_quota_new(request: HttpRequest) -> HttpResponse:
    require_planning(request)
    form = QuotaTypeForm(posted(request), on=today())
    if request.method != "POST":
        return page_response(request, "incentives/quota_new.html", "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            actor: Any = request.user
            set_quota(actor=actor, on=today(), at=timezone.now(), **form.cleaned_data)
    return form_response(request, form, "incentives/quota_new.html", "form", then="pay_quota_list", message=_("Saved"))


@require_http_methods(["GET", "POST"])
@login_required
def pay_quota(request: HttpRequest, pk: int) -> HttpResponse:
    """One quota with its versions; who may set quotas types the next one."""
    (require_plans if request.method == "GET" else require_planning)(request)
    versions = versions_of_quota(get_object_or_404(Quota, pk=pk))
    quota: Quota = versions[0]
    form = QuotaAmountForm(posted(request), initial={"amount": quota.amount, "expected": quota.number})
    context = {"quota": quota, "versions": versions, "can_edit": can_set_quota(request.user), "form": form}
    if request.method != "POST":
        return page_response(request, "incentives/quota.html", "", context)
    if form.is_valid():
        _type_again(request, quota, form)
    then = reverse("pay_quota", args=[quota.pk])
    return form_response(request, form, "incentives/quota.html", "", context, then=then, message=_("Saved"))


def _type_again(request: HttpRequest, quota: Quota, form: QuotaAmountForm) -> None:
    actor: Any = request.user
    key: dict[str, Any] = {"person": quota.person, "measure": quota.measure, "period": quota.period}
    with errors_on(form):
        set_quota(actor=actor, on=today(), at=timezone.now(), **key, **form.cleaned_data)


@require_http_methods(["GET", "POST"])
@login_required
def pay_quotas(request: HttpRequest) -> HttpResponse:
    require_planning(request)
    form, message = QuotaForm(posted(request), initial={"fiscal_year": today().year}), ""
    if request.method != "POST":
        return page_response(request, "incentives/quota_form.html", "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            actor: Any = request.user
            count = set_quotas_from_targets(actor=actor, on=today(), at=timezone.now(), **form.cleaned_data)
            message = ngettext("%(n)s quota changed", "%(n)s quotas changed", count) % {"n": count}
    return form_response(request, form, "incentives/quota_form.html", "form", then="pay_quota_list", message=message)
