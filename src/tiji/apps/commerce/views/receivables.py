"""The board of receivables, as of a day."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tiji.apps.commerce.pages.boards import ReceivablesBoard
from tiji.apps.commerce.selectors.receivables import bucket_named
from tiji.apps.commerce.views.doors import require_lists, today


@require_GET
@login_required
def receivables(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    board = ReceivablesBoard(request.user, request.GET, today())  # type: ignore[arg-type]
    return render(request, "commerce/receivables.html", {"board": board, "section": "receivables"})


@require_GET
@login_required
def receivables_lane(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    bucket = bucket_named(request.GET.get("bucket", ""))
    skip = request.GET.get("skip", "0")
    if bucket is None or not skip.isdecimal() or len(skip) > 6:
        raise Http404
    board: Any = ReceivablesBoard(request.user, request.GET, today())  # type: ignore[arg-type]
    return render(request, "commerce/lane_more.html", {"board": board, "lane": board.more(bucket, int(skip))})
