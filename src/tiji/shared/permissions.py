"""The one word every service says before it writes: `require(can_…)`."""

from typing import Any

from django.utils.translation import gettext as _

from tiji.shared.errors import NotAllowed


def require(allowed: bool, message: Any = None) -> None:
    """Raises: NotAllowed with `message`, which should say whom to ask."""
    if not allowed:
        raise NotAllowed(message or _("You may not do this. Ask your sales operations team or an administrator."))
