"""What the database itself refuses to change: earnings, finished runs, closed months, plan versions, quotas, facts."""

from django.utils.translation import gettext_lazy as _

from tiji.apps.incentives.models import (
    CLOSED,
    Earning,
    PayFact,
    PaymentStep,
    PayPeriod,
    PayState,
    PlanLetter,
    PlanVersion,
    Quota,
    Reopening,
    Run,
    Statement,
)
from tiji.apps.incentives.permissions import ACCEPTANCE_FIRST, MANAGERS_SEE_PAY
from tiji.apps.incentives.selectors.closed import LOOK_BACK
from tiji.shared.files import visible_by
from tiji.shared.settings_store import declare
from tiji.shared.triggers import NOT_NULL, protect


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
    protect(PlanLetter, allow=PlanLetter.PROGRESS)
    protect(PlanLetter, when={"accepted_at": NOT_NULL})
    protect(PlanLetter, when={"declined_at": NOT_NULL})
    visible_by(PlanLetter, lambda viewer, key: PlanLetter.objects.visible_to(viewer).filter(pk=key).exists())
    declare(MANAGERS_SEE_PAY, True, _("Line managers see the pay of their people"))
    declare(
        ACCEPTANCE_FIRST,
        False,
        _("Pay waits for the acceptance of plans"),
        help=_("A run is posted only when everybody it pays has accepted the letter of his plan."),
    )
