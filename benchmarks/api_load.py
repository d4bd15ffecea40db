"""API and pages at 100,000 opportunities (`--rows=1000000` for a million), each beside bare SQL and a bare Django view.

    python benchmarks/api_load.py --rows=20000
    TIJI_BENCH_DATABASE_URL=postgresql://… python benchmarks/api_load.py --rows=100000

Two server workers, one load client, everything on one machine and in one run: read the ratios, not the milliseconds.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
EMAILS = {"administrator": "admin@example.com", "manager": "head0@example.com"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--count", type=int, default=100, help="sequential requests of each kind")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long eight clients call each kind")
    chosen = parser.parse_args()
    from _setup import installation

    with installation():
        from _company import build

        begun = time.perf_counter()
        tokens = build(chosen.rows)
        print(f"{chosen.rows:,} opportunities with history made in {time.perf_counter() - begun:.0f} s")
        _analyze()
        _run(tokens, chosen.count, chosen.seconds)


def _analyze() -> None:
    """Statistics as a database in use has them; PostgreSQL also gets its visibility map."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _run(tokens: dict[str, str], count: int, seconds: float) -> None:
    from _calls import api_calls, bare_calls, bare_sql, by_session, by_token, page_calls, picks
    from _client import Measured, measure
    from django.db import connection

    from tiji.shared.serving import running_server

    callers = [(f"{who}: API", by_token(token), api_calls) for who, token in tokens.items()]
    callers += [(f"{who}: page", by_session(email), page_calls) for who, email in EMAILS.items()]
    parts = [picks(part, len(callers)) for part in range(len(callers))]
    sql = {name: _timed(work) for name, work in bare_sql(parts[0]).items()}
    connection.close()
    with _bare_server() as url:
        bare = {
            name: measure(url, "", call, count=count, seconds=seconds) for name, call in bare_calls(parts[0]).items()
        }
    print(f"{'':46}{'median':>9}{'p95':>9}{'8 clients':>11}{'bytes':>9}{'÷ bare SQL':>12}{'÷ bare view':>12}")

    def line(who: str, name: str, found: Measured, view: Measured | None) -> None:
        by_sql = f"{found.median / sql[name]:.1f}" if name in sql else ""
        by_view = f"{found.median / view.median:.2f}" if view else ""
        print(
            f"{who + ', ' + name:46}{found.median:8.2f} {found.p95:8.2f} {found.rate:9.0f}/s{found.size:9,}"
            f"{by_sql:>12}{by_view:>12}",
            flush=True,
        )

    for name, found in bare.items():
        line("bare view", name, found, None)
    with running_server() as url:
        for (who, header, calls), part in zip(callers, parts, strict=True):
            for name, call in calls(part).items():
                line(who, name, measure(url, header, call, count=count, seconds=seconds), bare.get(name))


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
