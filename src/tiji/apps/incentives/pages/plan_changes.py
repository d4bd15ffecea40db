"""Two versions of a plan beside each other: in words, and as lines of YAML."""

from dataclasses import dataclass
from typing import Any

from tiji.apps.incentives.display.plan_changes import PlanChange, plan_changes, yaml_changes
from tiji.apps.incentives.models import PayPlan, PlanVersion
from tiji.apps.incentives.pages.plans import PlanWords, words_of
from tiji.kernel.commission import plan_from_dict


@dataclass(frozen=True)
class Side:
    """A version with what it says in words."""

    version: PlanVersion
    words: PlanWords


@dataclass(frozen=True)
class Compared:
    """What the second version says otherwise than the first."""

    sides: tuple[Side, Side]
    versions: list[PlanVersion]
    changes: list[PlanChange]
    lines: list[tuple[str, str]]


def versions_asked(plan: PayPlan, before: Any, after: Any) -> tuple[PlanVersion, PlanVersion, list[PlanVersion]]:
    """The two versions that an address names; else the newest and the one before it."""
    versions = list(plan.versions.order_by("-number"))
    by_number = {str(one.number): one for one in versions}
    second = by_number.get(str(after), versions[0])
    earlier = next((one for one in versions if one.number < second.number), versions[-1])
    return by_number.get(str(before), earlier), second, versions


def compared(plan: PayPlan, before: Any, after: Any) -> Compared:
    """Two versions of the plan beside each other."""
    first, second, versions = versions_asked(plan, before, after)
    plans = plan_from_dict(first.document), plan_from_dict(second.document)
    sides = Side(first, words_of(plans[0])), Side(second, words_of(plans[1]))
    return Compared(sides, versions, plan_changes(*plans), yaml_changes(*plans))
