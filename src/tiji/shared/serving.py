"""Running the web server and its job worker: used by `tiji serve`, the demo, tests and benchmarks."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.core.checks import Tags, run_checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from tiji.shared import static_files
from tiji.shared.errors import DomainError

READY_SECONDS = 60


def serve(*, host: str = "127.0.0.1", port: int = 8000, workers: int = 2, jobs: bool = True) -> None:
    """Serve pages and API until stopped, with a process beside it that does the queued jobs.

    Raises: DomainError if the database is not up to date or not protected, or if the port is taken.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    require_migrated()
    require_sound()
    require_free(host, port)
    static_files.collect()
    let_go_of_databases()
    server = Granian(
        "tiji.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        websockets=False,
        backlog=1024,
        blocking_threads=4,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
    )
    with job_worker(enabled=jobs):
        server.serve()


def let_go_of_databases() -> None:
    """Close every connection and pool: a worker process that inherited one would read another's answers from it."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]


def require_migrated() -> None:
    """Raises: DomainError if tables are missing or old."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise DomainError(_("The database is not up to date. Run “tiji migrate” first."))


def require_sound() -> None:
    """Raises: DomainError if the database does not protect what is posted."""
    found = run_checks(tags=[Tags.database], databases=[DEFAULT_DB_ALIAS])
    errors = [message for message in found if message.is_serious()]
    if errors:
        raise DomainError("\n".join(f"{error.msg} {error.hint or ''}".strip() for error in errors))


def require_free(host: str, port: int) -> None:
    """Raises: DomainError if another program listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            problem = _("Port %(port)s on %(host)s is not free (%(error)s). Choose another with --port.")
            raise DomainError(problem % {"port": port, "host": host, "error": error.strerror}) from error


@contextmanager
def job_worker(*, enabled: bool) -> Iterator[None]:
    """A child process that does the queued jobs; it stops with the block."""
    if not enabled or "DatabaseBackend" not in settings.TASKS["default"]["BACKEND"]:
        yield
        return
    worker = subprocess.Popen([sys.executable, "-m", "tiji", "worker"])
    try:
        yield
    finally:
        stop(worker)


@contextmanager
def running_server(*, port: int = 0, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server in a process of its own, as the address it answers at: for probes, tests and measurements.

    `environment` takes the place of this process's own.
    Raises: DomainError if it does not get ready.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "tiji", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=dict(os.environ if environment is None else environment))  # noqa: S603
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(server)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    """Raises: DomainError if the server stops or does not answer in a minute."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/live", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise DomainError(_("The server did not get ready. Its own messages above say why."))


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to stop, and insist after ten seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
