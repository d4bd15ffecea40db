"""Doors of health, metrics and stored files."""

from secrets import compare_digest
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tiji.shared.files import open_file
from tiji.shared.health import readiness
from tiji.shared.metrics import exposition
from tiji.shared.models import StoredFile

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


@require_safe
@never_cache
def health_live(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def health_ready(request: HttpRequest) -> HttpResponse:
    """This process can serve: 200, or 503 with what is missing."""
    ready, found = readiness()
    return JsonResponse({"ok": ready, "checks": found}, status=200 if ready else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: with the token of `TIJI_METRICS_TOKEN`, or from this machine itself when none is set."""
    if not _may_scrape(request):
        return HttpResponseForbidden("metrics: send the token or ask from this machine", content_type="text/plain")
    body, content_type = exposition()
    return HttpResponse(body, content_type=content_type)


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(offered.encode(), settings.METRICS_TOKEN.encode())
    through_proxy = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    return request.META.get("REMOTE_ADDR") in _LOOPBACK and not through_proxy


@login_required
@require_safe
def file_download(request: HttpRequest, key: UUID) -> Any:
    """A stored file, always as an attachment: nothing that was handed in runs in our pages."""
    file = get_object_or_404(StoredFile, uuid=key)
    response = FileResponse(
        open_file(request.user, file), as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
