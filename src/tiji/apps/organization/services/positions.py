"""Seats in units."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Assignment, Position, Role, Unit, User
from tiji.apps.organization.permissions import can_manage_people
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require

EDITABLE = ("name", "name_en", "grade")


@transaction.atomic
def open_position(
    *, actor: User, unit: Unit, role: str, name: str = "", name_en: str = "", grade: str = ""
) -> Position:
    """Make a seat in a unit; without a name it is called after its role. Raises: NotAllowed, DomainError."""
    require(can_manage_people(actor))
    if role not in Role.values:
        raise DomainError(_("Choose a role."), field="role", code="choice")
    if unit.archived_at:
        raise DomainError(_("That unit is archived. Choose another one."), field="unit", code="archived")
    position: Position = Position.objects.create(
        unit=unit, role=role, name=name.strip() or str(Role(role).label), name_en=name_en.strip(), grade=grade.strip()
    )
    audit.record("position.opened", position, None, {**_facts(position), "unit": unit.pk, "role": role}, actor=actor)
    return position


@transaction.atomic
def edit_position(*, actor: User, position: Position, **fields: Any) -> Position:
    """Change a position's names or grade; its unit and role stay, as rights hang on them. Raises: NotAllowed."""
    require(can_manage_people(actor))
    position = Position.objects.select_for_update().get(pk=position.pk)
    before = _facts(position)
    for field in EDITABLE:
        if field in fields:
            setattr(position, field, fields[field].strip())
    if not position.name:
        raise DomainError(_("Give the position a name."), field="name", code="required")
    position.save()
    audit.record("position.edited", position, before, _facts(position), actor=actor)
    return position


@transaction.atomic
def archive_position(*, actor: User, position: Position) -> Position:
    """Take a vacant position out of the lists. Raises: NotAllowed; DomainError while it is or will be held."""
    require(can_manage_people(actor))
    position = Position.objects.select_for_update().get(pk=position.pk)
    holder = Assignment.objects.filter(position=position, valid_until__isnull=True).select_related("person").first()
    if holder is not None:
        message = _("%(name)s holds this position. Move that person first.") % {"name": holder.person}
        raise DomainError(message, code="held")
    position.archived_at = timezone.now()
    position.save(update_fields=["archived_at"])
    audit.record("position.archived", position, {"archived": False}, {"archived": True}, actor=actor)
    return position


def _facts(position: Position) -> dict[str, Any]:
    return {field: getattr(position, field) for field in EDITABLE}
