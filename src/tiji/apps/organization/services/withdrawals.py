"""Taking back people and units that were loaded by mistake: archived, their positions ended, their keys free again."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from tiji.apps.organization.models import Assignment, Person, Position, ReportingLine, Unit, UnitPlacement, User
from tiji.apps.organization.permissions import can_manage_people, can_manage_units
from tiji.apps.organization.selectors.ids import among
from tiji.apps.organization.services.unit_paths import rebuild_paths
from tiji.apps.organization.services.units import lock_placements
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.permissions import require


@transaction.atomic
def withdraw_people(*, actor: User, ids: Collection[int], on: date, at: datetime, batch: str) -> int:
    """End their positions on that day and archive them; whether anything depends on them the caller has asked.

    Returns how many. Raises: NotAllowed.
    """
    require(can_manage_people(actor))
    held = Assignment.objects.filter(among("person_id", ids))
    seats = set(held.values_list("position_id", flat=True))
    _end(held, on)
    others = Assignment.objects.filter(among("position_id", seats)).exclude(among("person_id", ids))
    left = seats - set(others.filter(valid_until__isnull=True).values_list("position_id", flat=True))
    for name in ("position_id", "manager_id"):
        _end(ReportingLine.objects.filter(among(name, left)), on)
    Position.objects.filter(among("pk", left), archived_at__isnull=True).update(archived_at=at)
    return _archive(Person, "person.withdraw", actor, ids, at, batch)


@transaction.atomic
def withdraw_units(*, actor: User, ids: Collection[int], on: date, at: datetime, batch: str) -> int:
    """End their places in the tree on that day and archive them; that they are empty the caller has seen to.

    Returns how many. Raises: NotAllowed.
    """
    require(can_manage_units(actor))
    lock_placements()
    _end(UnitPlacement.objects.filter(among("unit_id", ids)), on)
    Position.objects.filter(among("unit_id", ids), archived_at__isnull=True).update(archived_at=at)
    count = _archive(Unit, "unit.withdraw", actor, ids, at, batch)
    rebuild_paths(list(ids))
    return count


def _end(rows: QuerySet[Any], on: date) -> None:
    """What has begun ends on that day; what begins on it or later holds for its first day only."""
    going = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))
    later = list(going.filter(valid_from__gte=on))
    for row in later:
        row.valid_until = row.valid_from + timedelta(days=1)
    rows.model.objects.bulk_update(later, ["valid_until"], batch_size=500)
    going.filter(valid_from__lt=on).update(valid_until=on)


def _archive(model: Any, action: str, actor: User, ids: Collection[int], at: datetime, batch: str) -> int:
    count: int = model.objects.filter(among("pk", ids), archived_at__isnull=True).update(
        archived_at=at, external_key=""
    )
    audit.record_batch(action, model, batch=batch, count=count, digest=digest_of([sorted(ids)]), actor=actor)
    return count
