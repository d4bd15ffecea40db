"""Refusals as RFC 9457 problem details, in the reader's language, never as HTML."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    ValidationError,
)
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as SchemaError

from tiji.shared import metrics
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.rest.encoding import to_json
from tiji.shared.rest.messages import message_of
from tiji.shared.rest.pointers import escaped, pointer

logger = logging.getLogger("tiji.api")

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:tiji:problem:"
_TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("Sign-in needed"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("This address does not take this method"),
    409: gettext_lazy("Conflict"),
    412: gettext_lazy("Changed in between"),
    413: gettext_lazy("The request is too large"),
    415: gettext_lazy("Unsupported media type"),
    422: gettext_lazy("Something has to be mended"),
    428: gettext_lazy("Version missing"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something went wrong on our side"),
}


class UnsupportedMediaType(DomainError):
    """The body is of another kind than this operation takes."""

    status = 415
    code = "unsupported-media-type"


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    detail: Any,
    errors: Iterable[dict[str, Any]] = (),
    **extra: Any,
) -> HttpResponse:
    """The problem document as an answer."""
    body = {
        **extra,
        "type": TYPE_PREFIX + code,
        "title": str(_TITLES.get(status, _TITLES[422])),
        "status": status,
        "detail": str(detail),
        "instance": request.path,
        "code": code,
        "request_id": getattr(request, "request_id", ""),
        "errors": list(errors),
    }
    response = HttpResponse(to_json(body), status=status, content_type=PROBLEM_JSON)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="tiji"'
    if "retry_after" in extra:
        response.headers["Retry-After"] = str(extra["retry_after"])
    return response


def not_found(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """The answer for every address below the API that nothing answers at."""
    return problem(request, 404, "not-found", gettext("There is nothing at this address."))


def not_allowed_method(request: HttpRequest, allowed: Iterable[str]) -> HttpResponse:
    """405 with the methods that the address does take."""
    methods = ", ".join(sorted(allowed))
    detail = gettext("This address takes %(methods)s.") % {"methods": methods}
    response = problem(request, 405, "method-not-allowed", detail)
    response.headers["Allow"] = methods
    return response


def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    metrics.DOMAIN_ERRORS.labels(error.code).inc()
    status, code = error.status, error.code
    if isinstance(error, Conflict) and code == Conflict.code and "If-Match" in request.headers:
        status, code = 412, "version-mismatch"
    errors = [_field_error(request, name, error.code, message) for name, message in error.fields.items()]
    extra = {name: value for name, value in error.extra.items() if _is_plain(value)}
    if isinstance(error, Conflict) and isinstance(error.current, (dict, str)):
        extra["current"] = error.current
    return problem(request, status, code, error.message, errors, **extra)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, bool, list, dict)) or value is None


def _field_error(request: HttpRequest, name: str, code: str, message: Any) -> dict[str, Any]:
    """At its field, called as the body of this operation calls it; of a request without a body at its parameter."""
    schemas = getattr(request, "body_schemas", ())
    where = {"parameter": name} if request.method in {"GET", "HEAD"} else {"pointer": pointer(schemas, name)}
    texts = message if isinstance(message, (list, tuple)) else [message]
    return {**where, "code": code, "detail": " ".join(str(text) for text in texts)}


def _schema_error(request: HttpRequest, error: SchemaError) -> HttpResponse:
    errors = [_finding(found) for found in error.errors]
    detail = gettext("Some values cannot be used; each is listed with what to do.")
    return problem(request, 422, "validation", detail, errors)


def _finding(found: dict[str, Any]) -> dict[str, Any]:
    source, *path = found["loc"]
    said = {"code": found["type"], "detail": message_of(found["type"], found.get("ctx", {}), found.get("msg", ""))}
    if source == "body":
        return {"pointer": "#" + "".join(f"/{escaped(part)}" for part in path[1:]), **said}
    return {"parameter": str(path[-1]) if path else source, **said}


def _model_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = error.message_dict if hasattr(error, "error_dict") else {}
    errors = [_field_error(request, name, "invalid", texts) for name, texts in fields.items()]
    return problem(request, 422, "validation", " ".join(error.messages), errors)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:
        detail = gettext("The body is not valid JSON in UTF-8, or a text in it holds the character U+0000.")
        return problem(request, 400, "unreadable", detail)
    return problem(request, error.status_code, f"http-{error.status_code}", str(error))


def _out_of_range(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.warning("A value does not fit the database: %s", error, exc_info=error)
    return problem(request, 422, "out-of-range", gettext("A value is too large or cannot be stored."))


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.exception("Unforeseen error at %s %s", request.method, request.path, exc_info=error)
    detail = gettext("This was not foreseen. Tell your administrator the request id %(id)s.")
    return problem(request, 500, "internal", detail % {"id": getattr(request, "request_id", "")})


def install(api: NinjaAPI) -> None:
    """Every exception that leaves an operation becomes a problem document."""
    missing = gettext_lazy("There is no such thing, or you may not see it.")
    denied = gettext_lazy("You may not do this. Ask your sales operations team or an administrator.")
    large = gettext_lazy("The request is larger than this server takes.")
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        DomainError: _domain_error,
        SchemaError: _schema_error,
        ValidationError: _model_error,
        HttpError: _http_error,
        Http404: lambda request, error: problem(request, 404, "not-found", missing),
        ObjectDoesNotExist: lambda request, error: problem(request, 404, "not-found", missing),
        PermissionDenied: lambda request, error: problem(request, 403, "not-allowed", denied),
        RequestDataTooBig: lambda request, error: problem(request, 413, "too-large", large),
        TooManyFieldsSent: lambda request, error: problem(request, 413, "too-large", large),
        SuspiciousOperation: lambda request, error: problem(request, 400, "unreadable", _TITLES[400]),
        DataError: _out_of_range,
        OverflowError: _out_of_range,
        Exception: _unforeseen,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
