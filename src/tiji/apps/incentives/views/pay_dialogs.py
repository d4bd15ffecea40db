"""A form in a dialog that calls one service: the same for everything that is said about pay by hand."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from tiji.ui.forms import errors_on, form_response, page_response

TEMPLATE = "incentives/pay_dialog.html"


def dialog(
    request: HttpRequest, form: forms.Form, act: Callable[..., Any], *, message: str = "", then: Any = None, **told: str
) -> HttpResponse:
    """Show the form, or hand what it holds to `act`; `then` is where to go on, by default to what `act` gives back.

    `told` is its title, what its button says (`submit`), and a line below the title (`sub`).
    """
    context, done = {"sub": "", **told, "form": form}, None
    if request.method != "POST":
        return page_response(request, TEMPLATE, "form", context)
    if form.is_valid():
        with errors_on(form):
            done = act(**form.cleaned_data)
    return form_response(request, form, TEMPLATE, "form", context, then=then or done, message=message)


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """What was posted, with its files; nothing on a GET."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
