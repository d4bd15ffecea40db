"""Personal tokens: made once, shown once, kept as a hash."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.shared import audit, stamps
from tiji.shared.errors import DomainError
from tiji.shared.models import ApiToken

PREFIX = "tiji_"
STAMP = "sign-in"
EVERYTHING = "*"
MOST_TOKENS = 50
_USE_NOTED_EVERY = timedelta(minutes=10)
_known_scopes: set[str] = {EVERYTHING}


def declare_scope(scope: str) -> None:
    """Make a scope known; routers declare those of their operations."""
    _known_scopes.add(scope)


def known_scopes() -> list[str]:
    """Every scope a token may have, `*` first."""
    return sorted(_known_scopes)


def reaches(granted: Iterable[str], needed: str) -> bool:
    """Whether scopes let one do `needed`; writing includes reading."""
    granted = set(granted)
    if EVERYTHING in granted or needed in granted:
        return True
    room, _colon, verb = needed.partition(":")
    return verb == "read" and f"{room}:write" in granted


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def find(secret: str) -> ApiToken | None:
    """The token with its user, if it holds; its use is noted at most every ten minutes.

    Tokens and users are kept in memory as long as their stamp stays the same; `user.stamps` are those that were read.
    """
    read = stamps.read()
    try:
        kept = (_find_kept if STAMP in read else _find)(_hash(secret), read.get(STAMP))
    except ApiToken.DoesNotExist:
        return None
    now = timezone.now()
    if kept.revoked_at or not kept.user.is_active or (kept.expires_at and kept.expires_at <= now):
        return None
    if kept.last_used_at is None or now - kept.last_used_at > _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=kept.pk).update(last_used_at=now)
        kept.last_used_at = now
    token = copy(kept)
    token.user = copy(kept.user)
    token.user.stamps = read
    stamps.remember(read)
    return token


def _find(hashed: str, _stamp: int | None) -> ApiToken:
    return ApiToken.objects.select_related("user").get(hash=hashed)


_find_kept = lru_cache(maxsize=1000)(_find)


def watch_tables() -> None:
    """What is kept of tokens and of their users ends with a change of either; signing in or using a token is none."""
    stamps.watch(STAMP, ApiToken, ["revoked_at", "expires_at", "scopes", "user_id"])
    user = get_user_model()
    stamps.watch(STAMP, user, [str(field.column) for field in user._meta.concrete_fields if field.name != "last_login"])


@transaction.atomic
def make_token(
    *, actor: Any, name: str, scopes: Sequence[str], expires_at: datetime | None = None, within: ApiToken | None = None
) -> tuple[ApiToken, str]:
    """A new token of the actor and its secret, which is never shown again.

    With `within` the new token reaches no further than that one, which made it.
    Raises: DomainError for an unknown or further-reaching scope, a past date or too many tokens.
    """
    _check(actor, scopes, expires_at, within)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=actor,
        name=name,
        hash=_hash(secret),
        prefix=secret[:12],
        scopes=sorted(set(scopes)),
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    audit.record("token.created", token, after={"name": name, "scopes": token.scopes}, actor=actor)
    return token, secret


def _check(actor: Any, scopes: Sequence[str], expires_at: datetime | None, within: ApiToken | None) -> None:
    if not scopes:
        raise DomainError(_("Choose at least one scope."), field="scopes")
    unknown = sorted(set(scopes) - _known_scopes)
    if unknown:
        raise DomainError(_("Unknown scope: %(scopes)s.") % {"scopes": ", ".join(unknown)}, field="scopes")
    if within and not all(reaches(within.scopes, scope) for scope in scopes):
        raise DomainError(_("A token cannot make one that reaches further than itself."), field="scopes")
    if expires_at and expires_at <= timezone.now():
        raise DomainError(_("The date of expiry lies in the past."), field="expires_at")
    if ApiToken.objects.filter(user=actor, revoked_at=None).count() >= MOST_TOKENS:
        raise DomainError(_("You have %(most)s tokens. Revoke one that you no longer use.") % {"most": MOST_TOKENS})


@transaction.atomic
def revoke_token(*, actor: Any, token: ApiToken) -> None:
    """The token holds no longer. Revoking twice changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record("token.revoked", token, actor=actor)
