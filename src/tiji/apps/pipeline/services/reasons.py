"""Why deals are won, lost or paused, and against whom: lists a company keeps. What is in use is never deleted."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.pipeline.models import CloseReason, Rival
from tiji.apps.pipeline.permissions import can_manage_pipeline
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require
from tiji.shared.search import pinyin_key

LONGEST = 120
REASON = ("name", "name_en", "for_status", "asks_rival", "position")
RIVAL = ("name", "name_en")


@transaction.atomic
def add_close_reason(
    *, actor: User, for_status: str, name: str, name_en: str = "", asks_rival: bool = False
) -> CloseReason:
    """Add a reason at the end of its list. Raises: NotAllowed, DomainError."""
    require(can_manage_pipeline(actor))
    if for_status not in CloseReason.For.values:
        raise DomainError(_("Choose what it is a reason for."), field="for_status")
    there = CloseReason.objects.filter(for_status=for_status)
    reason = CloseReason(code=_free_code(for_status), for_status=for_status, asks_rival=asks_rival)
    reason.position = (there.aggregate(last=Max("position"))["last"] or 0) + 1
    _name(reason, name, name_en, there)
    reason.save(force_insert=True)
    audit.record("close_reason.add", reason, None, audit.snapshot(reason, REASON), actor=actor)
    return reason


@transaction.atomic
def edit_close_reason(
    *,
    actor: User,
    reason: CloseReason,
    name: str | None = None,
    name_en: str | None = None,
    asks_rival: bool | None = None,
) -> CloseReason:
    """Call a reason otherwise, or let it ask for the competitor. Raises: NotAllowed, DomainError."""
    require(can_manage_pipeline(actor))
    current: CloseReason = CloseReason.objects.select_for_update().get(pk=reason.pk)
    before = audit.snapshot(current, REASON)
    others = CloseReason.objects.filter(for_status=current.for_status).exclude(pk=current.pk)
    _name(current, current.name if name is None else name, current.name_en if name_en is None else name_en, others)
    current.asks_rival = current.asks_rival if asks_rival is None else asks_rival
    _save(current, before, "close_reason.edit", actor)
    return current


@transaction.atomic
def move_close_reason(*, actor: User, reason: CloseReason, by: int) -> CloseReason:
    """One place up (-1) or down (+1) among the reasons in use. Raises: NotAllowed, DomainError at either end."""
    require(can_manage_pipeline(actor))
    rows = CloseReason.objects.select_for_update().filter(for_status=reason.for_status, archived_at__isnull=True)
    order = list(rows.order_by("position", "pk"))
    at = next((place for place, one in enumerate(order) if one.pk == reason.pk), -1)
    if at < 0 or not 0 <= at + by < len(order):
        raise DomainError(_("It cannot go further."), code="reason-end")
    order[at], order[at + by] = order[at + by], order[at]
    for position, one in enumerate(order, start=1):
        one.position = position
    CloseReason.objects.bulk_update(order, ["position"])
    moved: CloseReason = order[at + by]
    audit.record("close_reason.move", moved, {"position": at + 1}, {"position": at + by + 1}, actor=actor)
    return moved


@transaction.atomic
def retire_close_reason(*, actor: User, reason: CloseReason, at: datetime) -> CloseReason:
    """It is offered no longer; closed deals keep it. Raises: NotAllowed, DomainError for the last reason to lose."""
    require(can_manage_pipeline(actor))
    rows = CloseReason.objects.select_for_update().filter(for_status=reason.for_status, archived_at__isnull=True)
    kept = [one for one in rows if one.pk != reason.pk]
    if reason.for_status == CloseReason.For.LOST and not kept:
        raise DomainError(_("A lost opportunity needs a reason. Add another before this one goes."), code="last-reason")
    return _retired(CloseReason, reason, at, "close_reason.retire", actor)  # type: ignore[no-any-return]


@transaction.atomic
def restore_close_reason(*, actor: User, reason: CloseReason) -> CloseReason:
    """Offer it again. Raises: NotAllowed."""
    require(can_manage_pipeline(actor))
    return _retired(CloseReason, reason, None, "close_reason.restore", actor)  # type: ignore[no-any-return]


@transaction.atomic
def add_rival(*, actor: User, name: str, name_en: str = "") -> Rival:
    """Add a competitor. Raises: NotAllowed, DomainError."""
    require(can_manage_pipeline(actor))
    rival = Rival()
    _name(rival, name, name_en, Rival.objects.all())
    rival.sort_key = pinyin_key(rival.name)[:240]
    rival.save(force_insert=True)
    audit.record("rival.add", rival, None, audit.snapshot(rival, RIVAL), actor=actor)
    return rival


@transaction.atomic
def edit_rival(*, actor: User, rival: Rival, name: str | None = None, name_en: str | None = None) -> Rival:
    """Call a competitor otherwise. Raises: NotAllowed, DomainError."""
    require(can_manage_pipeline(actor))
    current: Rival = Rival.objects.select_for_update().get(pk=rival.pk)
    before = audit.snapshot(current, RIVAL)
    others = Rival.objects.exclude(pk=current.pk)
    _name(current, current.name if name is None else name, current.name_en if name_en is None else name_en, others)
    current.sort_key = pinyin_key(current.name)[:240]
    _save(current, before, "rival.edit", actor)
    return current


@transaction.atomic
def retire_rival(*, actor: User, rival: Rival, at: datetime) -> Rival:
    """It is offered no longer; deals that name it keep it. Raises: NotAllowed."""
    require(can_manage_pipeline(actor))
    return _retired(Rival, rival, at, "rival.retire", actor)  # type: ignore[no-any-return]


@transaction.atomic
def restore_rival(*, actor: User, rival: Rival) -> Rival:
    """Offer it again. Raises: NotAllowed."""
    require(can_manage_pipeline(actor))
    return _retired(Rival, rival, None, "rival.restore", actor)  # type: ignore[no-any-return]


def _name(thing: Any, name: str, name_en: str, others: Any) -> None:
    thing.name, thing.name_en = " ".join((name or "").split()), " ".join((name_en or "").split())
    if not thing.name:
        raise DomainError(_("Give it a name."), field="name")
    for field in ("name", "name_en"):
        if len(getattr(thing, field)) > LONGEST:
            raise DomainError(_("At most %(limit)s characters fit here.") % {"limit": LONGEST}, field=field)
    twin = others.filter(name=thing.name).first()
    if twin is not None and twin.archived_at is not None:
        raise DomainError(_("“%(name)s” is there, out of use. Bring it back.") % {"name": thing.name}, field="name")
    if twin is not None:
        raise DomainError(_("“%(name)s” is there already.") % {"name": thing.name}, field="name")


def _save(thing: Any, before: dict[str, Any], action: str, actor: User) -> None:
    old, new = audit.changes(before, thing)
    if new:
        thing.save()
        audit.record(action, thing, old, new, actor=actor)


def _retired(kind: Any, thing: Any, at: datetime | None, action: str, actor: User) -> Any:
    current = kind.objects.select_for_update().get(pk=thing.pk)
    if (current.archived_at is None) != (at is None):
        current.archived_at = at
        current.save(update_fields=["archived_at"])
        audit.record(action, current, {"in_use": at is not None}, {"in_use": at is None}, actor=actor)
    return current


def _free_code(for_status: str) -> str:
    codes = set(CloseReason.objects.filter(for_status=for_status).values_list("code", flat=True))
    return next(code for number in range(1, 100_000) if (code := f"{for_status}-{number}") not in codes)
