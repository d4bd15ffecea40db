"""What the organisation does by itself."""

from datetime import timedelta

from django.utils import timezone

from tiji.apps.organization.services.users import close_sign_in_of_leavers
from tiji.shared.jobs import periodic


@periodic("sign_in.close_leavers", every=timedelta(hours=1))
def close_leavers() -> None:
    """Close the sign-in of those whose first day away has come, in the first hour of that day."""
    close_sign_in_of_leavers(today=timezone.localdate())
