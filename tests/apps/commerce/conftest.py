"""Calls of the API by somebody, and where its refusals point."""

import json

import pytest


@pytest.fixture
def call(client):
    """Send JSON as somebody; the answer with its status and body."""

    def call(user, method, path, body=None, **headers):
        client.force_login(user)
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1{path}", headers={"Accept-Language": "en", **headers}, **sent)

    return call


@pytest.fixture
def told():
    """Where a refusal points, after checking that it is a problem document."""

    def told(answer, status):
        assert answer.status_code == status, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == status
        assert body["detail"]
        return {(one["pointer"], one["code"]) for one in body["errors"]}

    return told
