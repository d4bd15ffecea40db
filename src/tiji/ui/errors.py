"""Pages that say what failed, what is safe, and what to do next."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tiji.shared.errors import DomainError
from tiji.shared.request_context import request_id
from tiji.ui.forms import is_htmx

PAGES = {400: "400.html", 403: "403.html", 404: "404.html", 409: "409.html", 422: "422.html", 500: "500.html"}


def domain_error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The refusal as a page with its status; htmx gets it as a message and keeps the page as it is."""
    status = error.status if error.status in PAGES else 422
    found = differences(getattr(error, "current", None), getattr(error, "attempted", None))
    context = {"message": str(error.message), "error": error, "differences": found}
    if not is_htmx(request):
        return error_page(request, status, context)
    return conflict_response(request, context) if found else message_response(request, str(error.message), status)


def conflict_response(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """For htmx: both versions side by side in the dialog."""
    response = render(request, "ui/conflict.html", context, status=409)
    response["HX-Retarget"] = "#dialog"
    response["HX-Reswap"] = "innerHTML"
    return response


def message_response(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """For htmx: nothing is swapped, the message is said."""
    response = HttpResponse(status=status)
    response["HX-Reswap"] = "none"
    code = request_id() if status >= 500 else ""
    response["HX-Trigger"] = json.dumps({"tiji:toast": {"message": message, "tone": "bad", "code": code}})
    return response


def error_page(request: HttpRequest, status: int, context: dict[str, Any] | None = None) -> HttpResponse:
    """The page of a status, in the shell for who is signed in, else without navigation."""
    user = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated) and status < 500
    base = "ui/shell.html" if signed_in else "ui/bare.html"
    context = {"message": "", **(context or {}), "base": base, "error_number": request_id(), "status": status}
    if status >= 500:  # whatever failed may also fail in a context processor, so none runs
        return HttpResponse(render_to_string(PAGES[status], {**context, "request": request}), status=status)
    return render(request, PAGES[status], context, status=status)


def differences(current: Any, attempted: Any) -> list[tuple[str, Any, Any]]:
    """The fields in which two versions differ: (label, what is stored now, what was about to be saved)."""
    if not isinstance(current, dict) or not isinstance(attempted, dict):
        return []
    names = [name for name in attempted if name in current]
    return [(str(name), current[name], attempted[name]) for name in names if current[name] != attempted[name]]


def generic_message(status: int) -> str:
    return {
        400: _("The request could not be read."),
        403: _("You may not do this. Ask your sales operations team or an administrator."),
        404: _("This page does not exist, or you may not see it."),
    }.get(status, _("Something failed on our side. Nothing was changed."))
