"""Loading and undoing in the background, and right here where it is quick: the page asks how far it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports.progress import Progress, is_stale, progress_of
from tiji.apps.exchange.services.imports.running import State, commit_import, deny, fail_import
from tiji.apps.exchange.services.imports.undo import undo_import
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.shared.request_context import acting

QUICK_BYTES = 200_000
QUICK_ROWS = 2_000
PATIENCE = 10
"""Seconds after which nobody having begun means that no worker is running."""


@transaction.atomic
def queue_import(*, actor: User, imported: Import, at: datetime, here: bool = False) -> Import:
    """Load the file in a worker, or `here` once this transaction is over.

    A load whose worker died, or never came, may be asked for again. Raises: NotAllowed, DomainError.
    """
    require(can_import(actor), deny())
    current: Import = Import.objects.select_for_update().get(pk=imported.pk)
    if current.state not in (State.READY, State.FAILED) and not (
        current.state == State.RUNNING and has_stopped(current)
    ):
        message = _("This file is %(state)s already. Hand it in again to load it once more.")
        raise DomainError(message % {"state": current.get_state_display().lower()}, code="state")
    return _begin(current, State.RUNNING, at, _loaded if here else run_queued.enqueue, actor)


def is_quick(imported: Import) -> bool:
    """Whether loading it takes no longer than a page may, so that no worker is needed."""
    return imported.size <= QUICK_BYTES


@transaction.atomic
def queue_undo(*, actor: User, imported: Import, at: datetime, here: bool = False) -> Import:
    """Take an import back: at once where that is quick or asked for, else in a worker.

    Raises: NotAllowed, DomainError, Conflict.
    """
    require(can_import(actor), deny())
    current: Import = Import.objects.select_for_update().get(pk=imported.pk)
    again = current.state == State.UNDOING and has_stopped(current)
    quick = current.state == State.DONE and current.created + current.updated <= QUICK_ROWS
    if quick or (again and here):
        return undo_import(actor=actor, imported=current, at=at)
    if current.state != State.DONE and not again:
        raise DomainError(_("Only an import that is loaded can be undone."), code="state")
    return _begin(current, State.UNDOING, at, run_undo.enqueue, actor)


def _begin(current: Import, state: str, at: datetime, run: Callable[[int, int], Any], actor: User) -> Import:
    current.state, current.begun_at, current.message = state, at, ""
    current.save(update_fields=["state", "begun_at", "message"])
    Progress(current.pk).end()
    transaction.on_commit(lambda: run(current.pk, actor.pk))
    return current


def is_busy(imported: Import) -> bool:
    """Whether it is being loaded or undone, or waits for it."""
    return imported.state in (State.RUNNING, State.UNDOING)


def has_stopped(imported: Import) -> bool:
    """Whether its worker died, or none ever came; either way nothing was written."""
    return has_died(imported) or nobody_came(imported, timezone.now())


def has_died(imported: Import) -> bool:
    """Whether its worker said nothing for too long; it left nothing behind, since it is one transaction."""
    told = progress_of(imported.pk) if is_busy(imported) else {}
    return bool(told) and is_stale(told)


def nobody_came(imported: Import, now: datetime) -> bool:
    """Whether it has waited for a worker for so long that none can be running; other loads are waited for."""
    if not is_busy(imported) or imported.begun_at is None or progress_of(imported.pk):
        return False
    if (now - imported.begun_at).total_seconds() < PATIENCE:
        return False
    others = Import.objects.filter(state__in=[State.RUNNING, State.UNDOING]).exclude(pk=imported.pk)
    told = [progress_of(pk) for pk in others.values_list("pk", flat=True)[:20]]
    return not any(one and not is_stale(one) for one in told)


@task()
def run_queued(import_id: int, user_id: int) -> None:
    """Load one import; what refuses it is kept on it in the user's words."""
    _loaded(import_id, user_id)


@task()
def run_undo(import_id: int, user_id: int) -> None:
    """Undo one import; what refuses it is kept on it, and it stays loaded."""
    imported, actor, progress = Import.objects.get(pk=import_id), User.objects.get(pk=user_id), Progress(import_id)
    progress.start()
    refusal = _("Something broke while undoing; nothing was taken back. Try again.")
    try:
        with acting(actor, "import"):
            undo_import(actor=actor, imported=imported, at=timezone.now(), told=progress)
        refusal = ""
    except DomainError as error:
        refusal = str(error)
    finally:
        Import.objects.filter(pk=import_id, state=State.UNDOING).update(state=State.DONE, message=refusal)
        progress.end()


def _loaded(import_id: int, user_id: int) -> None:
    imported, actor, progress = Import.objects.get(pk=import_id), User.objects.get(pk=user_id), Progress(import_id)
    progress.start()
    try:
        with acting(actor, "import"):
            commit_import(actor=actor, imported=imported, at=timezone.now(), told=progress)
    except DomainError as error:
        fail_import(imported=imported, message=str(error))
    except Exception:
        fail_import(imported=imported, message=_("Something broke while loading; nothing was loaded. Try again."))
        raise
    finally:
        progress.end()
