"""Runs every test on SQLite and then on PostgreSQL; fails if either run fails. Options go to pytest.

    python tools/test.py                       # both databases
    python tools/test.py tests/kernel -k cash  # a part, on both

`TIJI_TEST_DATABASE_URL` names a PostgreSQL to use; without it a private one is started and stopped.
`TIJI_TEST_WORKERS` sets how many tests run at once (one for each processor), `TIJI_TEST_EXAMPLES` how many generated
calls each API operation gets (6).
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import postgres

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5
ONCE_ONLY = "not browser and not sqlite_only and not once"


def run(title: str, url: str, arguments: list[str]) -> int:
    """One pytest run; its closing line stays on the screen."""
    print(f"\n=== tests on {title} ===", flush=True)
    environment = {**os.environ, "TIJI_TEST_DATABASE_URL": url}
    workers = os.environ.get("TIJI_TEST_WORKERS", str(os.cpu_count() or 1))
    command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "worksteal", *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return 0 if code == NO_TESTS and arguments else code


def on_postgres(arguments: list[str]) -> int:
    given = os.environ.get("TIJI_TEST_DATABASE_URL", "")
    if given:
        return run("PostgreSQL", given, arguments)
    with postgres.private_server() as url:
        return run("PostgreSQL", url, arguments)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, postgres.interrupted)
    codes = {"SQLite": run("SQLite", "", arguments)}
    codes["PostgreSQL"] = on_postgres(["-m", ONCE_ONLY, *arguments])
    print("\ntests: " + ", ".join(f"{name} {'failed' if code else 'passed'}" for name, code in codes.items()))
    return max(codes.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
