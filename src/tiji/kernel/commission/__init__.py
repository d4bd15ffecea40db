"""What sales people earn: events → credits → measures → earnings, with the trace of every cent. No storage in here."""

from tiji.kernel.commission.compute import Told, compute, silent
from tiji.kernel.commission.curves import CurvePoint, curve_totals, payout_curve
from tiji.kernel.commission.difference import Delta, diff
from tiji.kernel.commission.estimate import (
    Ahead,
    Estimate,
    EstimatedLine,
    Estimator,
    Reached,
    Standing,
    Unpaid,
)
from tiji.kernel.commission.explain import SLICE_FACTS, Slice, Why, explain, own_slice, parse_refs
from tiji.kernel.commission.fact_values import FactError, fact_value, typed_facts
from tiji.kernel.commission.field_texts import parse_fields
from tiji.kernel.commission.kinds import FieldKind
from tiji.kernel.commission.narrow import NarrowResults, compute_narrow
from tiji.kernel.commission.nearing import NextStep
from tiji.kernel.commission.periods import events_from, interval_dates, interval_no
from tiji.kernel.commission.plan import (
    Cap,
    Component,
    CreditRule,
    EventField,
    Measure,
    Pay,
    Plan,
    QuotaSource,
    RateTable,
    Step,
)
from tiji.kernel.commission.plan_document import plan_from_dict
from tiji.kernel.commission.plan_writing import plan_to_dict
from tiji.kernel.commission.problems import PlanError, PlanProblem
from tiji.kernel.commission.results import Results
from tiji.kernel.commission.schemas import (
    ASSIGNMENT_SCHEMA,
    EVENT_SCHEMA,
    FIELD_TYPES,
    QUOTA_SCHEMA,
    SHARE_DIGITS,
    InputError,
    Window,
    subject_column,
)
from tiji.kernel.commission.sheet import CellValue, SheetInputs, SheetProblem, SheetResults, compute_sheet

__all__ = [
    "ASSIGNMENT_SCHEMA",
    "EVENT_SCHEMA",
    "FIELD_TYPES",
    "QUOTA_SCHEMA",
    "SHARE_DIGITS",
    "SLICE_FACTS",
    "Ahead",
    "Cap",
    "CellValue",
    "Component",
    "CreditRule",
    "CurvePoint",
    "Delta",
    "Estimate",
    "EstimatedLine",
    "Estimator",
    "EventField",
    "FactError",
    "FieldKind",
    "InputError",
    "Measure",
    "NarrowResults",
    "NextStep",
    "Pay",
    "Plan",
    "PlanError",
    "PlanProblem",
    "QuotaSource",
    "RateTable",
    "Reached",
    "Results",
    "SheetInputs",
    "SheetProblem",
    "SheetResults",
    "Slice",
    "Standing",
    "Step",
    "Told",
    "Unpaid",
    "Why",
    "Window",
    "compute",
    "compute_narrow",
    "compute_sheet",
    "curve_totals",
    "diff",
    "events_from",
    "explain",
    "fact_value",
    "interval_dates",
    "interval_no",
    "own_slice",
    "parse_fields",
    "parse_refs",
    "payout_curve",
    "plan_from_dict",
    "plan_to_dict",
    "silent",
    "subject_column",
    "typed_facts",
]
