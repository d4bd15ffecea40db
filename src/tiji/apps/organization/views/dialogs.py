"""One form in one dialog: what most doors of administration are."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.functional import Promise

from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, is_htmx, page_response

Text = str | Promise
TEMPLATE = "organization/form.html"


def dialog(
    request: HttpRequest,
    form: Form,
    act: Callable[..., Any],
    *,
    allowed: bool,
    title: Text,
    submit: Text,
    done: Text,
    back: Any,
    note: Text = "",
    kind: str = "primary",
    **context: Any,
) -> HttpResponse:
    """GET shows the form, POST hands what was typed to `act`. Raises: NotAllowed before anything is looked at."""
    require(allowed)
    shown = {"title": title, "submit": submit, "note": note, "kind": kind, "back": resolve_url(back), **context}
    if request.method != "POST":
        return page_response(request, TEMPLATE, "form", {**shown, "form": form})
    if form.is_valid():
        with errors_on(form):
            act(**form.cleaned_data)
    then = None if is_htmx(request) else back
    return form_response(request, form, TEMPLATE, "form", shown, then=then, message=done)
