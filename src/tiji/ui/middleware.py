"""What the pages wrap around every request: language, theme, and refusals worded for the user."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tiji.shared.errors import DomainError
from tiji.ui.preferences import LANGUAGES, SESSION_LANGUAGE, remember, request_language, request_theme

Handler = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Speaks the language of the session (the user's choice), else of the cookie, else Chinese."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request_language(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class UserPreferencesMiddleware:
    """Brings the signed-in user's language and theme along; the language is kept in his session."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if session.get("_auth_user_id") and SESSION_LANGUAGE not in session:
            language = getattr(request.user, "language", "")
            if language in LANGUAGES:
                session[SESSION_LANGUAGE] = language
                translation.activate(language)
        response = self.get_response(request)
        wanted = session.get(SESSION_LANGUAGE)
        if wanted in LANGUAGES and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != wanted:
            remember(response, settings.LANGUAGE_COOKIE_NAME, wanted)
        return response


class DomainErrorMiddleware:
    """A refusal that reaches the door of a page becomes a page (or a message for htmx) in the user's words."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path_info.startswith("/api/"):
            return None
        from tiji.ui.errors import domain_error_response

        return domain_error_response(request, exception)


def theme(request: HttpRequest) -> str:
    """The theme for the page's root element."""
    return request_theme(request)
