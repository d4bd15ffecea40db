"""The command palette's answers."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tiji.apps.insights.selectors.palette import palette_groups


@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """What the typed text finds, as options."""
    groups = palette_groups(request.user, request.GET.get("q", ""))  # type: ignore[arg-type]
    return render(request, "insights/palette.html", {"groups": groups, "query": request.GET.get("q", "")})
