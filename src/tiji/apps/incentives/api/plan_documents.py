"""What plans say, over REST: a version as YAML, what changed between two, and a document checked without saving it."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tiji.apps.incentives.api.plans import require_reading, require_writing
from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.display.plan_changes import plan_changes, yaml_changes
from tiji.apps.incentives.models import PayPlan
from tiji.apps.incentives.services.documents import as_yaml, checked_plan, from_yaml, kept_as_yaml, problems_told
from tiji.kernel.commission import (
    Component,
    Plan,
    PlanProblem,
    curve_totals,
    payout_curve,
    plan_from_dict,
    plan_to_dict,
)
from tiji.kernel.money import Money
from tiji.shared.errors import DomainError, NotFound
from tiji.shared.rest import Amount, ApiRequest, Field, Id, In, Out, answer, found

ROUND_QUOTA = Decimal(1_000_000)


class PlanYamlOut(Out):
    number: int
    yaml: str


class PlanChangeOut(Out):
    path: str
    way: str = Field(description="added, removed, changed or moved")
    where: str
    before: str
    after: str


class PlanChangesOut(Out):
    before: int
    after: int
    changes: list[PlanChangeOut]
    yaml: str


class PlanDocumentIn(In):
    document: dict[str, Any] | str = Field(description="The plan's document, as JSON or as YAML text")


class PlanProblemOut(Out):
    path: str
    code: str
    message: str
    line: int | None


class PlanCheckOut(Out):
    valid: bool
    problems: list[PlanProblemOut]
    document: dict[str, Any] | None = Field(description="As it would be kept, every choice written out")
    yaml: str


class PlanCurvesIn(PlanDocumentIn):
    quota: Amount | None = Field(None, gt=0, description="The quota of the payee drawn; without it 1,000,000")


class CurvePointOut(Out):
    total: Amount
    pay: Amount


class CurveOut(Out):
    component: str
    quota: Amount | None
    points: list[CurvePointOut]


class PlanCurvesOut(Out):
    currency: str
    curves: list[CurveOut]


def _version(plan: PayPlan, number: int) -> Any:
    row = plan.versions.filter(number=number).first()
    if row is None:
        raise NotFound(_("The plan has no version %(number)s.") % {"number": number})
    return row


@router.get("/pay-plans/{plan_id}/versions/{number}/yaml", response=PlanYamlOut)
def read_version_as_yaml(request: ApiRequest, plan_id: Id, number: Id) -> HttpResponse:
    """A version as the YAML that can be read in again."""
    require_reading(request)
    row = _version(found(PayPlan.objects.all(), plan_id), number)
    return answer(request, {"number": row.number, "yaml": kept_as_yaml(row.document)})


@router.get("/pay-plans/{plan_id}/versions/{number}/changes", response=PlanChangesOut)
def read_changes(request: ApiRequest, plan_id: Id, number: Id, since: Id | None = None) -> HttpResponse:
    """What a version says otherwise than version `since` (without it: than the one before), in words and as YAML."""
    require_reading(request)
    plan = found(PayPlan.objects.all(), plan_id)
    rows = _version(plan, since or max(1, number - 1)), _version(plan, number)
    both = plan_from_dict(rows[0].document), plan_from_dict(rows[1].document)
    changes = [{name: getattr(one, name) for name in PlanChangeOut.model_fields} for one in plan_changes(*both)]
    text = "\n".join(line for _way, line in yaml_changes(*both))
    return answer(request, {"before": rows[0].number, "after": rows[1].number, "changes": changes, "yaml": text})


@router.post("/pay-plan-checks", response=PlanCheckOut)
def check_document(request: ApiRequest, data: PlanDocumentIn) -> HttpResponse:
    """Everything wrong with a document, with paths and lines; nothing is kept."""
    require_writing(request)
    plan, problems, typed = _checked(data.document)
    kept = plan_to_dict(plan) if plan and not problems else None
    told = problems_told(problems, typed)
    return answer(
        request, {"valid": kept is not None, "problems": told, "document": kept, "yaml": as_yaml(kept) if kept else ""}
    )


@router.post("/pay-plan-curves", response=PlanCurvesOut)
def draw_curves(request: ApiRequest, data: PlanCurvesIn) -> HttpResponse:
    """What each component pays along its running total, by the rule itself; nothing is kept."""
    require_writing(request)
    plan, problems, typed = _checked(data.document)
    if plan is None:
        told = problems_told(problems, typed)
        raise DomainError(told[0]["message"], field="document", code="plan", problems=told)
    quota = Money(data.quota or ROUND_QUOTA, plan.currency).rounded().to_minor()
    curves = [_curve(plan, part, quota if part.quota else None) for part in plan.components]
    return answer(request, {"currency": plan.currency, "curves": curves})


def _curve(plan: Plan, component: Component, quota: int | None) -> dict[str, Any]:
    points = payout_curve(plan, component, curve_totals(component, plan.digits, quota), quota)
    return {
        "component": component.code,
        "quota": None if quota is None else _amount(plan, quota),
        "points": [{"total": _amount(plan, one.total), "pay": _amount(plan, one.pay)} for one in points],
    }


def _amount(plan: Plan, minor: int) -> Decimal:
    return Money.from_minor(minor, plan.currency).amount


def _checked(document: dict[str, Any] | str) -> tuple[Any, list[PlanProblem], str]:
    """The plan, its problems, and the text in which they have lines. Raises: DomainError for what is no YAML."""
    typed = document if isinstance(document, str) else ""
    tree = from_yaml(typed) if isinstance(document, str) else document
    plan, problems = checked_plan(tree, code=_code_in(tree), number=1)
    return plan, problems, typed


def _code_in(tree: dict[str, Any]) -> str:
    code = tree.get("code") or "plan"
    if not isinstance(code, str):
        raise DomainError(_("The code is a text."), field="document")
    return code
