"""Loading in the background: the page asks how far it is."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.permissions import can_import
from tiji.apps.exchange.services.imports.progress import Progress, is_stale, progress_of
from tiji.apps.exchange.services.imports.running import State, commit_import, deny, fail_import
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.shared.request_context import acting


@transaction.atomic
def queue_import(*, actor: User, imported: Import, at: datetime) -> Import:
    """Load the file in a worker; a load whose worker died may be asked for again. Raises: NotAllowed, DomainError."""
    require(can_import(actor), deny())
    current: Import = Import.objects.select_for_update().get(pk=imported.pk)
    if current.state not in (State.READY, State.FAILED) and not has_died(current):
        message = _("This file is %(state)s already. Hand it in again to load it once more.")
        raise DomainError(message % {"state": current.get_state_display().lower()}, code="state")
    current.state, current.begun_at, current.message = State.RUNNING, at, ""
    current.save(update_fields=["state", "begun_at", "message"])
    transaction.on_commit(lambda: run_queued.enqueue(current.pk, actor.pk))
    return current


def has_died(imported: Import) -> bool:
    """Whether its worker said nothing for too long; it left nothing behind, since a load is one transaction."""
    if imported.state != State.RUNNING or imported.begun_at is None:
        return False
    return is_stale(progress_of(imported.pk), imported.begun_at.timestamp())


@task()
def run_queued(import_id: int, user_id: int) -> None:
    """Load one import; what refuses it is kept on it in the user's words."""
    imported = Import.objects.get(pk=import_id)
    actor = User.objects.get(pk=user_id)
    progress = Progress(import_id)
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
