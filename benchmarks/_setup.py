"""An installation of its own for a measurement: an empty folder, or the database of TIJI_BENCH_DATABASE_URL."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def installation() -> Iterator[None]:
    """Settings for a server as in use, over plain HTTP and without a limit of calls; gone with the block."""
    with tempfile.TemporaryDirectory(prefix="tiji-bench-") as folder:
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
        import django

        django.setup()
        yield
