"""Plans in words and tables, with whom they pay."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from tiji.apps.incentives.display import words
from tiji.apps.incentives.display.sentences import Told, beside_the_table, month_told
from tiji.apps.incentives.display.tables import TableWords, tables_of
from tiji.apps.incentives.models import PayPlan, PlanAssignment, PlanVersion
from tiji.kernel.commission import Plan, plan_from_dict

WITH = (Prefetch("assignments", PlanAssignment.objects.select_related("person", "unit")),)


@dataclass(frozen=True)
class ComponentWords:
    """A component as a reader meets it."""

    title: str
    sentences: list[str]
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class PlanWords:
    """Everything that a plan says: its components, its tables, and a payee's month."""

    components: list[ComponentWords]
    tables: list[TableWords]
    month: list[Told]


@dataclass(frozen=True)
class PlanCard:
    """A plan with the version shown in words, whom it pays, and its other versions."""

    plan: PayPlan
    version: PlanVersion
    words: PlanWords
    assignments: list[Any]
    versions: list[PlanVersion]


def plan_card(plan: PayPlan, number: int | None = None) -> PlanCard:
    """A plan as its newest version says it, or as version `number` did."""
    versions = list(plan.versions.all())
    version = next((one for one in versions if one.number == number), versions[0])
    said = plan_from_dict(version.document)
    return PlanCard(plan, version, words_of(said), list(plan.assignments.all()), versions)


def words_of(plan: Plan) -> PlanWords:
    """What a plan says, for whoever reads no YAML."""
    components = [
        ComponentWords(words.title_of(part), [*words.sentences(part), *beside_the_table(part)], words.steps(part))
        for part in plan.components
    ]
    return PlanWords(components, tables_of(plan), month_told(plan))


def plan_cards() -> list[PlanCard]:
    """Every plan in use, in as many queries as one takes."""
    plans = PayPlan.objects.filter(archived_at__isnull=True)
    return [plan_card(plan) for plan in plans.prefetch_related("versions", *WITH)]
