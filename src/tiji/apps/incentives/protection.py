"""What the database itself refuses to change: earnings, finished runs, closed months, plan versions, quotas, facts."""

from django.utils.translation import gettext_lazy as _

from tiji.apps.incentives.models import (
    CLOSED,
    Earning,
    PayFact,
    PaymentStep,
    PayPeriod,
    PayState,
    PlanVersion,
    Quota,
    Reopening,
    Run,
    Statement,
)
from tiji.apps.incentives.permissions import MANAGERS_SEE_PAY
from tiji.apps.incentives.selectors.closed import LOOK_BACK
from tiji.shared.settings_store import declare
from tiji.shared.triggers import protect


def declare_rules() -> None:
    """Called when the app starts. What is posted stays as it is, to the last column."""
    protect(Earning)
    protect(Statement)
    protect(PaymentStep)
    protect(PayFact)
    protect(PlanVersion)
    protect(Quota)
    protect(Run, allow=Run.PROGRESS)
    protect(Run, when={"state": Run.State.POSTED})
    protect(PayPeriod, allow=PayPeriod.FINAL, when={"state": PayState.POSTED}, stays={"state": CLOSED})
    protect(PayPeriod, when={"state": PayState.FINALISED})
    protect(Reopening, allow=Reopening.ANSWER)
    protect(Reopening, when={"agreed": (True, False)})
    declare(
        LOOK_BACK,
        12,
        _("Closed months that a pay run compares with what is known today"),
        help=_("What became known of them later is paid as a correction by the open month."),
        unit=_("months"),
        minimum=0,
        maximum=60,
    )
    declare(MANAGERS_SEE_PAY, True, _("Line managers see the pay of their people"))
