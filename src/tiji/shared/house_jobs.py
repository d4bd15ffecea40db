"""The jobs of the shared room itself."""

from datetime import timedelta

from tiji.shared import audit
from tiji.shared.jobs import periodic
from tiji.shared.rest.once import forget_old_answers


@periodic("audit.seal", every=timedelta(minutes=1))
def seal_audit() -> None:
    """Seal what was written since the last minute."""
    audit.seal()


@periodic("api.forget", every=timedelta(hours=1))
def forget_answers() -> None:
    """Drop the answers of idempotent requests that are older than a day."""
    forget_old_answers()


@periodic("sessions.clear", every=timedelta(days=1))
def clear_sessions() -> None:
    """Drop sessions that have expired."""
    from django.core.management import call_command

    call_command("clearsessions")


@periodic("tasks.prune", every=timedelta(days=1))
def prune_tasks() -> None:
    """Drop the results of tasks that finished two weeks ago."""
    from django.core.management import call_command

    call_command("prune_db_task_results", verbosity=0)
