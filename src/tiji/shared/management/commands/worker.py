"""`tiji worker`: runs queued tasks and periodic jobs. Start as many as you like."""

import logging
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from tiji.shared import jobs

logger = logging.getLogger("tiji.jobs")


class Command(BaseCommand):
    help = "Run queued tasks and periodic jobs until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due and queued, then end")
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between two looks at the queue")

    def handle(self, *args: Any, once: bool, interval: float, **options: Any) -> None:
        jobs.keep_schedule()
        worker = Worker(
            queue_names=["*"],
            interval=interval,
            batch=once,
            backend_name="default",
            startup_delay=not once,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        if once:
            jobs.run_due()
            worker.run()
            return
        worker.configure_signals()
        stop = threading.Event()
        clock = threading.Thread(target=_keep_time, args=(stop,), name="jobs", daemon=True)
        clock.start()
        try:
            worker.run()
        finally:
            stop.set()
            clock.join(timeout=30)


def _keep_time(stop: threading.Event) -> None:
    """Every few seconds run what is due; a database that is away for a while is no reason to end."""
    while not stop.wait(5):
        try:
            close_old_connections()
            jobs.run_due()
        except DatabaseError:
            logger.exception("The schedule could not be read; trying again")
    connection.close()
