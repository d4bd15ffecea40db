"""Taking back the last act of a draft, whatever it was: typing, a paste, a move, weights, the season."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.targets.models import TargetEdit, TargetVersion
from tiji.apps.targets.selectors.grids import PlanGrid, open_version
from tiji.apps.targets.services.shaping import put_back
from tiji.apps.targets.services.typing import current_draft, require_cells, require_typist, set_units, store_typed
from tiji.kernel.targets import Cell
from tiji.shared import audit
from tiji.shared.errors import DomainError


@transaction.atomic
def undo_typing(*, actor: User, version: TargetVersion, at: datetime, expected_version: int | None = None) -> PlanGrid:
    """Take back the last act that was not taken back yet. Raises: NotAllowed, Conflict, DomainError."""
    require_typist(actor=actor)
    current = current_draft(version, expected_version)
    edit = current.edits.filter(undone_at__isnull=True).first()
    if edit is None:
        raise DomainError(_("There is nothing to undo in this version."), code="nothing-to-undo")
    opened = open_version(current)
    edit.undone_at = at
    edit.save(update_fields=["undone_at"])
    audit.record("target_version.undone", current, after={"edit": edit.pk}, actor=actor)
    if edit.action in TargetEdit.SHAPES:
        return put_back(actor=actor, current=current, opened=opened, edit=edit)
    units = {Cell(one["node"], one["period"], one["kind"]): one["before"] for one in edit.changes}
    require_cells(actor=actor, opened=opened, cells=units)
    return store_typed(current, opened, set_units(opened.grid, units))
