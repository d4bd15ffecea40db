"""Lines by which positions answer to positions."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Position, ReportingLine, User
from tiji.apps.organization.permissions import can_manage_people
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


@transaction.atomic
def set_reporting_line(
    *, actor: User, position: Position, manager: Position | None, on: date, kind: str = ReportingLine.Kind.LINE
) -> ReportingLine | None:
    """Let a position answer to another from a date, or, without one, to the head of its unit again.

    Raises: NotAllowed; DomainError for a circle, or a line that begins later.
    """
    require(can_manage_people(actor))
    rows = list(
        ReportingLine.objects.select_for_update().filter(position=position, kind=kind).exclude(valid_until__lte=on)
    )
    if any(row.valid_from > on for row in rows):
        first = min(row.valid_from for row in rows if row.valid_from > on)
        message = _("The line already changes on %(day)s. Choose that day or a later one.") % {"day": first}
        raise DomainError(message, field="on", code="already-moves")
    if manager is not None and kind == ReportingLine.Kind.LINE:
        _require_no_circle(position, manager, on)
    before = {"manager": rows[0].manager_id} if rows else None
    for row in rows:
        if row.valid_from == on:
            row.delete()
        else:
            row.valid_until = on
            row.save(update_fields=["valid_until"])
    line = None
    if manager is not None:
        line = ReportingLine.objects.create(position=position, manager=manager, kind=kind, valid_from=on)
    audit.record(
        "position.line_set",
        position,
        before,
        {"manager": manager.pk if manager else None, "from": on.isoformat()},
        actor=actor,
    )
    return line


def _require_no_circle(position: Position, manager: Position, on: date) -> None:
    """Nobody answers to himself, not even through others, on any day from `on`."""
    lines = ReportingLine.objects.filter(kind=ReportingLine.Kind.LINE).exclude(valid_until__lte=on)
    above: dict[int, set[int]] = {}
    for below, superior in lines.values_list("position_id", "manager_id"):
        above.setdefault(below, set()).add(superior)
    waiting, passed = [manager.pk], set()
    while waiting:
        current = waiting.pop()
        if current == position.pk:
            message = _("“%(manager)s” answers to “%(position)s”, directly or through others. Choose another one.")
            names = {"manager": manager, "position": position}
            raise DomainError(message % names, field="manager", code="line-cycle")
        if current not in passed:
            passed.add(current)
            waiting.extend(above.get(current, ()))
