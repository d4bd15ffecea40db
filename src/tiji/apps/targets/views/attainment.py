"""Attainment: the figures, the facts behind a number, the working of a landing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.commerce.models import Measure
from tiji.apps.targets.display.frames import Frame, frame_from
from tiji.apps.targets.pages.attained import AttainmentPage
from tiji.apps.targets.pages.lists import AttainmentFacts
from tiji.apps.targets.pages.outlooks import working_of
from tiji.shared.errors import NotFound


@require_GET
@login_required
def attainment(request: HttpRequest) -> HttpResponse:
    frame = frame_from(request)
    if frame is None:
        return render(request, "targets/no_numbers.html")
    return render(request, "targets/attainment.html", AttainmentPage(frame).context())


@require_GET
@login_required
def attainment_facts(request: HttpRequest) -> HttpResponseBase:
    return AttainmentFacts(request, _frame(request)).response()


@require_GET
@login_required
def attainment_landing(request: HttpRequest) -> HttpResponse:
    frame = _frame(request)
    page = AttainmentPage(frame)
    outlook = page.forecast.outlook
    context = {**page.context(), "rows": working_of(frame, outlook), "total": frame.amount_full(outlook.amount)}
    early = frame.amount_full(outlook.early) if outlook.early else ""
    return render(
        request,
        "targets/landing.html",
        {**context, "early": early, "measure_label": Measure(frame.measure).label},
    )


def _frame(request: HttpRequest) -> Frame:
    frame = frame_from(request)
    if frame is None:
        raise NotFound(_("There are no numbers to show for you here."))
    return frame
