"""Opening a draft for discussion with those it is about, and closing it again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetVersion
from tiji.apps.targets.permissions import can_share_target_draft
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


@transaction.atomic
def share_target_draft(*, actor: User, version: TargetVersion, at: datetime) -> TargetVersion:
    """Everybody sees the rows of the draft that he will see once it counts. Raises: NotAllowed, DomainError."""
    current = _draft(actor, version)
    if current.shared_at is None:
        current.shared_at, current.shared_by = at, actor
        current.version += 1
        current.save()
        audit.record("target_version.shared", current, after=audit.snapshot(current), actor=actor)
    return current


@transaction.atomic
def withdraw_target_draft(*, actor: User, version: TargetVersion) -> TargetVersion:
    """The draft is open to those who work on it alone again. Raises: NotAllowed, DomainError."""
    current = _draft(actor, version)
    if current.shared_at is not None:
        before = audit.snapshot(current)
        current.shared_at = current.shared_by = None
        current.version += 1
        current.save()
        audit.record("target_version.withdrawn", current, before, audit.snapshot(current), actor=actor)
    return current


def _draft(actor: User, version: TargetVersion) -> TargetVersion:
    require(can_share_target_draft(actor))
    current: TargetVersion = (
        TargetVersion.objects.select_for_update(of=("self",)).select_related("plan").get(pk=version.pk)
    )
    if not current.is_draft:
        raise DomainError(_("This version is open to everybody already: it is not a draft."), code="not-draft")
    return current
