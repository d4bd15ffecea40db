"""Plans that credit by role, and what a run credits by them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings

from makers import day
from makers_incentives import make_plan, pay_by
from tiji.apps.commerce.services.orders import OrderedProduct, confirm_order, create_order
from tiji.apps.incentives.models import Earning, Run


def document(rate: str, **credit: Any) -> dict[str, Any]:
    """A flat rate on money received, for a role."""
    part = {
        "code": "cash",
        "credit": {"event": "receipt", **credit},
        "measure": {"interval": "quarter"},
        "rate": {"mode": "flat", "steps": [{"from": "0", "rate": rate}]},
    }
    return {"components": [part]}


def plan_for(olaf, code: str, rate: str, *users, **credit: Any):
    version = make_plan(olaf, code, document(rate, **credit))
    for user in users:
        pay_by(olaf, version, user.person)
    return version


def credited(run: Run) -> dict[tuple[str, str], Decimal]:
    """(plan, person) → credit, without those credited with nothing."""
    rows = Earning.objects.filter(run=run).select_related("person", "plan_version__plan")
    return {(row.plan_version.plan.code, row.person.name): row.credit for row in rows if row.credit}


def trace_of(run: Run) -> list[dict[str, Any]]:
    return pq.read_table(Path(settings.ARTIFACTS_DIR) / run.artifact_path / "trace.parquet").to_pylist()


def ordered(rita, account, *lines: tuple[Any, str]):
    """A confirmed order of products for amounts."""
    typed = [OrderedProduct(product, Decimal(1), Decimal(amount)) for product, amount in lines]
    order = create_order(actor=rita, account=account, ordered_on=day("2026-02-01"), currency="CNY", lines=typed)
    return confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-01"))
