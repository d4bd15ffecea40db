"""The same answers from a bare Django view: no sign-in, no rights, no audit. What a framework alone would cost."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "_bare_settings"

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

application = get_wsgi_application()

from django.db.models import Count, Sum  # noqa: E402

from tiji.apps.pipeline.api.schemas import ROW  # noqa: E402
from tiji.apps.pipeline.models import Opportunity  # noqa: E402


def _json(value: object) -> HttpResponse:
    body = json.dumps(value, default=str).encode()
    return HttpResponse(body, content_type="application/json", headers={"Content-Length": str(len(body))})


def deals(request: HttpRequest) -> HttpResponse:
    rows = Opportunity.objects.filter(owner_id=request.GET["owner"], stage_id=request.GET["stage"])
    return _json(list(rows.order_by("expected_on", "id").values(*ROW)[:50]))


def one(request: HttpRequest, pk: int) -> HttpResponse:
    return _json(Opportunity.objects.values(*ROW).get(pk=pk))


def summary(request: HttpRequest) -> HttpResponse:
    rows = Opportunity.objects.filter(status="open").order_by().values("stage_id")
    return _json(list(rows.annotate(n=Count("pk"), total=Sum("amount"))))


urlpatterns = [path("deals", deals), path("deals/<int:pk>", one), path("summary", summary)]
