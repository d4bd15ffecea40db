"""What sales people earn: events → credits → measures → earnings, with the trace of every cent. No storage in here."""

from tiji.kernel.commission.compute import compute
from tiji.kernel.commission.difference import Delta, diff
from tiji.kernel.commission.explain import Slice, Why, explain, parse_refs
from tiji.kernel.commission.narrow import NarrowResults, compute_narrow
from tiji.kernel.commission.periods import events_from, interval_dates, interval_no
from tiji.kernel.commission.plan import (
    Cap,
    Component,
    CreditRule,
    Measure,
    Pay,
    Plan,
    PlanError,
    PlanProblem,
    QuotaSource,
    RateTable,
    Step,
)
from tiji.kernel.commission.plan_document import plan_from_dict, plan_to_dict
from tiji.kernel.commission.results import Results
from tiji.kernel.commission.schemas import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    QUOTA_SCHEMA,
    SHARE_DIGITS,
    InputError,
    Window,
)

__all__ = [
    "ASSIGNMENT_SCHEMA",
    "EVENT_SCHEMA",
    "QUOTA_SCHEMA",
    "SHARE_DIGITS",
    "Cap",
    "Component",
    "CreditRule",
    "Delta",
    "InputError",
    "Measure",
    "NarrowResults",
    "Pay",
    "Plan",
    "PlanError",
    "PlanProblem",
    "QuotaSource",
    "RateTable",
    "Results",
    "Slice",
    "Step",
    "Why",
    "Window",
    "compute",
    "compute_narrow",
    "diff",
    "events_from",
    "explain",
    "interval_dates",
    "interval_no",
    "parse_refs",
    "plan_from_dict",
    "plan_to_dict",
]
