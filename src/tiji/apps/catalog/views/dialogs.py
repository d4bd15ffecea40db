"""One form in one dialog: what most doors of the catalog are."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tiji.ui.forms import errors_on, form_response, page_response

SAVED = _("Saved")


def dialog(
    request: HttpRequest, form: Any, template: str, act: Callable[..., Any], *, then: Any = None, **context: Any
) -> HttpResponse:
    """GET shows the form, POST hands what was typed to `act`; `then` follows, else the page of what was made."""
    if request.method != "POST":
        return page_response(request, template, "form", {**context, "form": form})
    made: Any = None
    if form.is_valid():
        with errors_on(form):
            made = act(**form.cleaned_data)
    message = context.get("message", SAVED)
    return form_response(request, form, template, "form", context, then=then or made, message=message)
