"""Who of the rows below can take, or give, when a row does not add up."""

from django.utils.translation import gettext as _

from tiji.apps.organization.models import User
from tiji.apps.targets.permissions import can_type_target
from tiji.apps.targets.selectors.grids import PlanGrid
from tiji.kernel.targets import has_room
from tiji.shared.errors import NotFound


def able_below(actor: User, opened: PlanGrid, node: str, *, typed_too: bool = False) -> list[str]:
    """The rows below that the actor sets and that have a month which can still change. Raises: NotFound."""
    if node not in opened.by_key:
        raise NotFound(_("This row is not in the plan."))
    below = [child.key for child in opened.grid.setup.children.get(node, [])]
    mine = [key for key in below if can_type_target(actor, opened.by_key[key])]
    return [key for key in mine if has_room(opened.grid, key, typed_too=typed_too)]
