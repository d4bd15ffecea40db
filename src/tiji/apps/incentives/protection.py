"""What the database itself refuses to change: earnings, finished runs, closed months, plans, quotas, facts, letters,
adjustments, questions. And the settings of the room."""

from django.utils.translation import gettext_lazy as _

from tiji.apps.incentives.models import (
    CLOSED,
    Earning,
    Inquiry,
    InquiryStep,
    PayAdjustment,
    PayFact,
    PaymentStep,
    PayModel,
    PayModelGrowth,
    PayModelPerson,
    PayModelResult,
    PayPeriod,
    PayState,
    PlanLetter,
    PlanVersion,
    Quota,
    Reopening,
    Run,
    Statement,
)
from tiji.apps.incentives.permissions import (
    ACCEPTANCE_FIRST,
    INQUIRY_DAYS,
    MANAGERS_SEE_PAY,
    sees_inquiry_step,
    sees_pay_adjustment,
)
from tiji.apps.incentives.selectors.closed import LOOK_BACK
from tiji.shared.files import visible_by
from tiji.shared.settings_store import declare
from tiji.shared.triggers import NOT_NULL, protect


def declare_rules() -> None:
    """Called when the app starts. What is posted stays as it is, to the last column."""
    kept = (Earning, Statement, PaymentStep, PayFact, PlanVersion, Quota, InquiryStep)
    for whole in (*kept, PayModelResult, PayModelPerson, PayModelGrowth):
        protect(whole)
    _protect_months()
    protect(PlanLetter, allow=PlanLetter.PROGRESS)
    protect(PlanLetter, when={"accepted_at": NOT_NULL})
    protect(PlanLetter, when={"declined_at": NOT_NULL})
    protect(PayAdjustment, allow=PayAdjustment.DECISION)
    protect(PayAdjustment, when={"state": tuple(one for one in PayAdjustment.State if one != "proposed")})
    protect(Inquiry, allow=Inquiry.PROGRESS)
    protect(PayModel, allow=PayModel.PROGRESS)
    visible_by(PlanLetter, lambda viewer, key: PlanLetter.objects.visible_to(viewer).filter(pk=key).exists())
    visible_by(PayAdjustment, sees_pay_adjustment)
    visible_by(InquiryStep, sees_inquiry_step)
    _declare_settings()


def _protect_months() -> None:
    protect(Run, allow=Run.PROGRESS)
    protect(Run, when={"state": PayState.POSTED})
    protect(PayPeriod, allow=PayPeriod.FINAL, when={"state": PayState.POSTED}, stays={"state": CLOSED})
    protect(PayPeriod, when={"state": PayState.FINALISED})
    protect(Reopening, allow=Reopening.ANSWER)
    protect(Reopening, when={"agreed": (True, False)})


def _declare_settings() -> None:
    declare(MANAGERS_SEE_PAY, True, _("Line managers see the pay of their people"))
    declare(
        LOOK_BACK,
        12,
        _("Closed months that a pay run compares with what is known today"),
        help=_("What became known of them later is paid as a correction by the open month."),
        unit=_("months"),
        minimum=0,
        maximum=60,
    )
    declare(
        ACCEPTANCE_FIRST,
        False,
        _("Pay waits for the acceptance of plans"),
        help=_("A run is posted only when everybody it pays has accepted the letter of his plan."),
    )
    declare(
        INQUIRY_DAYS,
        5,
        _("Questions about pay are answered within"),
        unit=_("working days"),
        minimum=1,
        maximum=60,
    )
