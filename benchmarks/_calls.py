"""What is measured: the same five things by API and by page, as a bare Django view, and as bare SQL."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from _client import Call
from django.conf import settings
from django.db import connection
from django.test import Client

from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.scope import scope_of
from tiji.apps.pipeline.models import Opportunity

LIST, ONE, SUMMARY, CREATE, MOVE = "list 50 by owner and stage", "one record", "summary by stage", "create", "move"
SAMPLES = 200
CSRF = "m" * 32
FORM = "application/x-www-form-urlencoded"


@dataclass
class Picks:
    """Deals of the regional manager, drawn once: to read, and to move there and back."""

    shown: list[tuple[int, int, int]]
    moved: list[tuple[int, int, int]]
    stages: list[int]
    account: int
    moves: Counter[int] = field(default_factory=Counter)

    def place(self, number: int) -> tuple[int, int, int]:
        return self.shown[number % SAMPLES]

    def deal(self, number: int) -> int:
        """The deal to move in the n-th call."""
        return self.moved[number % len(self.moved)][0]

    def step(self, number: int) -> int:
        """The stage it goes to: first one on, the next time back. Asked once a call."""
        deal, _owner, stage = self.moved[number % len(self.moved)]
        self.moves[deal] += 1
        return self.stages[self.stages.index(stage) + 1] if self.moves[deal] % 2 else stage


def picks(part: int, parts: int) -> Picks:
    """`part` of `parts`: each caller moves deals of his own."""
    rng = random.Random(3)
    mine = scope_of(User.objects.get(email="head0@example.com")).people
    deals = Opportunity.objects.filter(owner_id__in=mine, status="open")
    rows = list(deals.order_by("pk").values_list("pk", "owner_id", "stage_id")[:5000])
    first = deals.get(pk=rows[0][0])
    stages = list(first.process.stages.order_by("position").values_list("pk", flat=True))
    account = Account.objects.filter(owner_id__in=mine).values_list("pk", flat=True)[0]
    movable = [row for row in rows if row[2] in stages[:-2]]
    return Picks([rng.choice(rows) for _ in range(SAMPLES)], movable[part::parts], stages, account)


def api_calls(found: Picks) -> dict[str, Call]:
    def create(number: int) -> bytes:
        name = f"Measured {number} {time.time_ns()}"
        body = {"name": name, "account_id": found.account, "amount": "120000.00", "owner_id": found.place(0)[1]}
        return json.dumps({**body, "expected_on": "2030-01-31"}).encode()

    def move(number: int) -> bytes:
        return json.dumps({"stage_id": found.step(number), "reason": "measured"}).encode()

    base = "/api/v1/opportunities"
    return {
        LIST: Call("GET", lambda n: base + "?owner={1}&stage={2}".format(*found.place(n))),
        ONE: Call("GET", lambda n: f"{base}/{found.place(n)[0]}"),
        SUMMARY: Call("GET", lambda n: f"{base}/summary"),
        CREATE: Call("POST", lambda n: base, create),
        MOVE: Call("POST", lambda n: f"{base}/{found.deal(n)}/move", move),
    }


def page_calls(found: Picks) -> dict[str, Call]:
    """The pages that do the same; the board is the page of the summary, a drop on it the move."""

    def create(number: int) -> bytes:
        name = f"Measured {number} {time.time_ns()}"
        owner = found.place(0)[1]
        body = {"name": name, "account": found.account, "amount": "120000", "owner": owner, "expected_on": "2030-01-31"}
        return urlencode(body).encode()

    def move(number: int) -> bytes:
        return urlencode({"stage": found.step(number), "undo": "1"}).encode()

    html = {"accept": "text/html", "kind": FORM, "expect": (200, 204, 302)}
    return {
        LIST: Call("GET", lambda n: "/opportunities/?owner={1}&stage={2}".format(*found.place(n)), **html),
        ONE: Call("GET", lambda n: f"/opportunities/{found.place(n)[0]}/", **html),
        "board (its totals by stage)": Call("GET", lambda n: "/opportunities/board/", **html),
        CREATE: Call("POST", lambda n: "/opportunities/new/", create, **html),
        "move (a drop on the board)": Call("POST", lambda n: f"/opportunities/{found.deal(n)}/drop/", move, **html),
    }


def bare_calls(found: Picks) -> dict[str, Call]:
    return {
        LIST: Call("GET", lambda n: "/deals?owner={1}&stage={2}".format(*found.place(n))),
        ONE: Call("GET", lambda n: f"/deals/{found.place(n)[0]}"),
        SUMMARY: Call("GET", lambda n: "/summary"),
    }


def bare_sql(found: Picks) -> Mapping[str, Callable[[int], object]]:
    def ask(text: str, values: Callable[[int], list[Any]]) -> Callable[[int], object]:
        def work(number: int) -> object:
            with connection.cursor() as cursor:
                cursor.execute(text, values(number))
                return cursor.fetchall()

        return work

    listed = (
        "SELECT * FROM pipeline_opportunity WHERE owner_id = %s AND stage_id = %s ORDER BY expected_on, id LIMIT 50"
    )
    summed = "SELECT stage_id, count(*), sum(amount) FROM pipeline_opportunity WHERE status = 'open' GROUP BY stage_id"
    return {
        LIST: ask(listed, lambda n: list(found.place(n)[1:])),
        ONE: ask("SELECT * FROM pipeline_opportunity WHERE id = %s", lambda n: [found.place(n)[0]]),
        SUMMARY: ask(summed, lambda n: []),
    }


def by_token(token: str) -> str:
    """The header line of a program."""
    return f"Authorization: Bearer {token}\r\n"


def by_session(email: str, *, htmx: bool = True) -> str:
    """The header lines of a browser that is signed in and may post, from inside a page if `htmx`."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    inside = "HX-Request: true\r\n" if htmx else ""
    return f"Cookie: {cookies}; tiji_language=zh-hans\r\nX-CSRFToken: {CSRF}\r\n{inside}"
