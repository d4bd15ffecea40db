"""What wraps every request: its id, its metrics, the content security policy and the actor."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.http import HttpRequest, HttpResponse

from tiji.shared import metrics, query_counts, request_context
from tiji.shared.company_time import company_time, in_company_time

Handler = Callable[[HttpRequest], HttpResponse]

API_PREFIX = "/api/"
# What watches the house from outside is answered although the database may be away.
WATCHED = ("/health/", "/metrics")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
PERMISSIONS_POLICY = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(),"
    " magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)


class RequestIdMiddleware:
    """Takes the X-Request-ID that a proxy sent, or makes one, and answers with it; every log line carries it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        door: request_context.Door = "api" if request.path_info.startswith(API_PREFIX) else "page"
        run_id = request_context.accepted_request_id(request.META.get("HTTP_X_REQUEST_ID"))
        request.request_id = run_id  # type: ignore[attr-defined]
        with request_context.acting(None, door, run_id):
            response = self.get_response(request)
        response["X-Request-ID"] = run_id
        return response


class MetricsMiddleware:
    """Counts and times requests by view name."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        queries = query_counts.start_counting()
        started = perf_counter()
        with metrics.IN_PROGRESS.track_inprogress():
            response = self.get_response(request)
        metrics.observe_request(request, response, perf_counter() - started, queries[0])
        return response


class CompanyTimeMiddleware:
    """Today is the company's day, wherever the server stands."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(WATCHED):
            return self.get_response(request)
        with company_time():
            response: Any = self.get_response(request)
        if response.streaming and not response.is_async:
            response.streaming_content = in_company_time(response.streaming_content)
        return response  # type: ignore[no-any-return]


class ContentSecurityPolicyMiddleware:
    """Scripts, styles and everything else come from this server only; nothing inline runs."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class ActorMiddleware:
    """The signed-in user is the actor of what the request does; he is read from the database only when needed."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = getattr(request, "user", None)
        if user is not None:
            request_context.set_actor(user)
        return self.get_response(request)
