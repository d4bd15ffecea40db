"""Plans as plain documents (JSON, YAML), with every choice written out."""

from __future__ import annotations

from typing import Any

from tiji.kernel.commission.plan import Component, Plan, RateTable, Step
from tiji.kernel.commission.sheet_document import sheet_dict
from tiji.kernel.commission.table_document import table_dict


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """The document of a plan, which reads back as the same plan. Every choice is written out."""
    return {
        "code": plan.code,
        "version": plan.version,
        "currency": plan.currency,
        "fiscal_start_month": plan.fiscal_start_month,
        "title": plan.title,
        "title_en": plan.title_en,
        "fields": {field.name: field.kind for field in plan.fields},
        "tables": {named.name: table_dict(named.table) for named in plan.tables},
        "components": [_component_dict(component) for component in plan.components],
        **sheet_dict(plan.sheet),
    }


def _component_dict(component: Component) -> dict[str, Any]:
    rule, table = component.credit, component.rate
    return {
        "code": component.code,
        "title": component.title,
        "title_en": component.title_en,
        "credit": {
            "event": rule.events[0] if len(rule.events) == 1 else list(rule.events),
            "share": str(rule.share),
            "role": rule.role,
            "business": list(rule.business),
            "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
            "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
            "over_assignment": rule.over_assignment,
            "when": rule.when,
            "value": rule.value,
            "sharing": rule.sharing,
            "levels": rule.levels,
            "hierarchy": rule.hierarchy,
        },
        "measure": {"interval": component.measure.interval},
        "quota": {"code": component.quota.code} if component.quota else None,
        "rate": None if component.pays else _rate_dict(table),
        "pays": component.pays,
        "factor": component.factor,
        "rounding": component.rounding,
        "pay": {"basis": component.pay.basis, "interval": component.pay.interval},
        "cap": {"amount": str(component.cap.amount)} if component.cap else None,
    }


def _rate_dict(table: RateTable) -> dict[str, Any]:
    return {
        "mode": table.mode,
        "unit": table.unit,
        "tie": table.tie,
        "gap": table.gap,
        "steps": [_step_dict(step) for step in table.steps],
    }


def _step_dict(step: Step) -> dict[str, Any]:
    values = {"from": step.from_, "to": step.to, "rate": step.rate, "amount": step.amount}
    return {name: str(value) for name, value in values.items() if value is not None}
