"""Customers change hands and grades: one by one or a whole selection, each with its event."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account, OwnershipEvent
from tiji.apps.customers.permissions import can_change_owner, can_set_tier
from tiji.apps.customers.services.accounts import BATCH, locked
from tiji.apps.customers.services.facts import clean_tier
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import business_date
from tiji.apps.organization.selectors.places import unit_of
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


@transaction.atomic
def change_owner(*, actor: User, accounts: Sequence[Account], to_owner: Person, at: datetime, reason: str = "") -> int:
    """Hand customers over to somebody, from now on; what was counted before stays where it was counted.

    Those he has already are left alone. Returns how many changed hands.
    Raises: NotAllowed; DomainError at `to_owner` when he has left.
    """
    today = business_date(at)
    if to_owner.archived_at or (to_owner.left_on and to_owner.left_on <= today):
        message = _("%(name)s has left. Choose somebody who is here.") % {"name": to_owner}
        raise DomainError(message, field="to_owner")
    rows = [account for account in locked(accounts) if account.owner_id != to_owner.pk]
    for account in rows:
        allowed = can_change_owner(actor, account, to_owner)
        require(allowed, _("You may hand over customers among people you lead. Ask sales operations for others."))
    unit = unit_of(to_owner, today)
    OwnershipEvent.objects.bulk_create(
        (
            OwnershipEvent(
                account=row, from_owner_id=row.owner_id, to_owner=to_owner, to_unit=unit, at=at, by=actor, reason=reason
            )
            for row in rows
        ),
        batch_size=BATCH,
    )
    after = {"owner": to_owner.pk}
    deeds = [audit.Deed("account.change_owner", row, {"owner": row.owner_id}, after, reason) for row in rows]
    audit.record_many(deeds, actor=actor)
    for row in rows:
        row.owner = to_owner
        row.version += 1
    Account.objects.bulk_update(rows, ["owner", "version"], batch_size=BATCH)
    return len(rows)


@transaction.atomic
def set_tier(*, actor: User, accounts: Sequence[Account], tier: str, at: datetime, reason: str = "") -> int:
    """Grade customers with a letter, or none. Returns how many changed. Raises: NotAllowed, DomainError at `tier`."""
    tier = clean_tier(tier)
    rows = [account for account in locked(accounts) if account.tier != tier]
    for account in rows:
        require(can_set_tier(actor, account), _("Managers grade their people's customers. Ask your manager."))
    deeds = [audit.Deed("account.set_tier", row, {"tier": row.tier}, {"tier": tier}, reason) for row in rows]
    audit.record_many(deeds, actor=actor)
    for row in rows:
        row.tier = tier
        row.version += 1
    Account.objects.bulk_update(rows, ["tier", "version"], batch_size=BATCH)
    return len(rows)
