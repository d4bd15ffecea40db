"""Taking back customers and contacts that were loaded by mistake: archived, their keys free again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account, Contact
from tiji.apps.customers.permissions import can_archive_account
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.permissions import require


@transaction.atomic
def withdraw_accounts(*, actor: User, ids: Sequence[int], at: datetime, batch: str) -> int:
    """Archive customers and free their external keys. Whether anything depends on them the caller has asked.

    Returns how many. Raises: NotAllowed.
    """
    return _withdraw(Account, "account.withdraw", actor, ids, at, batch)


@transaction.atomic
def withdraw_contacts(*, actor: User, ids: Sequence[int], at: datetime, batch: str) -> int:
    """Archive contacts and free their external keys. Returns how many. Raises: NotAllowed."""
    return _withdraw(Contact, "contact.withdraw", actor, ids, at, batch)


def _withdraw(
    model: type[Account | Contact], action: str, actor: User, ids: Sequence[int], at: datetime, batch: str
) -> int:
    require(can_archive_account(actor), _("Managers archive their people's customers. Ask your manager."))
    rows = model.objects.filter(among("pk", ids), archived_at__isnull=True)
    facts = {"is_primary": False} if model is Contact else {}
    count: int = rows.update(
        archived_at=at, external_key="", version=F("version") + 1, updated_at=timezone.now(), **facts
    )
    audit.record_batch(action, model, batch=batch, count=count, digest=digest_of([sorted(ids)]), actor=actor)
    return count
