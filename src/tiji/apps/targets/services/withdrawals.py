"""Target plans of a load that was taken back."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.ids import among
from tiji.apps.targets.models import TargetPlan
from tiji.apps.targets.permissions import can_create_target_plan
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.permissions import require


@transaction.atomic
def withdraw_target_plans(*, actor: User, ids: Collection[int], at: datetime, batch: str) -> int:
    """Archive plans with all their versions: they count no more and another may take their place.

    Whether somebody worked on them since the caller has asked. Returns how many. Raises: NotAllowed.
    """
    require(can_create_target_plan(actor))
    count: int = TargetPlan.objects.filter(among("pk", ids), archived_at__isnull=True).update(archived_at=at)
    audit.record_batch(
        "target_plan.withdraw", TargetPlan, batch=batch, count=count, digest=digest_of([sorted(ids)]), actor=actor
    )
    return count
