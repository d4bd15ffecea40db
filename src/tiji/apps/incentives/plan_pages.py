"""Plans in words and tables, with whom they pay."""

from dataclasses import dataclass
from typing import Any

from tiji.apps.incentives import words
from tiji.apps.incentives.models import PayPlan, PlanVersion
from tiji.kernel.commission import plan_from_dict


@dataclass(frozen=True)
class ComponentWords:
    """A component as a reader meets it."""

    title: str
    sentences: list[str]
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class PlanCard:
    """A plan with the version shown, its components in words, whom it pays, and its other versions."""

    plan: PayPlan
    version: PlanVersion
    components: list[ComponentWords]
    assignments: list[Any]
    versions: list[PlanVersion]


def plan_card(plan: PayPlan, number: int | None = None) -> PlanCard:
    """A plan as its newest version says it, or as version `number` did."""
    versions = list(plan.versions.select_related("created_by").order_by("-number"))
    version = next((one for one in versions if one.number == number), versions[0])
    components = [
        ComponentWords(part.title or part.code, words.sentences(part), words.steps(part))
        for part in plan_from_dict(version.document).components
    ]
    assignments = list(plan.assignments.select_related("person", "unit").order_by("valid_from", "pk"))
    return PlanCard(plan, version, components, assignments, versions)


def plan_cards() -> list[PlanCard]:
    """Every plan in use."""
    return [plan_card(plan) for plan in PayPlan.objects.filter(archived_at__isnull=True)]
