"""What the database itself refuses to change: earnings, finished runs, closed months, plan versions, quotas, facts."""

from django.utils.translation import gettext_lazy as _

from tiji.apps.incentives.models import (
    Earning,
    PayFact,
    PaymentStep,
    PayPeriod,
    PlanVersion,
    Quota,
    Reopening,
    Run,
    Statement,
)
from tiji.apps.incentives.permissions import MANAGERS_SEE_PAY
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
    protect(PayPeriod, allow=PayPeriod.FINAL, when={"state": PayPeriod.State.POSTED})
    protect(PayPeriod, when={"state": PayPeriod.State.FINALISED})
    protect(Reopening, allow=Reopening.ANSWER)
    protect(Reopening, when={"agreed": (True, False)})
    declare(MANAGERS_SEE_PAY, True, _("Line managers see the pay of their people"))
