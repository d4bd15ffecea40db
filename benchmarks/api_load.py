"""API figures at 100,000 opportunities (`--rows=1000000` for a million), each beside bare SQL and a bare Django view.

    python benchmarks/api_load.py --rows=20000
    TIJI_BENCH_DATABASE_URL=postgresql://… python benchmarks/api_load.py --rows=100000

Two server workers, one load client, everything on one machine and in one run: read the ratios, not the milliseconds.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
SAMPLES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--count", type=int, default=100, help="sequential requests of each kind")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long eight clients call each kind")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tiji-bench-") as folder:
        _environment(folder)
        import django

        django.setup()
        from _company import build

        begun = time.perf_counter()
        tokens = build(chosen.rows)
        print(f"{chosen.rows:,} opportunities with history made in {time.perf_counter() - begun:.0f} s")
        _vacuum()
        _run(tokens, chosen.count, chosen.seconds)


def _environment(folder: str) -> None:
    os.environ.update(
        TIJI_DATA_DIR=folder,
        TIJI_SECRET_KEY="for a measurement " * 4,
        TIJI_HTTPS="0",
        TIJI_API_RATE_PER_MINUTE="0",
        TIJI_LOG_LEVEL="ERROR",
        TIJI_TASKS_IMMEDIATE="0",
        DJANGO_SETTINGS_MODULE="tiji.config.settings",
    )
    if url := os.environ.get("TIJI_BENCH_DATABASE_URL"):
        os.environ["TIJI_DATABASE_URL"] = url


def _vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _run(tokens: dict[str, str], count: int, seconds: float) -> None:
    from _client import Measured, measure
    from django.db import connection

    from tiji.shared.serving import running_server

    parts = [_calls(part) for part in range(len(tokens))]
    _own, bare_calls, bare_sql = parts[0]
    sql = {name: _timed(work) for name, work in bare_sql.items()}
    connection.close()
    with _bare_server() as url:
        bare = {name: measure(url, "", call, count=count, seconds=seconds) for name, call in bare_calls.items()}
    print(f"{'':34}{'median':>9}{'p95':>9}{'8 clients':>11}{'bytes':>9}{'÷ bare SQL':>12}{'÷ bare view':>12}")

    def line(name: str, found: Measured, sql_ms: float | None, view: Measured | None) -> None:
        by_sql = f"{found.median / sql_ms:.1f}" if sql_ms else ""
        by_view = f"{found.median / view.median:.2f}" if view else ""
        print(
            f"{name:34}{found.median:8.2f} {found.p95:8.2f} {found.rate:9.0f}/s{found.size:9,}"
            f"{by_sql:>12}{by_view:>12}",
            flush=True,
        )

    for name, found in bare.items():
        line(f"bare view: {name}", found, sql.get(name), None)
    with running_server() as url:
        for (who, token), (calls, _bare, _sql) in zip(tokens.items(), parts, strict=True):
            for name, call in calls.items():
                found = measure(url, token, call, count=count, seconds=seconds)
                line(f"{who}: {name}", found, sql.get(name), bare.get(name))


Asked = dict[str, Callable[[int], object]]


def _calls(part: int) -> tuple[dict, dict, Asked]:
    import json

    from _client import Call
    from django.db import connection

    from tiji.apps.customers.models import Account
    from tiji.apps.organization.models import User
    from tiji.apps.organization.selectors.scope import scope_of
    from tiji.apps.pipeline.models import Opportunity

    rng = random.Random(3)
    mine = scope_of(User.objects.get(email="head0@example.com")).people
    rows = list(
        Opportunity.objects.filter(owner_id__in=mine, status="open").values_list("pk", "owner_id", "stage_id")[:5000]
    )
    picks = [rng.choice(rows) for _ in range(SAMPLES)]
    stages = list(
        Opportunity.objects.filter(pk=picks[0][0])
        .values_list("process__stages__pk", flat=True)
        .order_by("process__stages__position")
    )
    movers = [row for row in rows if row[2] in stages[:-2]][part::2]
    account = Account.objects.filter(owner_id__in=mine).values_list("pk", flat=True)[0]

    def move(number: int) -> bytes:
        _pk, _owner, stage = movers[number % len(movers)]
        there = stages[stages.index(stage) + 1]
        back = number // len(movers) % 2
        return json.dumps({"stage_id": stage if back else there, "reason": "measured"}).encode()

    def create(number: int) -> bytes:
        body = {
            "name": f"Measured {number} {time.time_ns()}",
            "account_id": account,
            "amount": "120000.00",
            "owner_id": picks[0][1],
        }
        return json.dumps({**body, "expected_on": "2030-01-31"}).encode()

    calls = {
        "list 50 by owner and stage": Call(
            "GET", lambda n: "/api/v1/opportunities?owner={1}&stage={2}".format(*picks[n % SAMPLES])
        ),
        "one record": Call("GET", lambda n: f"/api/v1/opportunities/{picks[n % SAMPLES][0]}"),
        "summary by stage": Call("GET", lambda n: "/api/v1/opportunities/summary"),
        "create": Call("POST", lambda n: "/api/v1/opportunities", create),
        "move": Call("POST", lambda n: f"/api/v1/opportunities/{movers[n % len(movers)][0]}/move", move),
    }
    bare = {
        "list 50 by owner and stage": Call("GET", lambda n: "/deals?owner={1}&stage={2}".format(*picks[n % SAMPLES])),
        "one record": Call("GET", lambda n: f"/deals/{picks[n % SAMPLES][0]}"),
        "summary by stage": Call("GET", lambda n: "/summary"),
    }

    def ask(text: str, values: Callable[[int], list]) -> Callable[[int], object]:
        def work(number: int) -> object:
            with connection.cursor() as cursor:
                cursor.execute(text, values(number))
                return cursor.fetchall()

        return work

    sql = {
        "list 50 by owner and stage": ask(
            "SELECT * FROM pipeline_opportunity WHERE owner_id = %s AND stage_id = %s"
            " ORDER BY expected_on, id LIMIT 50",
            lambda n: [picks[n % SAMPLES][1], picks[n % SAMPLES][2]],
        ),
        "one record": ask("SELECT * FROM pipeline_opportunity WHERE id = %s", lambda n: [picks[n % SAMPLES][0]]),
        "summary by stage": ask(
            "SELECT stage_id, count(*), sum(amount) FROM pipeline_opportunity WHERE status = 'open' GROUP BY stage_id",
            lambda n: [],
        ),
    }
    return calls, bare, sql


def _timed(work: Callable[[int], object], count: int = 50) -> float:
    times = []
    for number in range(count + 3):
        start = time.perf_counter()
        work(number)
        times.append((time.perf_counter() - start) * 1000)
    return median(times[3:])


@contextmanager
def _bare_server() -> Iterator[str]:
    from tiji.shared.serving import free_port

    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--port",
        str(port),
        "_bare:application",
    ]
    server = subprocess.Popen([*command, "--log-level", "error"], cwd=HERE, env=dict(os.environ))
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int) -> None:
    import socket

    for _attempt in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(1)
                return
        time.sleep(0.1)
    raise RuntimeError("the bare server did not start")


if __name__ == "__main__":
    main()
