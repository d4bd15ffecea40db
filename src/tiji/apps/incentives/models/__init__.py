from tiji.apps.incentives.models.adjustments import PayAdjustment
from tiji.apps.incentives.models.earnings import Earning, PaymentStep, Statement
from tiji.apps.incentives.models.facts import PayFact
from tiji.apps.incentives.models.inquiries import Inquiry, InquiryStep
from tiji.apps.incentives.models.letters import LetterState, PlanLetter
from tiji.apps.incentives.models.modelling import PayModel, PayModelGrowth, PayModelPerson, PayModelResult
from tiji.apps.incentives.models.plans import PayPlan, PlanAssignment, PlanVersion
from tiji.apps.incentives.models.quotas import Quota
from tiji.apps.incentives.models.runs import CLOSED, LOOKED_AT, PayPeriod, PayState, Reopening, Run, RunRequest

__all__ = [
    "CLOSED",
    "LOOKED_AT",
    "Earning",
    "Inquiry",
    "InquiryStep",
    "LetterState",
    "PayAdjustment",
    "PayFact",
    "PayModel",
    "PayModelGrowth",
    "PayModelPerson",
    "PayModelResult",
    "PayPeriod",
    "PayPlan",
    "PayState",
    "PaymentStep",
    "PlanAssignment",
    "PlanLetter",
    "PlanVersion",
    "Quota",
    "Reopening",
    "Run",
    "RunRequest",
    "Statement",
]
