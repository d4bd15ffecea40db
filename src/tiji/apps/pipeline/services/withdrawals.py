"""Taking back deals that were loaded by mistake: archived in one set, their keys free for the next load."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.pipeline.models import Opportunity
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.permissions import require


@transaction.atomic
def withdraw_opportunities(*, actor: User, ids: Sequence[int], at: datetime, batch: str) -> int:
    """Archive deals and free their external keys; their steps stay in the ledger.

    Whether anything depends on them the caller has asked. Returns how many. Raises: NotAllowed.
    """
    require(can_manage_pipeline(actor))
    rows = Opportunity.objects.filter(among("pk", ids), archived_at__isnull=True)
    count: int = rows.update(archived_at=at, external_key="", version=F("version") + 1, updated_at=timezone.now())
    audit.record_batch(
        "opportunity.withdraw", Opportunity, batch=batch, count=count, digest=digest_of([sorted(ids)]), actor=actor
    )
    return count
