"""Sign-in: no open sign-up, lock-out with its time, every attempt in the audit log, one click in the demo."""

import math
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.account.utils import user_pk_to_url_str
from allauth.core.internal.ratelimit import get_cache_key, parse_rates
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from tiji.apps.organization.models import User
from tiji.apps.organization.services.users import end_sessions, set_preferences
from tiji.shared import audit
from tiji.ui.preferences import preference_changed


class TwoStepAdapter(DefaultMFAAdapter):
    """Two-step sign-in in the house's words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or too old. Enter the one that the app shows now."),
    }


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks in the house's ways."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Ask your administrator."),
        "email_password_mismatch": _("E-mail or password is wrong. Try again, or reset the password."),
        "too_many_login_attempts": _("Too many failed attempts. Wait a few minutes, or reset the password."),
    }

    def format_email_subject(self, subject: str) -> str:
        """The subject alone: the address of the server says nothing to who gets the mail."""
        return str(subject)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Administrators invite; nobody signs himself up."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises: ValidationError with the minutes to wait, once too many attempts have failed."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            minutes = self._minutes_to_wait(request, credentials)
            audit.record("sign_in.locked", _attempted(credentials), None, {"minutes": minutes})
            message = ngettext(
                "Too many failed attempts. Wait %(minutes)s minute, or reset the password.",
                "Too many failed attempts. Wait %(minutes)s minutes, or reset the password.",
                minutes,
            )
            raise ValidationError(message % {"minutes": minutes}, code=error.code) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        audit.record("sign_in.failed", _attempted(credentials))

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Whoever left by today is as good as deactivated, also before the nightly job has seen it."""
        if has_left(user):
            user.is_active = False
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if response is not None and not user.is_active:
            audit.record("sign_in.refused", user, None, {"reason": "inactive"}, actor=user)
        return response

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        audit.record("sign_in", user, actor=user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The workbench; one's own page in an installation without it."""
        try:
            return str(super().get_login_redirect_url(request))
        except NoReverseMatch:
            return reverse("me")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Signing in and out speaks for itself: no message for it."""
        if message_template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, message_template, *args, **kwargs)

    def _minutes_to_wait(self, request: HttpRequest, credentials: dict[str, Any]) -> int:
        key = self._get_login_attempts_cache_key(request, **credentials)
        seconds = [0.0]
        for rate in parse_rates(app_settings.RATE_LIMITS["login_failed"]):
            name = get_cache_key(request, app="allauth.account", action="login_failed", rate=rate, key=key)
            tried = cache.get(name) or []
            if len(tried) >= rate.amount:
                seconds.append(rate.duration - (time.time() - tried[-1]))
        return max(1, math.ceil(max(seconds) / 60))


def has_left(user: Any) -> bool:
    """Whether the user's person has left the company by today."""
    person = getattr(user, "person", None)
    return bool(person and person.left_on and person.left_on <= timezone.localdate())


def send_invitation(request: HttpRequest, user: User) -> None:
    """Mail the user a link by which he sets his first password; it holds as long as one that resets it."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)
    context = {"user": user, "password_reset_url": request.build_absolute_uri(path), "request": request}
    with override(user.language or settings.LANGUAGE_CODE):
        get_adapter(request).send_mail("organization/email/invitation", user.email, context)


def _attempted(credentials: dict[str, Any]) -> User:
    """The user whose address was typed, or one who does not exist, for the log."""
    email = str(credentials.get("email") or "").strip().lower()
    return User.objects.filter(email=email).first() or User(email=email[:100], name=email[:100])


@receiver(password_changed)
@receiver(password_set)
@receiver(password_reset)
@transaction.atomic
def note_password(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new password ends the sessions elsewhere and is written down, without itself."""
    end_sessions(user)
    audit.record("user.password_changed", user, actor=user)


@receiver(authenticator_added)
@receiver(authenticator_removed)
@receiver(authenticator_reset)
def note_authenticator(request: HttpRequest, user: User, authenticator: Any, signal: Any, **kwargs: Any) -> None:
    """Two-step sign-in was set up, changed or taken away."""
    action = "user.two_step_removed" if signal is authenticator_removed else "user.two_step_set"
    audit.record(action, user, None, {"kind": authenticator.type}, actor=user)


@receiver(preference_changed)
def keep_preferences(user: User, changes: dict[str, Any], **kwargs: Any) -> None:
    """Language and theme chosen on any page stay with the user."""
    set_preferences(user=User.objects.get(pk=user.pk), **changes)
