"""Every address of the house: each room brings its own."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

ROOMS = (
    "organization",
    "catalog",
    "customers",
    "pipeline",
    "commerce",
    "targets",
    "incentives",
    "insights",
    "exchange",
)


def _rooms() -> list[URLResolver | URLPattern]:
    found = [f"tiji.apps.{room}.urls" for room in ROOMS if find_spec(f"tiji.apps.{room}.urls")]
    return [path("", include(module)) for module in found]


urlpatterns: list[URLResolver | URLPattern] = [
    path("api/v1/", include("tiji.api.urls")),
    *_rooms(),
    path("", include("tiji.ui.urls")),
    path("", include("tiji.shared.urls")),
    path("account/", include("allauth.urls")),
]

handler400 = "tiji.ui.views.bad_request"
handler403 = "tiji.ui.views.permission_denied"
handler404 = "tiji.ui.views.page_not_found"
handler500 = "tiji.ui.views.server_error"
