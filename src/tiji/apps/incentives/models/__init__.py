from tiji.apps.incentives.models.earnings import Earning, Statement
from tiji.apps.incentives.models.plans import PayPlan, PlanAssignment, PlanVersion
from tiji.apps.incentives.models.quotas import Quota
from tiji.apps.incentives.models.runs import PayPeriod, Run, RunRequest

__all__ = [
    "Earning",
    "PayPeriod",
    "PayPlan",
    "PlanAssignment",
    "PlanVersion",
    "Quota",
    "Run",
    "RunRequest",
    "Statement",
]
