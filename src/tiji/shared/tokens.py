"""Personal tokens: made once, shown once, kept as a hash."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.models import ApiToken

PREFIX = "tiji_"
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
    """The token with its user, if it holds; its use is noted at most every ten minutes."""
    token = ApiToken.objects.select_related("user").filter(hash=_hash(secret)).first()
    now = timezone.now()
    if token is None or token.revoked_at or not token.user.is_active:
        return None
    if token.expires_at and token.expires_at <= now:
        return None
    if token.last_used_at is None or now - token.last_used_at > _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


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
