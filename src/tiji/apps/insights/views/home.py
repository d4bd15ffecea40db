"""The first screen of each role."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.insights.pages import charts
from tiji.apps.insights.pages.homes import context_of_cockpit, home_of
from tiji.apps.insights.selectors.cockpit import cockpit
from tiji.apps.insights.selectors.frames import Frame, frame_for
from tiji.apps.insights.selectors.panels import funnel_of, ranking_of, risks_of
from tiji.shared.errors import NotFound


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The home of the viewer's role."""
    template, context = home_of(request)
    return render(request, template, context)


@login_required
def cockpit_page(request: HttpRequest) -> HttpResponse:
    """The cockpit of any unit or person the viewer may see."""
    frame = _frame(request)
    return render(request, "insights/cockpit.html", context_of_cockpit(cockpit(frame)))


@login_required
def cockpit_funnel(request: HttpRequest) -> HttpResponse:
    """The funnel panel."""
    found = funnel_of(_frame(request))
    return render(request, "insights/panels/funnel.html", {"funnel": found, "chart": charts.funnel_chart(found)})


@login_required
def cockpit_risks(request: HttpRequest) -> HttpResponse:
    """The panel of risks with their next step."""
    frame = _frame(request)
    return render(request, "insights/panels/risks.html", {"risks": risks_of(frame), "frame": frame})


@login_required
def cockpit_ranking(request: HttpRequest) -> HttpResponse:
    """The panel of those one level below."""
    frame = _frame(request)
    context = {"frame": frame, "rows": ranking_of(frame), "progress": frame.progress}
    return render(request, "insights/panels/ranking.html", context)


def _frame(request: HttpRequest) -> Frame:
    asked = {name: request.GET.get(name, "") for name in ("subject", "period")}
    frame = frame_for(request.user, timezone.localdate(), **asked)  # type: ignore[arg-type]
    if frame is None:
        raise NotFound(_("There are no numbers to show for you here."))
    return frame
