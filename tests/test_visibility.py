"""Every address and every API operation with every role of the cast: what each may do stands in tests/visibility/.

A door without a line fails here: add one line to the table of its room (docs/how-to/visibility-tests.md).
"""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cast import found_company, hire
from visibility.doors import BESIDES, CAST, SIGN_IN, Door, with_method
from visibility.world import addresses, build, merged, operations

PAGES = merged("PAGES")
OPERATIONS = merged("OPERATIONS")


@pytest.fixture(scope="module")
def world(module_rows: None) -> SimpleNamespace:
    """The company, the whole cast by name, and what the rooms add. What a knock changes `enter` takes back."""
    company = found_company()
    return build(SimpleNamespace(company=company, **{name: hire(name, company) for name in (*CAST, *BESIDES)}))


def test_every_address_has_a_line() -> None:
    missing = {name: where for name, where in addresses().items() if name not in PAGES}
    told = "\n".join(f'  "{name}": page("…"),    # {where}' for name, where in sorted(missing.items()))
    assert not missing, f"Say who may open these, one line each in tests/visibility/<room>.py, under PAGES:\n{told}"


def test_every_operation_has_a_line() -> None:
    missing = sorted(set(operations()) - OPERATIONS.keys())
    told = "\n".join(f'  "{name}": api("…"),' for name in missing)
    assert not missing, (
        f"Say who may call these, one line each in tests/visibility/<room>.py, under OPERATIONS:\n{told}"
    )


def test_no_line_is_left_over() -> None:
    gone = sorted((PAGES.keys() - addresses().keys()) | (OPERATIONS.keys() - set(operations())))
    assert not gone, f"These doors do not exist any more: {gone}"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_lets_in_whom_its_line_says(world: SimpleNamespace, name: str) -> None:
    for door in PAGES[name]:
        url = _url(name, door, world)
        check(world, door, url, lambda client, door=door, url=url: _visit(client, door, url))
    if all(door.method == "POST" for door in PAGES[name]) and PAGES[name][0].may:
        status = enter(
            world, sorted(PAGES[name][0].may)[0], lambda client: client.get(_url(name, PAGES[name][0], world))
        )
        assert status == 405, f"GET {name} answers {status}; a door that only takes POST answers 405"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_lets_in_whom_its_line_says(world: SimpleNamespace, name: str) -> None:
    method, _space, path = name.partition(" ")
    for door in OPERATIONS[name]:
        values = {key: value(world) if callable(value) else value for key, value in door.args.items()}
        url = f"/api/v1{path.format(**values)}{'?' + door.query if door.query else ''}"
        body = door.data(world) if callable(door.data) else door.data
        called = with_method(door, method)
        check(world, called, url, lambda client, url=url, body=body: _call(client, method, url, body))


def check(world: SimpleNamespace, door: Door, url: str, knock: Any) -> None:
    wrong = []
    for who in door.cast:
        status, expected = enter(world, who, knock), door.expected(who)
        if status not in expected:
            wrong.append(f"{who} gets {status} instead of {' or '.join(map(str, sorted(expected)))}")
    if door.nobody != -1:
        status = enter(world, None, knock)
        if status != door.nobody:
            wrong.append(f"somebody who is not signed in gets {status} instead of {door.nobody}")
    assert not wrong, f"{door.method} {url}\n  " + "\n  ".join(wrong)


def enter(world: SimpleNamespace, who: str | None, knock: Any) -> int | str:
    """The status that somebody gets, `sign-in` when he is sent there; whatever it changed is taken back."""
    client = Client(raise_request_exception=True)
    with transaction.atomic():
        if who is not None:
            client.force_login(getattr(world, who))
        response = knock(client)
        transaction.set_rollback(True)
    sent = response.status_code == 302 and response.headers["Location"].startswith(reverse("account_login"))
    return SIGN_IN if sent else int(response.status_code)


def _url(name: str, door: Door, world: SimpleNamespace) -> str:
    args = door.args(world) if door.args else []
    url = reverse(name, args=args) if not name.startswith(("^", "/")) and "<" not in name else f"/{name}"
    return f"{url}?{door.query}" if door.query else url


def _visit(client: Client, door: Door, url: str) -> Any:
    return client.get(url) if door.method == "GET" else client.post(url, door.data)


def _call(client: Client, method: str, url: str, body: Any) -> Any:
    if method == "GET":
        return client.get(url)
    return client.generic(method, url, _json(body), content_type="application/json")


def _json(body: Any) -> str:
    import json

    return json.dumps({} if body is None else body)
