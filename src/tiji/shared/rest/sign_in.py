"""Who calls: a program with a personal token, or the browser that is signed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from tiji.shared import request_context, tokens
from tiji.shared.errors import DomainError
from tiji.shared.rest import rate

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(DomainError):
    """Nobody is signed in, or the token does not hold."""

    status = 401
    code = "sign-in-needed"


class ScopeMissing(DomainError):
    """The token does not reach this far."""

    status = 403
    code = "scope-missing"


class CsrfFailed(DomainError):
    """A write by cookie did not prove that it comes from our own page."""

    status = 403
    code = "csrf"


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def sign_in(request: Any, scope: str | None) -> None:
    """Sets `request.actor` and `request.token`; one query with a token.

    Raises: SignInNeeded, ScopeMissing, CsrfFailed, TooManyRequests.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header:
        _by_token(request, header, scope)
    else:
        _by_session(request)


def _by_token(request: Any, header: str, scope: str | None) -> None:
    scheme, _space, secret = header.partition(" ")
    token = tokens.find(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise SignInNeeded(_("This token is unknown, has expired or was revoked. Make a new one in your settings."))
    rate.spend(token.pk)
    if scope and not tokens.reaches(token.scopes, scope):
        raise ScopeMissing(_("This token lacks the scope %(scope)s.") % {"scope": scope}, scope=scope)
    request.token, request.actor, request.user = token, token.user, token.user
    request_context.set_actor(token.user)
    choose_language(request, token.user)


def choose_language(request: HttpRequest, user: Any = None) -> None:
    """Speak what `Accept-Language` asks for if Tiji can; a call that names no language gets its user's own."""
    asked = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    for code, _weight in parse_accept_lang_header(asked):
        try:
            translation.activate(translation.get_supported_language_variant(code))
        except LookupError:
            continue
        return
    if getattr(user, "language", ""):
        translation.activate(user.language)


def _by_session(request: Any) -> None:
    if not request.user.is_authenticated:
        raise SignInNeeded(_("Sign in, or send a token as “Authorization: Bearer …”."))
    if request.method not in SAFE_METHODS:
        check = _CsrfCheck(lambda _request: HttpResponse())
        request.csrf_processing_done = False
        check.process_request(request)
        if check.process_view(request, HttpResponse, (), {}):
            raise CsrfFailed(_("This request does not come from a page of ours. Reload the page and try again."))
    request.token, request.actor = None, request.user
