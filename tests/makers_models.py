"""Makers of models of pay, and the worked example of docs/how-to/pay-models.md."""

from typing import Any

from makers import moment
from makers_incentives import CASH_PLAN
from tiji.apps.incentives.models import PayModel, PlanVersion
from tiji.apps.incentives.services.modelling import make_model
from tiji.apps.organization.models import User

AT = moment("2026-11-18")
# Less below 60% of the quota, more from there to 80%: 0.9% and 2.0% instead of 1.0% and 1.6%.
CHANGED = CASH_PLAN.replace('rate: "0.010"', 'rate: "0.009"').replace('rate: "0.016"', 'rate: "0.020"')


def model_of(actor: User, version: PlanVersion, document: Any = CHANGED, **more: Any) -> PayModel:
    given = {"name": "前段低，后段高", "first": "2026-M01", "last": "2026-M02", "at": AT, **more}
    model = make_model(actor=actor, version=version, document=document, **given)
    return PayModel.objects.get(pk=model.pk)
