"""A private PostgreSQL for tests and benchmarks: a fresh folder, a Unix socket, no port, gone at the end.

python3 tools/postgres.py COMMAND …    # runs the command with TIJI_TEST_DATABASE_URL set
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OLDEST = 15
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10s",
}


def binaries() -> Path | None:
    """The folder with the newest PostgreSQL that is new enough."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").is_file()]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    usable = [(version, path) for path in found if (version := version_of(path)) >= OLDEST]
    return max(usable)[1] if usable else None


def version_of(folder: Path) -> int:
    """The major version; 0 for something that is no PostgreSQL."""
    said = subprocess.run([str(folder / "postgres"), "--version"], check=False, capture_output=True, text=True).stdout
    number = re.search(r"(\d+)(\.|devel|beta|rc)", said)
    return int(number.group(1)) if number else 0


def identity() -> dict[str, Any]:
    """Under whom the server runs: initdb refuses root, so root lends it to the user `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL does not run as root and there is no user postgres or nobody to run it")


@contextmanager
def private_server() -> Iterator[str]:
    """The URL of a server that lives as long as the block."""
    folder = binaries()
    if folder is None:
        raise SystemExit(f"no PostgreSQL {OLDEST} or newer: `make test` installs it as root or with sudo")
    home = Path(tempfile.mkdtemp(prefix="tiji-pg-"))
    who = identity()
    if who:
        os.chown(home, who["user"], who["group"])
    try:
        server = start(folder, home, who)
        try:
            yield f"postgresql://tiji@/tiji?host={home}"
        finally:
            stop(server)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def start(folder: Path, home: Path, who: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Make the cluster, start the server as a child of this process and wait until it answers."""
    data, log = home / "data", home / "log"
    make = [
        str(folder / "initdb"),
        "-D",
        str(data),
        "-U",
        "tiji",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    ]
    made = subprocess.run(make, check=False, capture_output=True, text=True, cwd="/", **who)
    if made.returncode:
        raise SystemExit(f"initdb failed:\n{made.stdout}{made.stderr}")
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [str(folder / "postgres"), "-D", str(data), "-k", str(home), *options]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, cwd="/", **who)
    ask = [str(folder / "createdb"), "-h", str(home), "-U", "tiji", "tiji"]
    for _ in range(150):
        if subprocess.run(ask, check=False, capture_output=True, cwd="/").returncode == 0:
            return server
        if server.poll() is not None:
            break
        time.sleep(0.2)
    stop(server)
    raise SystemExit(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, then insist."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(request)
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            continue


def interrupted(number: int, _frame: object) -> None:
    """A stop from outside leaves through the `finally` blocks, so the server stops too."""
    raise SystemExit(128 + number)


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, interrupted)
    given = os.environ.get("TIJI_TEST_DATABASE_URL")
    if given:
        return subprocess.run(command, check=False).returncode
    with private_server() as url:
        environment = {**os.environ, "TIJI_TEST_DATABASE_URL": url}
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
