"""Periodic jobs: declared in code, kept in one small table, run by `tiji worker`.

A job that is due is claimed by moving its next run on, in one statement, so that of many workers one runs it. A job
that fails is written down and runs again at its next time.
"""

import logging
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tiji.shared import metrics
from tiji.shared.models import Schedule
from tiji.shared.request_context import acting

logger = logging.getLogger("tiji.jobs")

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Job:
    """A function that is to run every so often."""

    name: str
    every: timedelta
    work: Work


_jobs: dict[str, Job] = {}


def periodic(name: str, *, every: timedelta) -> Callable[[Work], Work]:
    """Declare a job: `@periodic("audit.seal", every=timedelta(minutes=1))`. Import its module in `AppConfig.ready`."""

    def declare(work: Work) -> Work:
        if name in _jobs and _jobs[name].work is not work:
            raise ValueError(f"there is a job named {name!r} already")
        _jobs[name] = Job(name, every, work)
        return work

    return declare


def declared() -> dict[str, Job]:
    """All jobs by name."""
    return dict(_jobs)


def keep_schedule() -> None:
    """Give every declared job its row and drop the rows of jobs that are no more."""
    known = dict(Schedule.objects.values_list("name", "every_seconds"))
    now = timezone.now()
    for job in _jobs.values():
        seconds = int(job.every.total_seconds())
        if job.name not in known:
            first = now + timedelta(seconds=random.uniform(0, min(seconds, 60)))  # noqa: S311
            Schedule.objects.get_or_create(name=job.name, defaults={"every_seconds": seconds, "next_run_at": first})
        elif known[job.name] != seconds:
            Schedule.objects.filter(name=job.name).update(every_seconds=seconds)
    Schedule.objects.exclude(name__in=_jobs).delete()


def run_due(now: datetime | None = None) -> int:
    """Run every job that is due; returns how many were run here."""
    moment = now or timezone.now()
    ran = 0
    for schedule in Schedule.objects.filter(next_run_at__lte=moment, name__in=_jobs).order_by("next_run_at"):
        job = _jobs[schedule.name]
        if claim(schedule, job.every, moment):
            _run(job)
            ran += 1
    return ran


def claim(schedule: Schedule, every: timedelta, moment: datetime) -> bool:
    """Move the next run on; False if another worker did so since the row was read."""
    same = Schedule.objects.filter(pk=schedule.pk, next_run_at=schedule.next_run_at)
    return bool(same.update(next_run_at=moment + every, last_started_at=moment))


def _run(job: Job) -> None:
    error = ""
    try:
        with acting(None, "system", f"job.{job.name}"):
            job.work()
    except Exception:
        error = traceback.format_exc()[-4000:]
        logger.exception("Job %s failed", job.name)
    metrics.JOBS.labels(job.name, "failed" if error else "done").inc()
    Schedule.objects.filter(name=job.name).update(last_finished_at=timezone.now(), last_error=error)
