"""The funnel of a cohort."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tiji.apps.pipeline.pages.funnels import FunnelPage
from tiji.apps.pipeline.views.doors import require_lists


@require_GET
@login_required
def funnel(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    return render(request, "pipeline/funnel.html", FunnelPage(request).context())
