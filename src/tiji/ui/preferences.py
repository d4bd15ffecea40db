"""Language and theme: of the signed-in user, else of the browser (a cookie), else Chinese and the device's theme."""

from django.conf import settings
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse

# Sent with `user` and `changes` ({"language": …}, {"theme": …}, {"single_key_shortcuts": …}); users listen.
preference_changed = Signal()

THEME_COOKIE = "tiji_theme"
THEMES = ("auto", "light", "dark")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
YEAR = 60 * 60 * 24 * 365
SESSION_LANGUAGE = "tiji_language"


def browser_language(request: HttpRequest) -> str:
    """The cookie's language; without one Chinese, unless the browser asks for English before any Chinese."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in LANGUAGES:
        return chosen
    wanted = request.META.get("HTTP_ACCEPT_LANGUAGE", "").lower()
    english, chinese = wanted.find("en"), wanted.find("zh")
    return "en" if english == 0 and chinese < 0 else "zh-hans"


def request_language(request: HttpRequest) -> str:
    """The session's language (the signed-in user's choice), else the browser's."""
    session = getattr(request, "session", None)
    chosen = session.get(SESSION_LANGUAGE) if session is not None else None
    return chosen if chosen in LANGUAGES else browser_language(request)


def request_theme(request: HttpRequest) -> str:
    """The signed-in user's theme, else the cookie's, else the device's."""
    user = getattr(request, "user", None)
    own = getattr(user, "theme", "") if user is not None and user.is_authenticated else ""
    chosen = request.COOKIES.get(THEME_COOKIE) or own
    return chosen if chosen in THEMES else "auto"


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep a choice in the browser for a year."""
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True, path="/"
    )
