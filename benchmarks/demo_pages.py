"""The homes of the demo company and its heaviest pages, as their users open them, on a server with two workers.

python benchmarks/demo_pages.py
TIJI_BENCH_DATABASE_URL=postgresql://… python benchmarks/demo_pages.py
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
PAGES = {
    "director": ["/", "/attainment/", "/targets/"],
    "head-east": ["/cockpit/", "/opportunities/", "/opportunities/board/", "/opportunities/funnel/", "/attainment/"],
    "rep-sunan-0": ["/", "/opportunities/board/", "/customers/", "/pay/"],
    "finance": ["/", "/receivables/"],
    "operations": ["/", "/pay/"],
    "hr": ["/"],
    "pm-ec": ["/"],
    "auditor": ["/"],
    "administrator": ["/"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="sequential requests of each page")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long eight clients open each page")
    chosen = parser.parse_args()
    from _setup import installation

    with installation():
        begun = time.perf_counter()
        _make()
        print(f"demo company made in {time.perf_counter() - begun:.0f} s")
        _run(chosen.count, chosen.seconds)


def _make() -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from tiji.apps.exchange.services.demo.build import build_demo

    call_command("migrate", interactive=False, verbosity=0)
    build_demo(today=timezone.localdate(), report=lambda _step: None)


def _run(count: int, seconds: float) -> None:
    from _calls import by_session
    from _client import Call, measure
    from django.db import connection

    from tiji.shared.serving import running_server

    headers = {key: by_session(f"{key}@demo.example", htmx=False) for key in PAGES}
    connection.close()
    print(f"{'':34}{'median':>9}{'p95':>9}{'8 clients':>11}{'bytes':>9}")
    with running_server() as url:
        for key, paths in PAGES.items():
            for path in paths:
                call = Call("GET", lambda _number, path=path: path, accept="text/html")
                found = measure(url, headers[key], call, count=count, seconds=seconds)
                told = f"{found.median:8.1f} {found.p95:8.1f} {found.rate:9.0f}/s{found.size:9,}"
                print(f"{key + ' ' + path:34}{told}", flush=True)


if __name__ == "__main__":
    main()
