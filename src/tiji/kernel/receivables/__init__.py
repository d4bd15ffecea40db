"""Open items, the money that pays them, their age, and what a receivables report says. No storage in here."""

from tiji.kernel.receivables.ageing import (
    DEFAULT_BOUNDARIES,
    AgedItem,
    AgeingReport,
    Bucket,
    ItemHistory,
    Movement,
    age_items,
    ageing_buckets,
    bucket_of,
)
from tiji.kernel.receivables.cash import (
    CashApplication,
    OpenItem,
    apply_cash,
    apply_credit_note,
    reverse_application,
)
from tiji.kernel.receivables.dso import (
    MonthSales,
    collection_rate,
    count_back_dso,
    days_sales_outstanding,
    overdue_share,
)
from tiji.kernel.receivables.instalments import Instalment, PlanProblem, instalment_amounts, plan_problems

__all__ = [
    "DEFAULT_BOUNDARIES",
    "AgedItem",
    "AgeingReport",
    "Bucket",
    "CashApplication",
    "Instalment",
    "ItemHistory",
    "MonthSales",
    "Movement",
    "OpenItem",
    "PlanProblem",
    "age_items",
    "ageing_buckets",
    "apply_cash",
    "apply_credit_note",
    "bucket_of",
    "collection_rate",
    "count_back_dso",
    "days_sales_outstanding",
    "instalment_amounts",
    "overdue_share",
    "plan_problems",
    "reverse_application",
]
