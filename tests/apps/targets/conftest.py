"""Refusals are compared in English, the language they are written in."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from makers import make_person
from makers_targets import make_plan, type_in


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def team(company, max_, rita, ray):
    company.rose = make_person("Rose", company.suzhou).user
    return company


@pytest.fixture
def plan(team, olaf):
    """1,200 a year for Suzhou, nothing typed below."""
    version = make_plan(olaf)
    type_in(olaf, version, (team.suzhou, "2026", "1200"))
    return version


@pytest.fixture
def signed_in(client):
    def signed_in(user):
        client.force_login(user)
        client.cookies["tiji_language"] = "en"
        return client

    return signed_in
