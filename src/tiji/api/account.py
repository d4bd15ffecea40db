"""Oneself: who am I, and which programs act for me."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from pydantic import AwareDatetime

from tiji.shared import tokens
from tiji.shared.models import ApiToken
from tiji.shared.paging import keyset
from tiji.shared.rest import (
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Router,
    answer,
    created,
    found,
    no_content,
    page_answer,
)

router = Router("account", tag="Account")


class MeOut(Out):
    id: int
    email: str
    name: str
    language: str
    scopes: list[str] | None = Field(description="Of the token; null in a browser session, which has all")


class TokenIn(In):
    name: str = Field(min_length=1, max_length=80)
    scopes: list[str] = Field(min_length=1, max_length=50)
    expires_at: AwareDatetime | None = None


class TokenOut(Out):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    secret: str = Field(description="Shown this once")


FIELDS = tuple(TokenOut.model_fields)


def _as_json(token: ApiToken) -> dict[str, Any]:
    return {name: getattr(token, name) for name in FIELDS}


@router.get("/me", response=MeOut, scope=None)
def read_me(request: ApiRequest) -> HttpResponse:
    """Who the caller is and how far his token reaches."""
    user = request.actor
    scopes = request.token.scopes if request.token else None
    body = {"id": user.pk, "email": user.email, "name": user.name, "language": user.language, "scopes": scopes}
    return answer(request, body)


@router.get("/scopes", response=list[str], scope=None)
def list_scopes(request: ApiRequest) -> HttpResponse:
    """Every scope that a token may have."""
    return answer(request, tokens.known_scopes())


@router.get("/tokens", response=PageOf[TokenOut])
def list_tokens(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """The caller's tokens, newest first."""
    own = ApiToken.objects.filter(user=request.actor).values(*FIELDS)
    return page_answer(request, keyset(own, ("-id",), paging.cursor, paging.size))


@router.post("/tokens", response={201: NewTokenOut}, once=False)
def create_token(request: ApiRequest, data: TokenIn) -> HttpResponse:
    """Make a token. Its secret is in this answer and never again."""
    token, secret = tokens.make_token(
        actor=request.actor,
        name=data.name,
        scopes=data.scopes,
        expires_at=data.expires_at,
        within=request.token,
    )
    return created(request, {**_as_json(token), "secret": secret}, f"/tokens/{token.pk}")


@router.get("/tokens/{token_id}", response=TokenOut)
def read_token(request: ApiRequest, token_id: Id) -> HttpResponse:
    """One token of the caller."""
    return answer(request, _as_json(found(ApiToken.objects.filter(user=request.actor), token_id)))


@router.delete("/tokens/{token_id}", response={204: None})
def revoke_token(request: ApiRequest, token_id: Id) -> HttpResponse:
    """Revoke a token: it stays in the list and holds no longer."""
    token = found(ApiToken.objects.filter(user=request.actor), token_id)
    tokens.revoke_token(actor=request.actor, token=token)
    return no_content(request)
