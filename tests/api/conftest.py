"""Callers of the API: a person and his program."""

import json

import pytest
from django.test import Client

from makers import make_user
from shared.conftest import committed_tables, test_tables  # noqa: F401
from tiji.shared import tokens
from tiji.shared.rest import rate


class Caller:
    """A client that speaks JSON with a token."""

    def __init__(self, secret=None, **headers):
        self.client = Client(raise_request_exception=False)
        self.headers = {"accept-language": "en", **headers}
        if secret:
            self.headers["authorization"] = f"Bearer {secret}"

    def __call__(self, method, path, body=None, raw=None, content_type="application/json", **headers):
        data = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        kind = {"content_type": content_type} if data else {}
        return self.client.generic(method, path, data, headers=sent, **kind)


@pytest.fixture
def user(db):
    rate.forget()
    return make_user("Rita")


@pytest.fixture
def make_caller(user):
    def make(*scopes, **headers):
        _token, secret = tokens.make_token(actor=user, name="test", scopes=scopes or ["*"])
        return Caller(secret, **headers)

    return make


@pytest.fixture
def call(make_caller):
    return make_caller()
