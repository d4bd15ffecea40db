"""What the database itself refuses to change: earnings, finished runs, plan versions, quotas."""

from django.utils.translation import gettext_lazy as _

from tiji.apps.incentives.models import Earning, PlanVersion, Quota, Run, Statement
from tiji.apps.incentives.permissions import MANAGERS_SEE_PAY
from tiji.shared.settings_store import declare
from tiji.shared.triggers import protect


def declare_rules() -> None:
    """Called when the app starts. What is posted stays as it is, to the last column."""
    protect(Earning)
    protect(Statement)
    protect(PlanVersion)
    protect(Quota)
    protect(Run, allow=Run.PROGRESS)
    protect(Run, when={"state": Run.State.POSTED})
    declare(MANAGERS_SEE_PAY, True, _("Line managers see the pay of their people"))
