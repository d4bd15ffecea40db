"""Making, renaming, moving and archiving units."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Assignment, Unit, UnitPlacement, User
from tiji.apps.organization.names import sort_key_of
from tiji.apps.organization.permissions import can_manage_units
from tiji.apps.organization.services.unit_paths import rebuild_paths
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

EDITABLE = ("name", "name_en", "kind", "team_type", "code")


@transaction.atomic
def create_unit(
    *,
    actor: User,
    name: str,
    parent: Unit,
    valid_from: date,
    kind: str = Unit.Kind.TEAM,
    team_type: str = Unit.TeamType.EFFECTIVENESS,
    code: str = "",
    name_en: str = "",
) -> Unit:
    """Add a unit below another from a date. Raises: NotAllowed; DomainError if the parent is not there by then."""
    require(can_manage_units(actor))
    _check(name=name, code=code, kind=kind)
    _require_standing(parent, valid_from)
    unit: Unit = Unit.objects.create(
        name=name.strip(),
        name_en=name_en.strip(),
        kind=kind,
        team_type=team_type,
        code=code,
        sort_key=sort_key_of(name),
    )
    UnitPlacement.objects.create(unit=unit, parent=parent, valid_from=valid_from)
    rebuild_paths([unit.pk])
    audit.record(
        "unit.created", unit, None, {**_facts(unit), "parent": parent.pk, "from": valid_from.isoformat()}, actor=actor
    )
    return unit


@transaction.atomic
def edit_unit(*, actor: User, unit: Unit, **fields: Any) -> Unit:
    """Change a unit's names, code, kind or team type. Raises: NotAllowed, DomainError."""
    require(can_manage_units(actor))
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    before = _facts(unit)
    for field in EDITABLE:
        if field in fields:
            setattr(unit, field, fields[field].strip())
    _check(name=unit.name, code=unit.code, kind=unit.kind, unit=unit)
    unit.sort_key = sort_key_of(unit.name)
    unit.save()
    audit.record("unit.edited", unit, before, _facts(unit), actor=actor)
    return unit


@transaction.atomic
def rename_unit(*, actor: User, unit: Unit, name: str, name_en: str = "") -> Unit:
    """Give a unit another name. Raises: NotAllowed, DomainError."""
    return edit_unit(actor=actor, unit=unit, name=name, name_en=name_en)


@transaction.atomic
def move_unit(*, actor: User, unit: Unit, parent: Unit, on: date) -> UnitPlacement:
    """Hang a unit below another from `on`; everything before stays where it was. Raises: NotAllowed, DomainError."""
    require(can_manage_units(actor))
    placed = lock_placements()
    last = max((row for row in placed if row.unit_id == unit.pk), key=lambda row: row.valid_from, default=None)
    _check_move(unit, parent, last, on)
    assert last is not None
    before = {"parent": last.parent_id, "from": last.valid_from.isoformat()}
    _require_standing(parent, on)
    placement = place_from(last, parent, on)
    rebuild_paths([unit.pk])
    audit.record("unit.moved", unit, before, {"parent": parent.pk, "from": on.isoformat()}, actor=actor)
    return placement


@transaction.atomic
def archive_unit(*, actor: User, unit: Unit, on: date) -> Unit:
    """Take an empty unit out of the lists; it stays in the figures of its time. Raises: NotAllowed, DomainError."""
    require(can_manage_units(actor))
    lock_placements()
    unit = Unit.objects.get(pk=unit.pk)
    if unit.archived_at:
        raise DomainError(_("This unit is already archived."), code="archived")
    _require_empty(unit, on)
    UnitPlacement.objects.filter(unit=unit, valid_until__isnull=True, valid_from__lt=on).update(valid_until=on)
    unit.positions.filter(archived_at__isnull=True).update(archived_at=timezone.now())
    unit.archived_at = timezone.now()
    unit.save(update_fields=["archived_at"])
    rebuild_paths([unit.pk])
    audit.record("unit.archived", unit, {"archived": False}, {"archived": True, "from": on.isoformat()}, actor=actor)
    return unit


def lock_placements() -> list[UnitPlacement]:
    """Every placement, locked: two moves at once could each be right and together make a circle."""
    return list(UnitPlacement.objects.select_for_update().order_by("pk"))


def place_from(last: UnitPlacement, parent: Unit, on: date) -> UnitPlacement:
    """End the last placement at `on` and open the next; one that begins on that very day is corrected in place."""
    if last.valid_from == on:
        last.parent = parent
        last.save(update_fields=["parent"])
        return last
    last.valid_until = on
    last.save(update_fields=["valid_until"])
    return UnitPlacement.objects.create(unit_id=last.unit_id, parent=parent, valid_from=on)


def _check_move(unit: Unit, parent: Unit, last: UnitPlacement | None, on: date) -> None:
    if last is None or last.parent_id is None:
        raise DomainError(
            _("The company's own unit stands at the top and cannot be moved."), field="parent", code="root"
        )
    if unit.archived_at or last.valid_until is not None:
        raise DomainError(_("This unit is archived and cannot be moved."), code="archived")
    if unit.pk == parent.pk:
        raise DomainError(
            _("A unit cannot stand below itself. Choose another unit."), field="parent", code="unit-cycle"
        )
    if on < last.valid_from:
        message = _("This unit already moves on %(day)s. Choose that day or a later one.")
        raise DomainError(message % {"day": last.valid_from}, field="on", code="already-moves")
    if last.parent_id == parent.pk:
        raise DomainError(_("The unit already stands there. Choose another unit."), field="parent", code="no-change")


def _require_standing(parent: Unit, on: date) -> None:
    """The parent must be there from that day on, without end."""
    if parent.archived_at or not UnitPlacement.objects.filter(unit=parent, valid_until__isnull=True).exists():
        raise DomainError(_("That unit is archived. Choose another one."), field="parent", code="archived")
    first = UnitPlacement.objects.filter(unit=parent).order_by("valid_from").values_list("valid_from", flat=True)[0]
    if first > on:
        message = _("“%(unit)s” begins on %(day)s. Choose that day or a later one.")
        raise DomainError(message % {"unit": parent, "day": first}, field="on", code="parent-not-there")


def _require_empty(unit: Unit, on: date) -> None:
    still = Unit.objects.filter(placements__parent=unit, placements__valid_until__isnull=True, archived_at__isnull=True)
    if names := [str(child) for child in still[:5]]:
        message = _("Units still stand below it: %(names)s. Move or archive them first.")
        raise DomainError(message % {"names": ", ".join(names)}, code="not-empty")
    held = Assignment.objects.filter(position__unit=unit).exclude(valid_until__lte=on).select_related("person")
    if names := sorted({str(row.person) for row in held[:5]}):
        message = _("People still hold positions in it: %(names)s. Move them first.")
        raise DomainError(message % {"names": ", ".join(names)}, code="not-empty")
    if UnitPlacement.objects.filter(unit=unit, parent__isnull=True).exists():
        raise DomainError(_("The company's own unit cannot be archived."), code="root")
    if UnitPlacement.objects.filter(unit=unit, valid_from__gte=on).exists():
        raise DomainError(
            _("The unit begins or moves later than that day. Choose a later day."), field="on", code="later"
        )


def _check(*, name: str, code: str, kind: str, unit: Unit | None = None) -> None:
    if not name.strip():
        raise DomainError(_("Give the unit a name."), field="name", code="required")
    if kind not in Unit.Kind.values:
        raise DomainError(_("Choose a kind of unit."), field="kind", code="choice")
    if code and Unit.objects.filter(code=code).exclude(pk=unit.pk if unit else None).exists():
        raise DomainError(_("Another unit has this code. Choose another code."), field="code", code="taken")


def _facts(unit: Unit) -> dict[str, Any]:
    return {field: getattr(unit, field) for field in EDITABLE}
